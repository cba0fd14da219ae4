//! Allow-list: supported operators, versions of their sets, and the backend that runs each.
//!
//! All others are rejected before tract sees them.

use super::graph::{DEFAULT_DOMAIN, ML_DOMAIN, domain};
use super::node_context::NodeContext;
use super::operator::Operator;
use super::{NodeError, classifier, features, layout_ops, math, neighbors, regressor, scaler, svm, text};
use std::sync::Arc;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::ops::unimpl::UnimplementedOp;

/// Supported operator set versions of each domain.
const OPSET_VERSIONS: [(&str, std::ops::RangeInclusive<i64>); 2] = [(DEFAULT_DOMAIN, 7..=25), (ML_DOMAIN, 1..=5)];

/// Constructor of our operator for a node.
type Build = fn(&NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError>;

/// Implementation that runs an operator.
#[derive(Clone, Copy)]
pub(super) enum Backend {
    /// Ours, in a fixed order of arithmetic: bit-exact on every platform.
    Own(Build),
    /// As `Own`; on shape values tract's, which evaluates them while it plans.
    OwnExceptShapes(Build),
    /// tract's, which only moves values: bit-exact as well.
    TractExact,
    /// tract's, tuned for the processor: other platforms may round differently.
    TractInexact,
    /// None: the node ends a graph, and its input is taken instead of its output.
    Skipped,
}

use Backend::{Own, OwnExceptShapes, Skipped, TractExact, TractInexact};

/// Supported operators by domain and name.
const OPERATORS: &[(&str, &str, Backend)] = &[
    (ML_DOMAIN, "ArrayFeatureExtractor", Own(features::array_feature_extractor)),
    (ML_DOMAIN, "Binarizer", Own(features::binarizer)),
    (ML_DOMAIN, "CategoryMapper", Own(features::category_mapper)),
    (ML_DOMAIN, "FeatureVectorizer", Own(features::feature_vectorizer)),
    (ML_DOMAIN, "Imputer", Own(features::imputer)),
    (ML_DOMAIN, "LabelEncoder", Own(features::label_encoder)),
    (ML_DOMAIN, "LinearClassifier", Own(classifier::linear)),
    (ML_DOMAIN, "LinearRegressor", Own(regressor::linear)),
    (ML_DOMAIN, "Normalizer", Own(features::normalizer)),
    (ML_DOMAIN, "OneHotEncoder", Own(features::one_hot)),
    (ML_DOMAIN, "SVMClassifier", Own(svm::classifier)),
    (ML_DOMAIN, "SVMRegressor", Own(svm::regressor)),
    (ML_DOMAIN, "Scaler", Own(scaler::scaler)),
    (ML_DOMAIN, "TreeEnsemble", Own(regressor::tree_ensemble)),
    (ML_DOMAIN, "TreeEnsembleClassifier", Own(classifier::trees)),
    (ML_DOMAIN, "TreeEnsembleRegressor", Own(regressor::trees)),
    (ML_DOMAIN, "ZipMap", Skipped),
    (DEFAULT_DOMAIN, "Abs", Own(math::unary)),
    (DEFAULT_DOMAIN, "Add", OwnExceptShapes(math::binary)),
    (DEFAULT_DOMAIN, "And", Own(math::compare)),
    (DEFAULT_DOMAIN, "ArgMax", Own(math::arg)),
    (DEFAULT_DOMAIN, "ArgMin", Own(math::arg)),
    (DEFAULT_DOMAIN, "BatchNormalization", Own(math::batch_normalization)),
    (DEFAULT_DOMAIN, "Cast", Own(math::cast)),
    (DEFAULT_DOMAIN, "CastLike", Own(math::cast_like)),
    (DEFAULT_DOMAIN, "Ceil", Own(math::unary)),
    (DEFAULT_DOMAIN, "Clip", Own(math::clip)),
    (DEFAULT_DOMAIN, "Concat", TractExact),
    (DEFAULT_DOMAIN, "Constant", TractExact),
    (DEFAULT_DOMAIN, "ConstantOfShape", TractExact),
    (DEFAULT_DOMAIN, "Cos", TractInexact),
    (DEFAULT_DOMAIN, "Div", Own(math::binary)),
    (DEFAULT_DOMAIN, "Dropout", Own(layout_ops::dropout)),
    (DEFAULT_DOMAIN, "Elu", Own(math::unary)),
    (DEFAULT_DOMAIN, "Equal", Own(math::compare)),
    (DEFAULT_DOMAIN, "Erf", Own(math::unary)),
    (DEFAULT_DOMAIN, "Exp", Own(math::unary)),
    (DEFAULT_DOMAIN, "Flatten", Own(layout_ops::flatten)),
    (DEFAULT_DOMAIN, "Floor", Own(math::unary)),
    (DEFAULT_DOMAIN, "Gather", Own(layout_ops::gather)),
    (DEFAULT_DOMAIN, "Gelu", Own(math::unary)),
    (DEFAULT_DOMAIN, "Gemm", Own(math::gemm)),
    (DEFAULT_DOMAIN, "Greater", Own(math::compare)),
    (DEFAULT_DOMAIN, "GreaterOrEqual", Own(math::compare)),
    (DEFAULT_DOMAIN, "HardSigmoid", Own(math::unary)),
    (DEFAULT_DOMAIN, "Identity", Own(layout_ops::identity)),
    (DEFAULT_DOMAIN, "IsNaN", Own(math::is_nan)),
    (DEFAULT_DOMAIN, "LayerNormalization", Own(math::layer_normalization)),
    (DEFAULT_DOMAIN, "LeakyRelu", Own(math::unary)),
    (DEFAULT_DOMAIN, "Less", Own(math::compare)),
    (DEFAULT_DOMAIN, "LessOrEqual", Own(math::compare)),
    (DEFAULT_DOMAIN, "Log", Own(math::unary)),
    (DEFAULT_DOMAIN, "LogSoftmax", Own(math::softmax)),
    (DEFAULT_DOMAIN, "MatMul", Own(math::matmul)),
    (DEFAULT_DOMAIN, "Max", Own(math::binary)),
    (DEFAULT_DOMAIN, "Mean", Own(math::binary)),
    (DEFAULT_DOMAIN, "Min", Own(math::binary)),
    (DEFAULT_DOMAIN, "Mul", OwnExceptShapes(math::binary)),
    (DEFAULT_DOMAIN, "Neg", Own(math::unary)),
    (DEFAULT_DOMAIN, "Not", Own(math::not)),
    (DEFAULT_DOMAIN, "Or", Own(math::compare)),
    (DEFAULT_DOMAIN, "Pow", Own(math::pow)),
    (DEFAULT_DOMAIN, "Reciprocal", Own(math::unary)),
    (DEFAULT_DOMAIN, "ReduceL1", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceL2", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceLogSum", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceLogSumExp", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceMax", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceMean", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceMin", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceProd", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceSum", Own(math::reduce)),
    (DEFAULT_DOMAIN, "ReduceSumSquare", Own(math::reduce)),
    (DEFAULT_DOMAIN, "Relu", Own(math::unary)),
    (DEFAULT_DOMAIN, "Reshape", TractExact),
    (DEFAULT_DOMAIN, "Round", Own(math::unary)),
    (DEFAULT_DOMAIN, "Scan", Own(neighbors::scan)),
    (DEFAULT_DOMAIN, "Selu", Own(math::unary)),
    (DEFAULT_DOMAIN, "Shape", TractExact),
    (DEFAULT_DOMAIN, "Sigmoid", Own(math::unary)),
    (DEFAULT_DOMAIN, "Sign", Own(math::unary)),
    (DEFAULT_DOMAIN, "Sin", TractInexact),
    (DEFAULT_DOMAIN, "Slice", Own(layout_ops::slice)),
    (DEFAULT_DOMAIN, "Softmax", Own(math::softmax)),
    (DEFAULT_DOMAIN, "Softplus", Own(math::unary)),
    (DEFAULT_DOMAIN, "Split", Own(layout_ops::split)),
    (DEFAULT_DOMAIN, "Sqrt", Own(math::unary)),
    (DEFAULT_DOMAIN, "Squeeze", Own(layout_ops::squeeze)),
    (DEFAULT_DOMAIN, "StringNormalizer", Own(text::string_normalizer)),
    (DEFAULT_DOMAIN, "Sub", OwnExceptShapes(math::binary)),
    (DEFAULT_DOMAIN, "Sum", Own(math::binary)),
    (DEFAULT_DOMAIN, "Tanh", Own(math::unary)),
    (DEFAULT_DOMAIN, "TfIdfVectorizer", Own(text::tf_idf_vectorizer)),
    (DEFAULT_DOMAIN, "TopK", Own(neighbors::top_k)),
    (DEFAULT_DOMAIN, "Transpose", Own(layout_ops::transpose)),
    (DEFAULT_DOMAIN, "Unsqueeze", Own(layout_ops::unsqueeze)),
    (DEFAULT_DOMAIN, "Where", Own(math::select)),
];

/// Backend of a node; `None` for an unsupported operator.
pub(super) fn backend(node: &NodeProto) -> Option<Backend> {
    let found = OPERATORS.iter().find(|(set, name, _)| *set == domain(node) && *name == node.op_type);
    found.map(|(.., backend)| *backend)
}

/// True when a version of a domain's operator set is supported.
pub(super) fn supports_version(domain: &str, version: i64) -> bool {
    OPSET_VERSIONS.iter().any(|(set, versions)| *set == domain && versions.contains(&version))
}

/// Lists the supported operators of a domain, for error messages.
pub(super) fn describe(domain: &str) -> String {
    match OPSET_VERSIONS.iter().find(|(set, _)| *set == domain) {
        None => {
            format!("only {DEFAULT_DOMAIN} and {ML_DOMAIN} are, and a Tokenizer whose tokens a TfIdfVectorizer counts")
        }
        Some((_, versions)) => {
            let names: Vec<&str> =
                OPERATORS.iter().filter(|(set, ..)| *set == domain).map(|(_, name, _)| *name).collect();
            format!("from version {} to {} of this set, {} are", versions.start(), versions.end(), names.join(", "))
        }
    }
}

/// tract's operator registry with placeholders for our operators.
pub(super) fn registry() -> tract_onnx::Onnx {
    let mut onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_output_types(true);
    for (_, name, backend) in OPERATORS {
        if matches!(backend, Own(_)) {
            onnx.op_register.insert(name, placeholder);
        }
    }
    onnx
}

/// Placeholder that [`super::subgraph::insert_operators`] replaces in the parsed graph.
fn placeholder(_: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((Box::new(UnimplementedOp::new(node.output.len(), node.op_type.as_str(), "")), vec![]))
}
