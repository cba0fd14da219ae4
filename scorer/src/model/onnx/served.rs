//! The allow-list: which operators are served, up to which version of their set, and by whom.
//!
//! Anything that is not here is refused before tract sees it. May not know what an operator computes.

use super::operation::{self, Operation};
use super::{NodeError, classify, graph, regress, scaler};
use std::sync::Arc;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;
use tract_onnx::tract_hir::infer::InferenceOp;

/// The name of the default domain in messages.
pub(super) const DEFAULT: &str = "ai.onnx";

/// The domain of the classical machine-learning operators.
pub(super) const ML: &str = "ai.onnx.ml";

/// The newest operator set of each domain that is served.
const NEWEST: [(&str, i64); 2] = [(DEFAULT, 25), (ML, 5)];

/// Builds an operator of ours for a node whose first input has that type.
type Build = fn(&NodeProto, DatumType) -> Result<Arc<dyn Operation>, NodeError>;

/// Who runs an operator.
#[derive(Clone, Copy)]
pub(super) enum Runner {
    /// Leadlight's own code, in a fixed order: the same bits on every platform.
    Ours(Build),
    /// tract, by moving values or by operations that IEEE 754 rounds in one way only: the same bits too.
    Exact,
    /// tract, by whatever is fastest on the processor: another platform may round otherwise.
    Fast,
    /// Nobody: it stands at the end of a graph, and what it reads is taken instead.
    Dropped,
}

use Runner::{Dropped, Exact, Fast, Ours};

/// All operators that are served, by domain and name.
const OPERATORS: &[(&str, &str, Runner)] = &[
    (ML, "LinearClassifier", Ours(classify::linear)),
    (ML, "LinearRegressor", Ours(regress::linear)),
    (ML, "Scaler", Ours(scaler::scaler)),
    (ML, "TreeEnsemble", Ours(regress::tree_ensemble)),
    (ML, "TreeEnsembleClassifier", Ours(classify::trees)),
    (ML, "TreeEnsembleRegressor", Ours(regress::trees)),
    (ML, "ZipMap", Dropped),
    (DEFAULT, "Abs", Exact),
    (DEFAULT, "Add", Exact),
    (DEFAULT, "ArgMax", Exact),
    (DEFAULT, "ArgMin", Exact),
    (DEFAULT, "BatchNormalization", Fast),
    (DEFAULT, "Cast", Exact),
    (DEFAULT, "Clip", Exact),
    (DEFAULT, "Concat", Exact),
    (DEFAULT, "Constant", Exact),
    (DEFAULT, "ConstantOfShape", Exact),
    (DEFAULT, "Div", Exact),
    (DEFAULT, "Dropout", Exact),
    (DEFAULT, "Elu", Fast),
    (DEFAULT, "Equal", Exact),
    (DEFAULT, "Erf", Fast),
    (DEFAULT, "Exp", Fast),
    (DEFAULT, "Flatten", Exact),
    (DEFAULT, "Gather", Exact),
    (DEFAULT, "Gemm", Fast),
    (DEFAULT, "Greater", Exact),
    (DEFAULT, "GreaterOrEqual", Exact),
    (DEFAULT, "HardSigmoid", Fast),
    (DEFAULT, "Identity", Exact),
    (DEFAULT, "IsNaN", Exact),
    (DEFAULT, "LeakyRelu", Exact),
    (DEFAULT, "Less", Exact),
    (DEFAULT, "LessOrEqual", Exact),
    (DEFAULT, "Log", Fast),
    (DEFAULT, "LogSoftmax", Fast),
    (DEFAULT, "MatMul", Fast),
    (DEFAULT, "Max", Exact),
    (DEFAULT, "Mean", Fast),
    (DEFAULT, "Min", Exact),
    (DEFAULT, "Mul", Exact),
    (DEFAULT, "Neg", Exact),
    (DEFAULT, "Not", Exact),
    (DEFAULT, "Pow", Fast),
    (DEFAULT, "ReduceL1", Fast),
    (DEFAULT, "ReduceL2", Fast),
    (DEFAULT, "ReduceLogSum", Fast),
    (DEFAULT, "ReduceLogSumExp", Fast),
    (DEFAULT, "ReduceMax", Exact),
    (DEFAULT, "ReduceMean", Fast),
    (DEFAULT, "ReduceMin", Exact),
    (DEFAULT, "ReduceProd", Fast),
    (DEFAULT, "ReduceSum", Fast),
    (DEFAULT, "ReduceSumSquare", Fast),
    (DEFAULT, "Relu", Exact),
    (DEFAULT, "Reshape", Exact),
    (DEFAULT, "Selu", Fast),
    (DEFAULT, "Shape", Exact),
    (DEFAULT, "Sigmoid", Fast),
    (DEFAULT, "Slice", Exact),
    (DEFAULT, "Softmax", Fast),
    (DEFAULT, "Softplus", Fast),
    (DEFAULT, "Split", Exact),
    (DEFAULT, "Sqrt", Exact),
    (DEFAULT, "Squeeze", Exact),
    (DEFAULT, "Sub", Exact),
    (DEFAULT, "Sum", Exact),
    (DEFAULT, "Tanh", Fast),
    (DEFAULT, "Transpose", Exact),
    (DEFAULT, "Unsqueeze", Exact),
    (DEFAULT, "Where", Exact),
];

/// The domain of a node, by its full name.
pub(super) fn domain(node: &NodeProto) -> &str {
    if node.domain.is_empty() { DEFAULT } else { &node.domain }
}

/// Who runs a node, if it is served.
pub(super) fn runner(node: &NodeProto) -> Option<Runner> {
    let found = OPERATORS.iter().find(|(set, name, _)| *set == domain(node) && *name == node.op_type);
    found.map(|(.., runner)| *runner)
}

/// Whether a version of a domain's operator set is served.
pub(super) fn has_version(domain: &str, version: i64) -> bool {
    NEWEST.iter().any(|(set, newest)| *set == domain && (1..=*newest).contains(&version))
}

/// What is served of a domain, in words.
pub(super) fn described(domain: &str) -> String {
    match NEWEST.iter().find(|(set, _)| *set == domain) {
        None => format!("only {DEFAULT} and {ML} are"),
        Some((_, newest)) => {
            let names: Vec<&str> =
                OPERATORS.iter().filter(|(set, ..)| *set == domain).map(|(_, name, _)| *name).collect();
            format!("up to version {newest} of this set, {} are", names.join(", "))
        }
    }
}

/// tract's register with our operators in it, and nothing else of ai.onnx.ml.
pub(super) fn register() -> tract_onnx::Onnx {
    let mut onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_output_types(true);
    for (_, name, runner) in OPERATORS {
        if matches!(runner, Ours(_)) {
            onnx.op_register.insert(name, build);
        }
    }
    onnx
}

/// Builds our operator for a node that was let through.
fn build(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let Some(Ours(build)) = runner(node) else { bail!("{} is not served", node.op_type) };
    Ok((operation::boxed(build(node, graph::input_type(context.model, node))?), vec![]))
}
