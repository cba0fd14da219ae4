//! Small files that would allocate without bound: rejected before anything is allocated.

use super::encoder;
use crate::model::bundle::OutputColumn;
use crate::model::onnx::{Graph, ModelError};
use prost::Message;
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
    tensor_proto::DataType, tensor_shape_proto, type_proto,
};

fn dimension(value: tensor_shape_proto::dimension::Value) -> tensor_shape_proto::Dimension {
    tensor_shape_proto::Dimension { value: Some(value), ..Default::default() }
}

pub(super) fn float_input(name: &str) -> ValueInfoProto {
    let rows = dimension(tensor_shape_proto::dimension::Value::DimParam("N".into()));
    let columns = dimension(tensor_shape_proto::dimension::Value::DimValue(2));
    let shape = Some(TensorShapeProto { dim: vec![rows, columns] });
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape };
    let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: name.into(), r#type: Some(kind), ..Default::default() }
}

pub(super) fn node(operator: &str, input: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: operator.into(),
        input: input.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![output.into()],
        name: format!("the {operator} of {output}"),
        ..Default::default()
    }
}

fn with_column_axis(mut node: NodeProto) -> NodeProto {
    let axis = tract_onnx::pb::AttributeProto { name: "axis".into(), i: 1, r#type: 2, ..Default::default() };
    node.attribute.push(axis);
    node
}

pub(super) fn int64_tensor(name: &str, lengths: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        data_type: DataType::Int64 as i32,
        dims: vec![lengths.len() as i64],
        int64_data: lengths.to_vec(),
        ..Default::default()
    }
}

fn open(node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Result<(), ModelError> {
    let graph = GraphProto {
        node,
        initializer,
        input: vec![float_input("x")],
        output: vec![float_input("y")],
        ..Default::default()
    };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 13 }];
    let file = ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec();
    assert!(file.len() < 10_000);
    Graph::open(&file, &encoder(2), &OutputColumn { name: "y".into(), column: 0 }).map(drop)
}

#[test]
fn huge_constants_are_rejected() {
    let nodes = vec![node("ConstantOfShape", &["shape"], "zeros"), node("Add", &["x", "zeros"], "y")];
    let error = open(nodes, vec![int64_tensor("shape", &[1 << 40, 2])]).unwrap_err();
    assert!(matches!(error, ModelError::TooLarge(_)), "{error}");
    assert!(error.to_string().contains("the ConstantOfShape of zeros"), "{error}");
    let nodes = vec![node("ConstantOfShape", &["x"], "zeros"), node("Add", &["x", "zeros"], "y")];
    assert!(open(nodes, vec![]).unwrap_err().to_string().contains("lengths that stand in the file"));
}

#[test]
fn exponential_growth_is_rejected() {
    let step =
        |at: usize| with_column_axis(node("Concat", &[&format!("x{at}"), &format!("x{at}")], &format!("x{}", at + 1)));
    let nodes =
        [vec![node("Identity", &["x"], "x0")], (0..40).map(step).collect(), vec![node("Identity", &["x40"], "y")]];
    let error = open(nodes.concat(), vec![]).unwrap_err();
    assert!(matches!(error, ModelError::TooLarge(_)), "{error}");
}

#[test]
fn broadcast_growth_is_rejected() {
    let column = vec![node("ConstantOfShape", &["tall"], "a"), node("ConstantOfShape", &["wide"], "b")];
    let product = vec![node("Mul", &["a", "b"], "c"), node("Add", &["x", "c"], "y")];
    let error = open(
        [column, product].concat(),
        vec![int64_tensor("tall", &[1 << 19, 1]), int64_tensor("wide", &[1, 1 << 19])],
    );
    assert!(matches!(error, Err(ModelError::TooLarge(_))), "{error:?}");
}

#[test]
fn external_data_is_rejected() {
    let outside = TensorProto { data_location: Some(1), ..int64_tensor("shape", &[2]) };
    let nodes = vec![node("ConstantOfShape", &["shape"], "zeros"), node("Add", &["x", "zeros"], "y")];
    assert!(matches!(open(nodes, vec![outside]), Err(ModelError::ExternalData(name)) if name == "shape"));
}

#[test]
fn an_identity_graph_opens() {
    assert!(open(vec![node("Identity", &["x"], "y")], vec![]).is_ok());
    let error = open(vec![node("Identity", &["z"], "y")], vec![]).unwrap_err();
    assert!(error.to_string().contains("nothing before it makes"), "{error}");
}
