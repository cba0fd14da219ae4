//! ONNX protobuf messages that Leadlight writes, and the metadata that it reads.
//!
//! Field numbers follow onnx.proto (IR version 8). Decoding skips unlisted fields, so that [`Metadata`] reads the
//! metadata of any model without decoding its graph.

use prost::Message;

/// ModelProto.
#[derive(Clone, PartialEq, Message)]
pub struct ModelProto {
    /// IR version.
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    /// Name of the exporter.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// Version of the exporter.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// Graph.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<GraphProto>,
    /// Imported operator sets.
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSetId>,
}

/// ModelProto, reduced to its metadata.
#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    /// Entries in the file's order.
    #[prost(message, repeated, tag = "14")]
    pub entries: Vec<Entry>,
}

/// StringStringEntryProto.
#[derive(Clone, PartialEq, Message)]
pub struct Entry {
    /// Key.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// OperatorSetIdProto.
#[derive(Clone, PartialEq, Message)]
pub struct OperatorSetId {
    /// Domain; empty for the default one.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Version of the set.
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// GraphProto.
#[derive(Clone, PartialEq, Message)]
pub struct GraphProto {
    /// Nodes in topological order.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<NodeProto>,
    /// Name of the graph.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Constants.
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<TensorProto>,
    /// Inputs.
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    /// Outputs.
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

/// NodeProto.
#[derive(Clone, PartialEq, Message)]
pub struct NodeProto {
    /// Names of the input values.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// Names of the output values.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// Name of the node.
    #[prost(string, tag = "3")]
    pub name: String,
    /// Operator.
    #[prost(string, tag = "4")]
    pub op_type: String,
    /// Attributes.
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
    /// Domain of the operator.
    #[prost(string, tag = "7")]
    pub domain: String,
}

/// AttributeProto.
#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// FLOAT.
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// INT.
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// STRING.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub s: Option<Vec<u8>>,
    /// TENSOR.
    #[prost(message, optional, tag = "5")]
    pub t: Option<TensorProto>,
    /// FLOATS.
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    /// INTS.
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// STRINGS.
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub strings: Vec<Vec<u8>>,
    /// Type: 1 f, 2 i, 3 s, 4 t, 6 floats, 7 ints, 8 strings.
    #[prost(int32, tag = "20")]
    pub kind: i32,
}

/// TensorProto, with its elements as little-endian bytes.
#[derive(Clone, PartialEq, Message)]
pub struct TensorProto {
    /// Dimensions.
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    /// Element type, as in [`TensorType::element`].
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    /// Name.
    #[prost(string, tag = "8")]
    pub name: String,
    /// Elements.
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
}

/// ValueInfoProto.
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Type.
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<TypeProto>,
}

/// TypeProto; only tensors are listed.
#[derive(Clone, PartialEq, Message)]
pub struct TypeProto {
    /// Tensor type.
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

/// TypeProto.Tensor.
#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    /// Element type: 1 float, 2 uint8, 7 int64, 8 string, 9 bool, 11 double.
    #[prost(int32, tag = "1")]
    pub element: i32,
    /// Shape.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// TensorShapeProto.
#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    /// Dimensions.
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// TensorShapeProto.Dimension: a length, a name, or neither.
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    /// Fixed length.
    #[prost(int64, optional, tag = "1")]
    pub value: Option<i64>,
    /// Name of a length that varies.
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
}
