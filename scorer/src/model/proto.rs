//! The parts of the ONNX protobuf that Leadlight writes, and the one that it reads by itself.
//!
//! Field numbers as in onnx.proto (ONNX specification, IR version 8). Reading passes over every field that is not
//! named here, so [`Metadata`] reads the metadata of any model without touching its graph. May not know what the
//! messages mean.

use prost::Message;

/// A whole model file.
#[derive(Clone, PartialEq, Message)]
pub struct ModelProto {
    /// The version of the format.
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    /// Who wrote the file.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// In which version.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// The graph.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<GraphProto>,
    /// The operator sets that it uses.
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSetId>,
}

/// Only the metadata of a model file.
#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    /// Keys and values.
    #[prost(message, repeated, tag = "14")]
    pub entries: Vec<Entry>,
}

/// One entry of the metadata.
#[derive(Clone, PartialEq, Message)]
pub struct Entry {
    /// The key.
    #[prost(string, tag = "1")]
    pub key: String,
    /// The value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// An operator set.
#[derive(Clone, PartialEq, Message)]
pub struct OperatorSetId {
    /// Empty for the default one.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Its version.
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// A graph of nodes.
#[derive(Clone, PartialEq, Message)]
pub struct GraphProto {
    /// The nodes, each behind those whose outputs it reads.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<NodeProto>,
    /// The graph's name.
    #[prost(string, tag = "2")]
    pub name: String,
    /// What goes in.
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    /// What comes out.
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

/// One call of an operator.
#[derive(Clone, PartialEq, Message)]
pub struct NodeProto {
    /// The values that it reads.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// The values that it makes.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// Its own name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// The operator.
    #[prost(string, tag = "4")]
    pub op_type: String,
    /// Its settings.
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
    /// The operator's set.
    #[prost(string, tag = "7")]
    pub domain: String,
}

/// A setting of a node.
#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// One number.
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// One whole number.
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// One text.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub s: Option<Vec<u8>>,
    /// Numbers.
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    /// Whole numbers.
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// Texts.
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub strings: Vec<Vec<u8>>,
    /// Which of them is set: 1 f, 2 i, 3 s, 6 floats, 7 ints, 8 strings.
    #[prost(int32, tag = "20")]
    pub kind: i32,
}

/// The name and type of an input or output.
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    /// The name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// The type.
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<TypeProto>,
}

/// A type; only tensors are named here.
#[derive(Clone, PartialEq, Message)]
pub struct TypeProto {
    /// A tensor.
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

/// The type of a tensor.
#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    /// 1 float, 7 int64, 8 string, 11 double.
    #[prost(int32, tag = "1")]
    pub element: i32,
    /// Its shape.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// A shape.
#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    /// The dimensions.
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// A dimension: a number, a name, or neither.
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    /// How long it is.
    #[prost(int64, optional, tag = "1")]
    pub value: Option<i64>,
    /// A name for a length that is not fixed.
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
}
