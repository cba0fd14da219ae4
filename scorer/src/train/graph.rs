//! Writes a linear model as an ONNX graph: ai.onnx.ml's Scaler and LinearClassifier, as skl2onnx writes them.

use super::design::INPUT;
use super::logistic::LinearModel;
use super::rows::Scaling;
use crate::model::bundle::OutputColumn;
use crate::model::proto::{
    Attribute, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, Shape, TensorType, TypeProto, ValueInfo,
};
use prost::Message;

/// Oldest ONNX IR version with all features used here.
const IR_VERSION: i64 = 8;

/// Operator set versions released with IR version 8.
const OPSETS: [(&str, i64); 2] = [("ai.onnx.ml", 1), ("", 15)];

const ML: &str = "ai.onnx.ml";
const SCALED: &str = "scaled";
const LABEL: &str = "label";
const PROBABILITIES: &str = "probabilities";

/// `onnx.TensorProto.DataType`.
const FLOAT: i32 = 1;
const INT64: i32 = 7;

/// Output of the graph that is the probability of the outcome.
pub(super) fn output() -> OutputColumn {
    OutputColumn { name: PROBABILITIES.to_owned(), column: 1 }
}

/// Encodes the graph as an ONNX ModelProto.
pub(super) fn write(name: &str, scaling: &Scaling, linear: &LinearModel) -> Vec<u8> {
    let width = scaling.scale.len();
    let graph = GraphProto {
        node: vec![scaler(scaling), classifier(linear)],
        name: name.to_owned(),
        input: vec![tensor(INPUT, FLOAT, &[None, Some(width)])],
        output: vec![tensor(LABEL, INT64, &[None]), tensor(PROBABILITIES, FLOAT, &[None, Some(2)])],
    };
    let opset = |(domain, version): (&str, i64)| OperatorSetId { domain: domain.to_owned(), version };
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "leadlight".to_owned(),
        graph: Some(graph),
        opset_import: OPSETS.map(opset).to_vec(),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

fn scaler(scaling: &Scaling) -> NodeProto {
    let attributes = vec![floats("offset", scaling.offset.clone()), floats("scale", scaling.scale.clone())];
    node("Scaler", INPUT, &[SCALED], attributes)
}

/// Two classes: the second with the weights of the model, the first with the negated weights.
fn classifier(linear: &LinearModel) -> NodeProto {
    let weights = || linear.weights.iter().map(|weight| *weight as f32);
    let intercept = linear.intercept as f32;
    let attributes = vec![
        Attribute { name: "classlabels_ints".to_owned(), ints: vec![0, 1], kind: 7, ..Attribute::default() },
        floats("coefficients", weights().map(|weight| -weight).chain(weights()).collect()),
        floats("intercepts", vec![-intercept, intercept]),
        Attribute { name: "multi_class".to_owned(), i: Some(0), kind: 2, ..Attribute::default() },
        Attribute { name: "post_transform".to_owned(), s: Some(b"LOGISTIC".to_vec()), kind: 3, ..Attribute::default() },
    ];
    node("LinearClassifier", SCALED, &[LABEL, PROBABILITIES], attributes)
}

fn node(operator: &str, input: &str, outputs: &[&str], attribute: Vec<Attribute>) -> NodeProto {
    NodeProto {
        input: vec![input.to_owned()],
        output: outputs.iter().map(|output| (*output).to_owned()).collect(),
        name: operator.to_owned(),
        op_type: operator.to_owned(),
        attribute,
        domain: ML.to_owned(),
    }
}

fn floats(name: &str, floats: Vec<f32>) -> Attribute {
    Attribute { name: name.to_owned(), floats, kind: 6, ..Attribute::default() }
}

fn tensor(name: &str, element: i32, dimensions: &[Option<usize>]) -> ValueInfo {
    let dimension = |length: &Option<usize>| Dimension { value: length.map(|length| length as i64), name: None };
    let shape = Shape { dim: dimensions.iter().map(dimension).collect() };
    let tensor = TensorType { element, shape: Some(shape) };
    ValueInfo { name: name.to_owned(), r#type: Some(TypeProto { tensor: Some(tensor) }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graph_contains_the_weights_of_both_classes() {
        let scaling = Scaling { offset: vec![1.0, 0.0], scale: vec![2.0, 0.5] };
        let linear = LinearModel { weights: vec![0.25, -0.5], intercept: 0.125 };
        let model = ModelProto::decode(write("test", &scaling, &linear).as_slice()).unwrap();
        let graph = model.graph.unwrap();
        let settings = |node: usize, name: &str| {
            graph.node[node].attribute.iter().find(|setting| setting.name == name).unwrap().floats.clone()
        };
        assert_eq!(settings(0, "offset"), [1.0, 0.0]);
        assert_eq!(settings(1, "coefficients"), [-0.25, 0.5, 0.25, -0.5]);
        assert_eq!(settings(1, "intercepts"), [-0.125, 0.125]);
        assert_eq!(graph.node[0].output, graph.node[1].input);
    }
}
