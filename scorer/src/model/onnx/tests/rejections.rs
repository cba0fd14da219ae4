//! Malformed nodes: rejected with the name of node and attribute.

use super::encoder;
use super::size_limits::{floats, node, shape};
use crate::model::bundle::OutputColumn;
use crate::model::onnx::{Graph, ModelError};
use prost::Message;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, tensor_proto::DataType,
};

const ML: &str = "ai.onnx.ml";

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), r#type: 7, ..Default::default() }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, r#type: 2, ..Default::default() }
}

fn singles(name: &str, floats: &[f32]) -> AttributeProto {
    AttributeProto { name: name.into(), floats: floats.to_vec(), r#type: 6, ..Default::default() }
}

fn text(name: &str, text: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: text.as_bytes().to_vec(), r#type: 3, ..Default::default() }
}

fn texts(name: &str, texts: &[&str]) -> AttributeProto {
    let strings = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    AttributeProto { name: name.into(), strings, r#type: 8, ..Default::default() }
}

fn made(operator: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto { attribute, ..node(operator, inputs, "y") }
}

fn of_ml(operator: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    let output = if operator.ends_with("Classifier") { vec!["label".into(), "y".into()] } else { vec!["y".into()] };
    NodeProto { domain: ML.into(), output, ..made(operator, &["x"], attribute) }
}

fn opened(node: NodeProto, constants: &[(&str, &[i64])], version: i64) -> Result<Graph, ModelError> {
    let initializer = constants.iter().map(|(name, values)| shape(name, values)).collect();
    opened_with(vec![node], initializer, version)
}

fn opened_with(node: Vec<NodeProto>, initializer: Vec<TensorProto>, version: i64) -> Result<Graph, ModelError> {
    let graph =
        GraphProto { node, initializer, input: vec![floats("x")], output: vec![floats("y")], ..Default::default() };
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.into(), version };
    let opset_import = vec![set("", version), set(ML, 4)];
    let file = ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec();
    Graph::open(&file, &encoder(2), &OutputColumn { name: "y".into(), column: 0 })
}

fn attribute_of(opened: Result<Graph, ModelError>) -> String {
    match opened.map(drop) {
        Err(ModelError::Node(error)) => error.attribute,
        other => panic!("{other:?}"),
    }
}

fn machine() -> Vec<AttributeProto> {
    vec![
        text("kernel_type", "RBF"),
        singles("kernel_params", &[0.5, 0.0, 3.0]),
        ints("vectors_per_class", &[1, 1]),
        singles("support_vectors", &[0.0, 1.0, 1.0, 0.0]),
        singles("coefficients", &[1.0, -1.0]),
        singles("rho", &[0.25]),
        singles("prob_a", &[-1.0]),
        singles("prob_b", &[0.0]),
        ints("classlabels_ints", &[0, 1]),
    ]
}

#[test]
fn settings_that_disagree_are_refused_by_name() {
    let cases: Vec<(&str, Vec<AttributeProto>, &str)> = vec![
        ("Imputer", vec![], "imputed_value_floats"),
        (
            "Imputer",
            vec![singles("imputed_value_floats", &[1.0]), ints("imputed_value_int64s", &[1])],
            "imputed_value_int64s",
        ),
        ("Normalizer", vec![text("norm", "L3")], "norm"),
        ("LabelEncoder", vec![texts("keys_strings", &["a"])], "values_*"),
        ("LabelEncoder", vec![texts("keys_strings", &["a"]), ints("values_int64s", &[1, 2])], "values_*"),
        ("LabelEncoder", vec![singles("keys_floats", &[1.0]), ints("keys_int64s", &[1])], "keys_*"),
        ("OneHotEncoder", vec![], "cats_int64s"),
        ("OneHotEncoder", vec![ints("cats_int64s", &[1]), texts("cats_strings", &["a"])], "cats_strings"),
        ("CategoryMapper", vec![texts("cats_strings", &["a"]), ints("cats_int64s", &[])], "cats_int64s"),
        ("FeatureVectorizer", vec![ints("inputdimensions", &[1, 1])], "inputdimensions"),
        ("FeatureVectorizer", vec![ints("inputdimensions", &[i64::MAX])], "inputdimensions"),
        ("Binarizer", vec![text("limit", "1")], "limit"),
        ("SVMRegressor", vec![singles("coefficients", &[1.0, 1.0])], "rho"),
        ("SVMRegressor", vec![singles("rho", &[1.0]), int("n_supports", -1)], "n_supports"),
        ("SVMRegressor", vec![singles("rho", &[1.0]), int("n_supports", i64::MAX)], "coefficients"),
    ];
    for (operator, attributes, expected) in cases {
        assert_eq!(attribute_of(opened(of_ml(operator, attributes), &[], 15)), expected, "{operator}");
    }
}

#[test]
fn a_vector_machine_whose_lists_disagree_is_refused_by_name() {
    assert!(opened(of_ml("SVMClassifier", machine()), &[], 15).is_ok());
    for with in [
        text("kernel_type", "COSINE"),
        singles("kernel_params", &[0.5]),
        ints("vectors_per_class", &[-1, 3]),
        ints("vectors_per_class", &[2]),
        singles("support_vectors", &[0.0, 1.0, 1.0]),
        singles("coefficients", &[1.0, f32::NAN]),
        singles("coefficients", &[1.0]),
        singles("rho", &[0.25, 0.5]),
        singles("prob_a", &[-1.0, 1.0]),
        singles("prob_b", &[]),
        ints("classlabels_ints", &[0]),
    ] {
        let mut attributes = machine();
        attributes.retain(|attribute| attribute.name != with.name);
        let name = with.name.clone();
        attributes.push(with);
        assert_eq!(attribute_of(opened(of_ml("SVMClassifier", attributes), &[], 15)), name);
    }
}

#[test]
fn numbers_of_different_leads_are_not_put_together() {
    for node in [
        made("ReduceSum", &["x", "zero"], vec![]),
        made("ReduceMax", &["x"], vec![ints("axes", &[0])]),
        made("ReduceMean", &["x"], vec![]),
        made("Softmax", &["x"], vec![int("axis", 0)]),
        made("ArgMax", &["x"], vec![int("axis", 0)]),
        made("Gather", &["x", "zero"], vec![]),
        made("Slice", &["x", "zero", "one"], vec![]),
        made("Split", &["x"], vec![]),
    ] {
        let operator = node.op_type.clone();
        let error = opened(node, &[("zero", &[0]), ("one", &[1])], 15).map(drop).unwrap_err().to_string();
        assert!(error.contains("different leads"), "{operator}: {error}");
    }
}

#[test]
fn no_axis_or_place_panics() {
    for place in [2, -3, 9, i64::MAX, i64::MIN, 1 << 62] {
        let constants: [(&str, &[i64]); 2] = [("place", &[place]), ("one", &[1])];
        let refused = |node: NodeProto, version: i64| {
            let operator = node.op_type.clone();
            assert!(opened(node, &constants, version).is_err(), "{operator} of version {version} at {place}");
        };
        let axis = || vec![int("axis", place)];
        for operator in ["Softmax", "LogSoftmax", "ArgMin", "Split"] {
            refused(made(operator, &["x"], axis()), 12);
            refused(made(operator, &["x"], axis()), 15);
        }
        refused(made("Gather", &["x", "one"], axis()), 15);
        refused(made("Gather", &["x", "place"], vec![int("axis", 1)]), 15);
        refused(made("Concat", &["x", "x"], axis()), 15);
        refused(made("Transpose", &["x"], vec![ints("perm", &[0, place])]), 15);
        refused(made("Squeeze", &["x", "place"], vec![]), 15);
        refused(made("ReduceMean", &["x", "place"], vec![]), 18);
        refused(made("Slice", &["x", "one", "one", "place"], vec![]), 15);
        refused(made("Slice", &["x"], vec![ints("axes", &[place]), ints("starts", &[0]), ints("ends", &[1])]), 9);
        refused(NodeProto { domain: ML.into(), ..made("ArrayFeatureExtractor", &["x", "place"], vec![]) }, 15);
    }
    assert!(opened(made("Slice", &["x", "zero", "zero", "zero", "zero"], vec![]), &[("zero", &[0])], 15).is_err());
    assert!(opened(made("Split", &["x"], vec![int("axis", 1), int("num_outputs", 0)]), &[], 18).is_err());
}

#[test]
fn a_slice_of_everything_keeps_the_graph_whole() {
    let all = made("Slice", &["x"], vec![ints("axes", &[1]), ints("starts", &[0]), ints("ends", &[9])]);
    let block = super::block(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(opened(all, &[], 9).unwrap().run_all(&[block]).unwrap(), (vec![1.0, 2.0, 3.0, 4.0], 2));
}

#[test]
fn a_dropout_that_trains_is_refused() {
    let flag = |value| TensorProto {
        name: "training".into(),
        data_type: DataType::Bool as i32,
        raw_data: vec![value],
        ..Default::default()
    };
    let dropout = || vec![made("Dropout", &["x", "", "training"], vec![])];
    assert!(opened_with(dropout(), vec![flag(0)], 15).is_ok());
    assert_eq!(attribute_of(opened_with(dropout(), vec![flag(1)], 15)), "training_mode");
}

#[test]
fn versions_that_are_not_known_are_refused() {
    for version in [0, 6, 26, i64::MAX] {
        let error = opened(made("Relu", &["x"], vec![]), &[], version).map(drop).unwrap_err().to_string();
        assert!(error.contains("from version 7 to 25"), "{error}");
    }
}

#[test]
fn whole_numbers_are_not_divided_by_zero() {
    let cast = |name: &str, from: &str, to: i64| NodeProto {
        output: vec![name.into()],
        ..made("Cast", &[from], vec![int("to", to)])
    };
    let divide = NodeProto { output: vec!["q".into()], ..made("Div", &["w", "w"], vec![]) };
    let graph = opened_with(vec![cast("w", "x", 7), divide, cast("y", "q", 1)], vec![], 15).unwrap();
    assert_eq!(graph.run_all(&[super::block(&[1.0, -2.0])]).unwrap().0, [1.0, 1.0]);
    assert!(graph.run_all(&[super::block(&[1.0, 0.0])]).unwrap_err().to_string().contains("divided by 0"));
}

#[test]
fn nodes_may_have_the_same_name_as_each_other_and_as_an_input() {
    let same = |from: &str, to: &str| NodeProto { name: "x".into(), ..node("Relu", &[from], to) };
    let graph = opened_with(vec![same("x", "a"), same("a", "y")], vec![], 15).unwrap();
    assert_eq!(graph.run_all(&[super::block(&[1.0, -2.0])]).unwrap().0, [1.0, 0.0]);
}

#[test]
fn texts_that_stand_as_raw_bytes_are_refused() {
    let texts = |name: &str| TensorProto {
        name: name.into(),
        dims: vec![1],
        data_type: DataType::String as i32,
        raw_data: b"text".to_vec(),
        ..Default::default()
    };
    let add = vec![made("Add", &["x", "c"], vec![])];
    let of_node = AttributeProto { name: "value".into(), t: Some(texts("t")), r#type: 4, ..Default::default() };
    let constant = NodeProto { output: vec!["c".into()], ..made("Constant", &[], vec![of_node]) };
    let with_node = vec![constant, made("Add", &["x", "c"], vec![])];
    for opened in [opened_with(add, vec![texts("c")], 13), opened_with(with_node, vec![], 13)] {
        assert!(matches!(opened, Err(ModelError::Graph(reason)) if reason.contains("raw bytes")));
    }
}
