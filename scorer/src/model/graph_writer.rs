//! Writes ONNX protobuf messages: the parts that all of Leadlight's own graphs are made of.

use super::proto::{
    Attribute, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, Shape, TensorProto, TensorType, TypeProto,
    ValueInfo,
};
use prost::Message;

/// Domain of the classical machine-learning operators.
pub const ML: &str = "ai.onnx.ml";

/// `onnx.TensorProto.DataType`.
pub const FLOAT: i32 = 1;
/// Unsigned bytes.
pub const UINT8: i32 = 2;
/// 64-bit integers.
pub const INT64: i32 = 7;
/// Truth values.
pub const BOOL: i32 = 9;
/// 64-bit floating point.
pub const DOUBLE: i32 = 11;

/// Encodes a graph as a ModelProto of an IR version, with the operator sets that it uses.
pub fn encode(graph: GraphProto, ir_version: i64, opsets: &[(&str, i64)]) -> Vec<u8> {
    let opset = |(domain, version): &(&str, i64)| OperatorSetId { domain: (*domain).to_owned(), version: *version };
    let model = ModelProto {
        ir_version,
        producer_name: "leadlight".to_owned(),
        graph: Some(graph),
        opset_import: opsets.iter().map(opset).collect(),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

/// Node that is named after its operator.
pub fn node(domain: &str, operator: &str, inputs: &[&str], outputs: &[&str], attribute: Vec<Attribute>) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    NodeProto {
        input: names(inputs),
        output: names(outputs),
        name: operator.to_owned(),
        op_type: operator.to_owned(),
        attribute,
        domain: domain.to_owned(),
    }
}

/// Attribute of floats.
pub fn floats(name: &str, floats: Vec<f32>) -> Attribute {
    Attribute { name: name.to_owned(), floats, kind: 6, ..Attribute::default() }
}

/// Attribute of integers.
pub fn ints(name: &str, ints: Vec<i64>) -> Attribute {
    Attribute { name: name.to_owned(), ints, kind: 7, ..Attribute::default() }
}

/// Integer attribute.
pub fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: name.to_owned(), i: Some(value), kind: 2, ..Attribute::default() }
}

/// Text attribute.
pub fn text(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), s: Some(value.as_bytes().to_vec()), kind: 3, ..Attribute::default() }
}

/// Tensor attribute.
pub fn tensor(name: &str, tensor: TensorProto) -> Attribute {
    Attribute { name: name.to_owned(), t: Some(tensor), kind: 4, ..Attribute::default() }
}

/// Tensor of an element type whose elements are given as little-endian bytes.
pub fn constant(name: &str, element: i32, dimensions: &[usize], raw_data: Vec<u8>) -> TensorProto {
    let dims = dimensions.iter().map(|length| *length as i64).collect();
    TensorProto { dims, data_type: element, name: name.to_owned(), raw_data }
}

/// Input or output that is a tensor; a dimension of `None` varies.
pub fn value(name: &str, element: i32, dimensions: &[Option<usize>]) -> ValueInfo {
    let dimension = |length: &Option<usize>| Dimension { value: length.map(|length| length as i64), name: None };
    let shape = Shape { dim: dimensions.iter().map(dimension).collect() };
    let tensor = TensorType { element, shape: Some(shape) };
    ValueInfo { name: name.to_owned(), r#type: Some(TypeProto { tensor: Some(tensor) }) }
}
