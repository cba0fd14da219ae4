//! Graphs as exporters write them, and malformed ones.

mod rejections;
mod size_limits;
mod texts;

use super::*;
use crate::lead::encode::Element;
use crate::lead::encode::{Feature, Input, Rule};
use crate::model::proto::{
    Attribute, Dimension, GraphProto, ModelProto, OperatorSetId, Shape, TensorType, TypeProto, ValueInfo,
};
use prost::Message;

fn floats(name: &str, floats: &[f32]) -> Attribute {
    Attribute { name: name.into(), floats: floats.to_vec(), kind: 6, ..Attribute::default() }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), ints: ints.to_vec(), kind: 7, ..Attribute::default() }
}

fn strings(name: &str, strings: &[&str]) -> Attribute {
    let strings = strings.iter().map(|string| string.as_bytes().to_vec()).collect();
    Attribute { name: name.into(), strings, kind: 8, ..Attribute::default() }
}

fn string(name: &str, string: &str) -> Attribute {
    Attribute { name: name.into(), s: Some(string.into()), kind: 3, ..Attribute::default() }
}

fn tensor(name: &str, element: i32, columns: &[i64]) -> ValueInfo {
    let rows = Dimension { name: Some("N".into()), ..Dimension::default() };
    let columns = columns.iter().map(|length| Dimension { value: Some(*length), ..Dimension::default() });
    let shape = Shape { dim: [rows].into_iter().chain(columns).collect() };
    let tensor = TensorType { element, shape: Some(shape) };
    ValueInfo { name: name.into(), r#type: Some(TypeProto { tensor: Some(tensor) }) }
}

/// One tree with one split at 0.5, as onnxmltools writes XGBoost's: class ids all 0, one base value.
pub(crate) fn tree() -> Vec<Attribute> {
    vec![
        ints("nodes_treeids", &[0, 0, 0]),
        ints("nodes_nodeids", &[0, 1, 2]),
        ints("nodes_featureids", &[1, 0, 0]),
        strings("nodes_modes", &["BRANCH_LT", "LEAF", "LEAF"]),
        floats("nodes_values", &[0.5, 0.0, 0.0]),
        ints("nodes_truenodeids", &[1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 0]),
        ints("class_treeids", &[0, 0]),
        ints("class_nodeids", &[1, 2]),
        ints("class_ids", &[0, 0]),
        floats("class_weights", &[-200.0, 200.0]),
        ints("classlabels_int64s", &[0, 1]),
        floats("base_values", &[0.0]),
        string("post_transform", "LOGISTIC"),
    ]
}

/// A linear model of one feature minus half of another: two infinities give NaN.
pub(crate) fn difference() -> Vec<Attribute> {
    vec![
        floats("coefficients", &[1.0, -0.5]),
        floats("intercepts", &[0.0]),
        ints("classlabels_ints", &[0, 1]),
        string("post_transform", "LOGISTIC"),
    ]
}

pub(crate) fn model(operator: &str, attribute: Vec<Attribute>) -> Vec<u8> {
    let node = crate::model::proto::NodeProto {
        input: vec!["x".into()],
        output: vec!["label".into(), "probabilities".into()],
        name: "the_node".into(),
        op_type: operator.into(),
        domain: "ai.onnx.ml".into(),
        attribute,
    };
    let graph = GraphProto {
        node: vec![node],
        name: "g".into(),
        input: vec![tensor("x", 1, &[2])],
        output: vec![tensor("label", 7, &[]), tensor("probabilities", 1, &[2])],
        ..GraphProto::default()
    };
    let opset_import = vec![OperatorSetId { domain: "ai.onnx.ml".into(), version: 1 }];
    ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..ModelProto::default() }.encode_to_vec()
}

pub(crate) fn encoder(features: usize) -> Specification {
    let feature = |at| Feature {
        name: format!("f{at}"),
        field: format!("c{at}"),
        clip: None,
        rule: Rule::Passthrough { missing: None },
    };
    let input = Input { name: "x".into(), element: Element::Float, features: (0..features).map(feature).collect() };
    Specification { format: 1, inputs: vec![input] }
}

/// The founding year as both features, 0 where it is missing.
pub(crate) fn founding_year_twice() -> Specification {
    let mut encoder = encoder(2);
    for feature in &mut encoder.inputs[0].features {
        feature.field = "companyfoundedon".into();
        feature.rule = Rule::Number { missing: 0.0 };
    }
    encoder
}

fn open(bytes: &[u8]) -> Result<Graph, ModelError> {
    Graph::open(bytes, &encoder(2), &OutputColumn { name: "probabilities".into(), column: 1 })
}

fn block(values: &[f32]) -> InputBlock {
    InputBlock { width: 2, values: InputValues::Float(values.to_vec()) }
}

fn run(graph: &Graph, values: &[f32]) -> Vec<f32> {
    graph.run(&[block(values)]).unwrap()
}

#[test]
fn a_tree_classifier_runs() {
    let bytes = model("TreeEnsembleClassifier", tree());
    let output = find_output(&bytes, &encoder(2)).unwrap().unwrap();
    assert_eq!(output, OutputColumn { name: "probabilities".into(), column: 1 });
    let graph = open(&bytes).unwrap();
    assert_eq!(run(&graph, &[9.0, 0.4, 9.0, 0.5, 9.0, f32::NAN]), [0.0, 1.0, 1.0]);
    assert!(run(&graph, &[]).is_empty());
}

