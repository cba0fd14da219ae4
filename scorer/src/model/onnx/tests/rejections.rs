//! Malformed nodes: rejected with the name of node and attribute.

use super::encoder;
use super::size_limits::{float_input, int64_tensor, node};
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

fn float_list(name: &str, floats: &[f32]) -> AttributeProto {
    AttributeProto { name: name.into(), floats: floats.to_vec(), r#type: 6, ..Default::default() }
}

fn string(name: &str, string: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: string.as_bytes().to_vec(), r#type: 3, ..Default::default() }
}

fn strings(name: &str, strings: &[&str]) -> AttributeProto {
    let strings = strings.iter().map(|string| string.as_bytes().to_vec()).collect();
    AttributeProto { name: name.into(), strings, r#type: 8, ..Default::default() }
}

fn node_with(operator: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto { attribute, ..node(operator, inputs, "y") }
}

fn ml_node(operator: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    let output = if operator.ends_with("Classifier") { vec!["label".into(), "y".into()] } else { vec!["y".into()] };
    NodeProto { domain: ML.into(), output, ..node_with(operator, &["x"], attribute) }
}

fn open(node: NodeProto, constants: &[(&str, &[i64])], version: i64) -> Result<Graph, ModelError> {
    let initializer = constants.iter().map(|(name, values)| int64_tensor(name, values)).collect();
    open_graph(vec![node], initializer, version)
}

fn open_graph(node: Vec<NodeProto>, initializer: Vec<TensorProto>, version: i64) -> Result<Graph, ModelError> {
    let graph = GraphProto {
        node,
        initializer,
        input: vec![float_input("x")],
        output: vec![float_input("y")],
        ..Default::default()
    };
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.into(), version };
    let opset_import = vec![set("", version), set(ML, 4)];
    let file = ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec();
    Graph::open(&file, &encoder(2), &OutputColumn { name: "y".into(), column: 0 })
}

fn rejected_attribute(result: Result<Graph, ModelError>) -> String {
    match result.map(drop) {
        Err(ModelError::Node(error)) => error.attribute,
        other => panic!("{other:?}"),
    }
}

fn svm_attributes() -> Vec<AttributeProto> {
    vec![
        string("kernel_type", "RBF"),
        float_list("kernel_params", &[0.5, 0.0, 3.0]),
        ints("vectors_per_class", &[1, 1]),
        float_list("support_vectors", &[0.0, 1.0, 1.0, 0.0]),
        float_list("coefficients", &[1.0, -1.0]),
        float_list("rho", &[0.25]),
        float_list("prob_a", &[-1.0]),
        float_list("prob_b", &[0.0]),
        ints("classlabels_ints", &[0, 1]),
    ]
}

#[test]
fn inconsistent_attributes_are_named() {
    let cases: Vec<(&str, Vec<AttributeProto>, &str)> = vec![
        ("Imputer", vec![], "imputed_value_floats"),
        (
            "Imputer",
            vec![float_list("imputed_value_floats", &[1.0]), ints("imputed_value_int64s", &[1])],
            "imputed_value_int64s",
        ),
        ("Normalizer", vec![string("norm", "L3")], "norm"),
        ("LabelEncoder", vec![strings("keys_strings", &["a"])], "values_*"),
        ("LabelEncoder", vec![strings("keys_strings", &["a"]), ints("values_int64s", &[1, 2])], "values_*"),
        ("LabelEncoder", vec![float_list("keys_floats", &[1.0]), ints("keys_int64s", &[1])], "keys_*"),
        ("OneHotEncoder", vec![], "cats_int64s"),
        ("OneHotEncoder", vec![ints("cats_int64s", &[1]), strings("cats_strings", &["a"])], "cats_strings"),
        ("CategoryMapper", vec![strings("cats_strings", &["a"]), ints("cats_int64s", &[])], "cats_int64s"),
        ("FeatureVectorizer", vec![ints("inputdimensions", &[1, 1])], "inputdimensions"),
        ("FeatureVectorizer", vec![ints("inputdimensions", &[i64::MAX])], "inputdimensions"),
        ("Binarizer", vec![string("limit", "1")], "limit"),
        ("SVMRegressor", vec![float_list("coefficients", &[1.0, 1.0])], "rho"),
        ("SVMRegressor", vec![float_list("rho", &[1.0]), int("n_supports", -1)], "n_supports"),
        ("SVMRegressor", vec![float_list("rho", &[1.0]), int("n_supports", i64::MAX)], "coefficients"),
    ];
    for (operator, attributes, expected) in cases {
        assert_eq!(rejected_attribute(open(ml_node(operator, attributes), &[], 15)), expected, "{operator}");
    }
}

#[test]
fn inconsistent_svm_lists_are_named() {
    assert!(open(ml_node("SVMClassifier", svm_attributes()), &[], 15).is_ok());
    for with in [
        string("kernel_type", "COSINE"),
        float_list("kernel_params", &[0.5]),
        ints("vectors_per_class", &[-1, 3]),
        ints("vectors_per_class", &[2]),
        float_list("support_vectors", &[0.0, 1.0, 1.0]),
        float_list("coefficients", &[1.0, f32::NAN]),
        float_list("coefficients", &[1.0]),
        float_list("rho", &[0.25, 0.5]),
        float_list("prob_a", &[-1.0, 1.0]),
        float_list("prob_b", &[]),
        ints("classlabels_ints", &[0]),
    ] {
        let mut attributes = svm_attributes();
        attributes.retain(|attribute| attribute.name != with.name);
        let name = with.name.clone();
        attributes.push(with);
        assert_eq!(rejected_attribute(open(ml_node("SVMClassifier", attributes), &[], 15)), name);
    }
}

#[test]
fn operators_along_the_lead_axis_are_rejected() {
    for node in [
        node_with("ReduceSum", &["x", "zero"], vec![]),
        node_with("ReduceMax", &["x"], vec![ints("axes", &[0])]),
        node_with("ReduceMean", &["x"], vec![]),
        node_with("Softmax", &["x"], vec![int("axis", 0)]),
        node_with("ArgMax", &["x"], vec![int("axis", 0)]),
        node_with("Gather", &["x", "zero"], vec![]),
        node_with("Slice", &["x", "zero", "one"], vec![]),
        node_with("Split", &["x"], vec![]),
    ] {
        let operator = node.op_type.clone();
        let error = open(node, &[("zero", &[0]), ("one", &[1])], 15).map(drop).unwrap_err().to_string();
        assert!(error.contains("different leads"), "{operator}: {error}");
    }
}

#[test]
fn invalid_axes_and_indices_are_rejected() {
    for index in [2, -3, 9, i64::MAX, i64::MIN, 1 << 62] {
        let constants: [(&str, &[i64]); 2] = [("place", &[index]), ("one", &[1])];
        let assert_rejected = |node: NodeProto, version: i64| {
            let operator = node.op_type.clone();
            assert!(open(node, &constants, version).is_err(), "{operator} of version {version} at {index}");
        };
        let axis = || vec![int("axis", index)];
        for operator in ["Softmax", "LogSoftmax", "ArgMin", "Split"] {
            assert_rejected(node_with(operator, &["x"], axis()), 12);
            assert_rejected(node_with(operator, &["x"], axis()), 15);
        }
        assert_rejected(node_with("Gather", &["x", "one"], axis()), 15);
        assert_rejected(node_with("Gather", &["x", "place"], vec![int("axis", 1)]), 15);
        assert_rejected(node_with("Concat", &["x", "x"], axis()), 15);
        assert_rejected(node_with("Transpose", &["x"], vec![ints("perm", &[0, index])]), 15);
        assert_rejected(node_with("Squeeze", &["x", "place"], vec![]), 15);
        assert_rejected(node_with("ReduceMean", &["x", "place"], vec![]), 18);
        assert_rejected(node_with("Slice", &["x", "one", "one", "place"], vec![]), 15);
        assert_rejected(
            node_with("Slice", &["x"], vec![ints("axes", &[index]), ints("starts", &[0]), ints("ends", &[1])]),
            9,
        );
        assert_rejected(
            NodeProto { domain: ML.into(), ..node_with("ArrayFeatureExtractor", &["x", "place"], vec![]) },
            15,
        );
    }
    assert!(open(node_with("Slice", &["x", "zero", "zero", "zero", "zero"], vec![]), &[("zero", &[0])], 15).is_err());
    assert!(open(node_with("Split", &["x"], vec![int("axis", 1), int("num_outputs", 0)]), &[], 18).is_err());
}

#[test]
fn a_full_slice_is_a_no_op() {
    let all = node_with("Slice", &["x"], vec![ints("axes", &[1]), ints("starts", &[0]), ints("ends", &[9])]);
    let block = super::block(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(open(all, &[], 9).unwrap().run_all(&[block]).unwrap(), (vec![1.0, 2.0, 3.0, 4.0], 2));
}

#[test]
fn training_dropout_is_rejected() {
    let training_flag = |value| TensorProto {
        name: "training".into(),
        data_type: DataType::Bool as i32,
        raw_data: vec![value],
        ..Default::default()
    };
    let dropout = || vec![node_with("Dropout", &["x", "", "training"], vec![])];
    assert!(open_graph(dropout(), vec![training_flag(0)], 15).is_ok());
    assert_eq!(rejected_attribute(open_graph(dropout(), vec![training_flag(1)], 15)), "training_mode");
}

#[test]
fn unknown_opset_versions_are_rejected() {
    for version in [0, 6, 26, i64::MAX] {
        let error = open(node_with("Relu", &["x"], vec![]), &[], version).map(drop).unwrap_err().to_string();
        assert!(error.contains("from version 7 to 25"), "{error}");
    }
}

#[test]
fn integer_division_by_zero_fails() {
    let cast = |name: &str, from: &str, to: i64| NodeProto {
        output: vec![name.into()],
        ..node_with("Cast", &[from], vec![int("to", to)])
    };
    let divide = NodeProto { output: vec!["q".into()], ..node_with("Div", &["w", "w"], vec![]) };
    let graph = open_graph(vec![cast("w", "x", 7), divide, cast("y", "q", 1)], vec![], 15).unwrap();
    assert_eq!(graph.run_all(&[super::block(&[1.0, -2.0])]).unwrap().0, [1.0, 1.0]);
    assert!(graph.run_all(&[super::block(&[1.0, 0.0])]).unwrap_err().to_string().contains("divided by 0"));
}

#[test]
fn duplicate_node_names_are_allowed() {
    let same = |from: &str, to: &str| NodeProto { name: "x".into(), ..node("Relu", &[from], to) };
    let graph = open_graph(vec![same("x", "a"), same("a", "y")], vec![], 15).unwrap();
    assert_eq!(graph.run_all(&[super::block(&[1.0, -2.0])]).unwrap().0, [1.0, 0.0]);
}

#[test]
fn raw_bytes_strings_are_rejected() {
    let strings = |name: &str| TensorProto {
        name: name.into(),
        dims: vec![1],
        data_type: DataType::String as i32,
        raw_data: b"text".to_vec(),
        ..Default::default()
    };
    let add = vec![node_with("Add", &["x", "c"], vec![])];
    let of_node = AttributeProto { name: "value".into(), t: Some(strings("t")), r#type: 4, ..Default::default() };
    let constant = NodeProto { output: vec!["c".into()], ..node_with("Constant", &[], vec![of_node]) };
    let with_node = vec![constant, node_with("Add", &["x", "c"], vec![])];
    for result in [open_graph(add, vec![strings("c")], 13), open_graph(with_node, vec![], 13)] {
        assert!(matches!(result, Err(ModelError::Graph(reason)) if reason.contains("raw bytes")));
    }
}
