//! The allow-list: which operators are served, up to which version of their set, and by whom.
//!
//! Anything that is not here is refused before tract sees it. May not know what an operator computes.

use super::operation::{self, Operation};
use super::site::Site;
use super::{ModelError, NodeError, classify, features, graph, math, moves, regress, scaler, svm};
use std::sync::Arc;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::ops::unimpl::UnimplementedOp;

/// The name of the default domain in messages.
pub(super) const DEFAULT: &str = "ai.onnx";

/// The domain of the classical machine-learning operators.
pub(super) const ML: &str = "ai.onnx.ml";

/// The operator sets of each domain that are served.
const VERSIONS: [(&str, std::ops::RangeInclusive<i64>); 2] = [(DEFAULT, 7..=25), (ML, 1..=5)];

/// Builds an operator of ours for a node.
type Build = fn(&Site<'_>) -> Result<Arc<dyn Operation>, NodeError>;

/// Who runs an operator.
#[derive(Clone, Copy)]
pub(super) enum Runner {
    /// Leadlight's own code, in a fixed order: the same bits on every platform.
    Ours(Build),
    /// The same, but on sizes of tensors tract, which knows them while it plans.
    OursOrSizes(Build),
    /// tract, by moving values: the same bits too.
    Exact,
    /// tract, by whatever is fastest on the processor: another platform may round otherwise.
    Fast,
    /// Nobody: it stands at the end of a graph, and what it reads is taken instead.
    Dropped,
}

use Runner::{Dropped, Exact, Fast, Ours, OursOrSizes};

/// All operators that are served, by domain and name.
const OPERATORS: &[(&str, &str, Runner)] = &[
    (ML, "ArrayFeatureExtractor", Ours(features::array_feature_extractor)),
    (ML, "Binarizer", Ours(features::binarizer)),
    (ML, "CategoryMapper", Ours(features::category_mapper)),
    (ML, "FeatureVectorizer", Ours(features::vectorizer)),
    (ML, "Imputer", Ours(features::imputer)),
    (ML, "LabelEncoder", Ours(features::label_encoder)),
    (ML, "LinearClassifier", Ours(classify::linear)),
    (ML, "LinearRegressor", Ours(regress::linear)),
    (ML, "Normalizer", Ours(features::normalizer)),
    (ML, "OneHotEncoder", Ours(features::one_hot)),
    (ML, "SVMClassifier", Ours(svm::classifier)),
    (ML, "SVMRegressor", Ours(svm::regressor)),
    (ML, "Scaler", Ours(scaler::scaler)),
    (ML, "TreeEnsemble", Ours(regress::tree_ensemble)),
    (ML, "TreeEnsembleClassifier", Ours(classify::trees)),
    (ML, "TreeEnsembleRegressor", Ours(regress::trees)),
    (ML, "ZipMap", Dropped),
    (DEFAULT, "Abs", Ours(math::unary)),
    (DEFAULT, "Add", OursOrSizes(math::combine)),
    (DEFAULT, "And", Ours(math::compare)),
    (DEFAULT, "ArgMax", Ours(math::arg)),
    (DEFAULT, "ArgMin", Ours(math::arg)),
    (DEFAULT, "BatchNormalization", Ours(math::batch_normalization)),
    (DEFAULT, "Cast", Ours(math::cast)),
    (DEFAULT, "Ceil", Ours(math::unary)),
    (DEFAULT, "Clip", Ours(math::clip)),
    (DEFAULT, "Concat", Exact),
    (DEFAULT, "Constant", Exact),
    (DEFAULT, "ConstantOfShape", Exact),
    (DEFAULT, "Cos", Fast),
    (DEFAULT, "Div", Ours(math::combine)),
    (DEFAULT, "Dropout", Ours(moves::dropout)),
    (DEFAULT, "Elu", Ours(math::unary)),
    (DEFAULT, "Equal", Ours(math::compare)),
    (DEFAULT, "Erf", Ours(math::unary)),
    (DEFAULT, "Exp", Ours(math::unary)),
    (DEFAULT, "Flatten", Ours(moves::flatten)),
    (DEFAULT, "Floor", Ours(math::unary)),
    (DEFAULT, "Gather", Ours(moves::gather)),
    (DEFAULT, "Gelu", Ours(math::unary)),
    (DEFAULT, "Gemm", Ours(math::gemm)),
    (DEFAULT, "Greater", Ours(math::compare)),
    (DEFAULT, "GreaterOrEqual", Ours(math::compare)),
    (DEFAULT, "HardSigmoid", Ours(math::unary)),
    (DEFAULT, "Identity", Ours(moves::identity)),
    (DEFAULT, "IsNaN", Ours(math::is_nan)),
    (DEFAULT, "LeakyRelu", Ours(math::unary)),
    (DEFAULT, "Less", Ours(math::compare)),
    (DEFAULT, "LessOrEqual", Ours(math::compare)),
    (DEFAULT, "Log", Ours(math::unary)),
    (DEFAULT, "LogSoftmax", Ours(math::softmax)),
    (DEFAULT, "MatMul", Ours(math::matmul)),
    (DEFAULT, "Max", Ours(math::combine)),
    (DEFAULT, "Mean", Ours(math::combine)),
    (DEFAULT, "Min", Ours(math::combine)),
    (DEFAULT, "Mul", OursOrSizes(math::combine)),
    (DEFAULT, "Neg", Ours(math::unary)),
    (DEFAULT, "Not", Ours(math::not)),
    (DEFAULT, "Or", Ours(math::compare)),
    (DEFAULT, "Pow", Ours(math::pow)),
    (DEFAULT, "Reciprocal", Ours(math::unary)),
    (DEFAULT, "ReduceL1", Ours(math::reduce)),
    (DEFAULT, "ReduceL2", Ours(math::reduce)),
    (DEFAULT, "ReduceLogSum", Ours(math::reduce)),
    (DEFAULT, "ReduceLogSumExp", Ours(math::reduce)),
    (DEFAULT, "ReduceMax", Ours(math::reduce)),
    (DEFAULT, "ReduceMean", Ours(math::reduce)),
    (DEFAULT, "ReduceMin", Ours(math::reduce)),
    (DEFAULT, "ReduceProd", Ours(math::reduce)),
    (DEFAULT, "ReduceSum", Ours(math::reduce)),
    (DEFAULT, "ReduceSumSquare", Ours(math::reduce)),
    (DEFAULT, "Relu", Ours(math::unary)),
    (DEFAULT, "Reshape", Exact),
    (DEFAULT, "Round", Ours(math::unary)),
    (DEFAULT, "Selu", Ours(math::unary)),
    (DEFAULT, "Shape", Exact),
    (DEFAULT, "Sigmoid", Ours(math::unary)),
    (DEFAULT, "Sign", Ours(math::unary)),
    (DEFAULT, "Sin", Fast),
    (DEFAULT, "Slice", Ours(moves::slice)),
    (DEFAULT, "Softmax", Ours(math::softmax)),
    (DEFAULT, "Softplus", Ours(math::unary)),
    (DEFAULT, "Split", Ours(moves::split)),
    (DEFAULT, "Sqrt", Ours(math::unary)),
    (DEFAULT, "Squeeze", Ours(moves::squeeze)),
    (DEFAULT, "Sub", OursOrSizes(math::combine)),
    (DEFAULT, "Sum", Ours(math::combine)),
    (DEFAULT, "Tanh", Ours(math::unary)),
    (DEFAULT, "Transpose", Ours(moves::transpose)),
    (DEFAULT, "Unsqueeze", Ours(moves::unsqueeze)),
    (DEFAULT, "Where", Ours(math::choose)),
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
    VERSIONS.iter().any(|(set, versions)| *set == domain && versions.contains(&version))
}

/// What is served of a domain, in words.
pub(super) fn described(domain: &str) -> String {
    match VERSIONS.iter().find(|(set, _)| *set == domain) {
        None => format!("only {DEFAULT} and {ML} are"),
        Some((_, versions)) => {
            let names: Vec<&str> =
                OPERATORS.iter().filter(|(set, ..)| *set == domain).map(|(_, name, _)| *name).collect();
            format!("from version {} to {} of this set, {} are", versions.start(), versions.end(), names.join(", "))
        }
    }
}

/// tract's register with a place for each of our operators, and nothing else of ai.onnx.ml.
pub(super) fn register() -> tract_onnx::Onnx {
    let mut onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_output_types(true);
    for (_, name, runner) in OPERATORS {
        if matches!(runner, Ours(_)) {
            onnx.op_register.insert(name, place);
        }
    }
    onnx
}

/// Stands where an operator of ours is put in once the whole graph is there.
fn place(_: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((Box::new(UnimplementedOp::new(node.output.len(), node.op_type.as_str(), "")), vec![]))
}

/// Puts our operators into tract's graph of the same nodes: they stand there in order, behind inputs and constants.
pub(super) fn put_in(model: &mut InferenceModel, needed: &graph::Needed) -> Result<(), ModelError> {
    let before = model.nodes().len().checked_sub(needed.operations.len());
    let first = before.ok_or_else(|| ModelError::Graph("its nodes were not all read".to_owned()))?;
    for (at, operation) in needed.operations.iter().enumerate() {
        if let Some(operation) = operation {
            model.node_mut(first + at).op = operation::boxed(operation.clone());
        }
    }
    Ok(())
}