#[test]
fn columns_are_counted_in_the_planned_graph() {
    let mut file = ModelProto::decode(model("TreeEnsembleClassifier", tree()).as_slice()).unwrap();
    file.graph.as_mut().unwrap().output[1] = tensor("probabilities", 1, &[1]);
    let output = find_output(&file.encode_to_vec(), &encoder(2)).unwrap().unwrap();
    assert_eq!(output.column, 1, "the first of two columns is that of the other class");
}

#[test]
fn a_linear_classifier_runs() {
    let attributes = vec![
        floats("coefficients", &[-1.0, -2.0, 1.0, 2.0]),
        floats("intercepts", &[3.0, -3.0]),
        ints("classlabels_ints", &[0, 1]),
        string("post_transform", "LOGISTIC"),
    ];
    let graph = open(&model("LinearClassifier", attributes)).unwrap();
    assert_eq!(run(&graph, &[1.0, 1.0, 1.0e4, 0.0]), [0.5, 1.0]);
}

#[test]
fn unsupported_operators_are_named() {
    let error = open(&model("DictVectorizer", vec![])).map(drop).unwrap_err().to_string();
    assert!(error.contains("ai.onnx.ml.DictVectorizer") && error.contains("TreeEnsembleClassifier"), "{error}");
}

#[test]
fn inconsistent_attributes_are_named() {
    let broken = |name: &str, with: Attribute| {
        let mut attributes = tree();
        attributes.retain(|attribute| attribute.name != name);
        attributes.push(with);
        match open(&model("TreeEnsembleClassifier", attributes)) {
            Err(ModelError::Node(error)) => (error.node, error.attribute),
            other => panic!("{name}: {:?}", other.map(drop)),
        }
    };
    for (name, attribute) in [
        ("nodes_truenodeids", ints("nodes_truenodeids", &[7, 0, 0])),
        ("nodes_values", floats("nodes_values", &[0.5])),
        ("nodes_modes", strings("nodes_modes", &["BRANCH_MEMBER", "LEAF", "LEAF"])),
        ("nodes_nodeids", ints("nodes_nodeids", &[0, 1, 1])),
        ("nodes_featureids", ints("nodes_featureids", &[-1, 0, 0])),
        ("class_nodeids", ints("class_nodeids", &[0, 1])),
        ("class_weights", floats("class_weights", &[f32::NAN, 1.0])),
        ("base_values", floats("base_values", &[0.0, 0.0])),
        ("post_transform", string("post_transform", "PROBIT")),
        ("classlabels_int64s", ints("classlabels_int64s", &[1])),
        ("base_values_as_tensor", floats("base_values_as_tensor", &[3.0])),
    ] {
        assert_eq!(broken(name, attribute), ("the_node".to_owned(), name.to_owned()));
    }
    let cycle = ints("nodes_falsenodeids", &[0, 0, 0]);
    assert_eq!(broken("nodes_falsenodeids", cycle).1, "nodes_*", "a cycle");
}

#[test]
fn rows_without_a_second_class_weight_use_the_first() {
    let mut attributes = tree();
    attributes.retain(|attribute| attribute.name != "base_values" && attribute.name != "class_ids");
    attributes.push(ints("class_ids", &[0, 1]));
    let graph = open(&model("TreeEnsembleClassifier", attributes.clone())).unwrap();
    assert_eq!(run(&graph, &[9.0, 0.4, 9.0, 0.5]), [0.0, 1.0]);
    attributes.push(floats("base_values", &[0.5]));
    let error = open(&model("TreeEnsembleClassifier", attributes)).map(drop).unwrap_err().to_string();
    assert!(error.contains("base_values has 1 values for 2 classes"), "{error}");
}

#[test]
fn rows_without_a_probability_are_reported() {
    let graph = open(&model("LinearClassifier", difference())).unwrap();
    let block = block(&[1.0, 2.0, f32::INFINITY, f32::INFINITY]);
    let each = graph.run_each(std::slice::from_ref(&block)).unwrap();
    assert!(matches!(each.as_slice(), [Ok(_), Err(LeadError::NotFinite(value))] if value.is_nan()));
    assert!(matches!(graph.run(&[block]), Err(ScoreError::Lead(_))));
}

#[test]
fn graph_and_encoder_must_agree() {
    let bytes = model("TreeEnsembleClassifier", tree());
    let output = OutputColumn { name: "probabilities".into(), column: 1 };
    let error = Graph::open(&bytes, &encoder(3), &output).map(drop).unwrap_err().to_string();
    assert!(error.contains("\"x\" of 2 features") && error.contains("\"x\" of 3 features"), "{error}");
    let wrong = OutputColumn { name: "probabilities".into(), column: 2 };
    assert!(matches!(Graph::open(&bytes, &encoder(2), &wrong), Err(ModelError::Output { .. })));
}

#[test]
fn truncated_files_are_rejected() {
    let bytes = model("TreeEnsembleClassifier", tree());
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length]).is_err(), "{length} bytes");
    }
}
