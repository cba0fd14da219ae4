//! Writes a linear model as an ONNX graph: ai.onnx.ml's Scaler and LinearClassifier, as skl2onnx writes them.

use super::design::INPUT;
use super::logistic::LinearModel;
use super::rows::Scaling;
use crate::model::bundle::OutputColumn;
use crate::model::graph_writer::{FLOAT, INT64, ML, encode, floats, int, ints, node, text, value};
use crate::model::proto::{GraphProto, NodeProto};

/// Oldest ONNX IR version with all features used here.
const IR_VERSION: i64 = 8;

/// Operator set versions released with IR version 8.
const OPSETS: [(&str, i64); 2] = [(ML, 1), ("", 15)];

const SCALED: &str = "scaled";
const LABEL: &str = "label";
const PROBABILITIES: &str = "probabilities";

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
        input: vec![value(INPUT, FLOAT, &[None, Some(width)])],
        output: vec![value(LABEL, INT64, &[None]), value(PROBABILITIES, FLOAT, &[None, Some(2)])],
        ..GraphProto::default()
    };
    encode(graph, IR_VERSION, &OPSETS)
}

fn scaler(scaling: &Scaling) -> NodeProto {
    let attributes = vec![floats("offset", scaling.offset.clone()), floats("scale", scaling.scale.clone())];
    node(ML, "Scaler", &[INPUT], &[SCALED], attributes)
}

/// Two classes: the second with the weights of the model, the first with the negated weights.
fn classifier(linear: &LinearModel) -> NodeProto {
    let weights = || linear.weights.iter().map(|weight| *weight as f32);
    let intercept = linear.intercept as f32;
    let attributes = vec![
        ints("classlabels_ints", vec![0, 1]),
        floats("coefficients", weights().map(|weight| -weight).chain(weights()).collect()),
        floats("intercepts", vec![-intercept, intercept]),
        int("multi_class", 0),
        text("post_transform", "LOGISTIC"),
    ];
    node(ML, "LinearClassifier", &[SCALED], &[LABEL, PROBABILITIES], attributes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::proto::ModelProto;
    use prost::Message;

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
