//! Checks of constants that tract does not make.
//!
//! tract panics at strings in raw bytes. For ConstantOfShape it truncates long lengths and defaults to f64 instead of
//! f32, so lengths are checked here and the default is made explicit.

use super::{ModelError, NodeError, graph};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto, tensor_proto::DataType};

/// Longest dimension of a constant.
const LENGTH_MAX: i64 = 1 << 20;

/// Rejects strings in raw bytes, which the specification forbids, in initializers and attributes.
pub(super) fn check_strings(graph: &GraphProto) -> Result<(), ModelError> {
    let attribute_tensors =
        graph.node.iter().flat_map(|node| &node.attribute).filter_map(|attribute| attribute.t.as_ref());
    let is_raw = |tensor: &&TensorProto| tensor.data_type == DataType::String as i32 && !tensor.raw_data.is_empty();
    match graph.initializer.iter().chain(attribute_tensors).find(is_raw) {
        Some(tensor) => {
            Err(ModelError::Graph(format!("the constant {:?} holds texts that stand as raw bytes", tensor.name)))
        }
        None => Ok(()),
    }
}

/// Checks the shape input of a ConstantOfShape: it must be a constant, or the output of a Shape node.
pub(super) fn check_constant_of_shape(graph: &GraphProto, node: &NodeProto) -> Result<(), ModelError> {
    if node.op_type != "ConstantOfShape" {
        return Ok(());
    }
    let error = |reason: &str| {
        let (node, operator) = (graph::node_name(node), node.op_type.clone());
        Err(NodeError { node, operator, attribute: "its input".to_owned(), reason: reason.to_owned() }.into())
    };
    let Some(name) = node.input.first() else { return error("is missing") };
    if graph.node.iter().any(|maker| maker.op_type == "Shape" && maker.output.contains(name)) {
        return Ok(());
    }
    let Some(lengths) = graph.initializer.iter().find(|tensor| tensor.name == *name).and_then(int64_elements) else {
        return error("should be lengths that stand in the file, or what a Shape made");
    };
    match lengths.iter().find(|length| !(0..=LENGTH_MAX).contains(*length)) {
        Some(length) => Err(ModelError::TooLarge(format!(
            "node {:?} makes a constant of length {length}; from 0 to {LENGTH_MAX} are allowed",
            graph::node_name(node)
        ))),
        None => Ok(()),
    }
}

fn int64_elements(tensor: &TensorProto) -> Option<Vec<i64>> {
    let (lengths, rest) = tensor.raw_data.as_chunks::<8>();
    let is_int64 = tensor.data_type == DataType::Int64 as i32 && rest.is_empty();
    let raw = || lengths.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
    is_int64.then(|| if tensor.int64_data.is_empty() { raw() } else { tensor.int64_data.clone() })
}

/// Makes the default value of a ConstantOfShape explicit: f32 0.
pub(super) fn add_default_value(node: &mut NodeProto) {
    if node.op_type != "ConstantOfShape" || node.attribute.iter().any(|attribute| attribute.name == "value") {
        return;
    }
    let zero = TensorProto {
        dims: vec![1],
        data_type: DataType::Float as i32,
        float_data: vec![0.0],
        ..TensorProto::default()
    };
    node.attribute.push(AttributeProto {
        name: "value".to_owned(),
        t: Some(zero),
        r#type: attribute_proto::AttributeType::Tensor as i32,
        ..AttributeProto::default()
    });
}
