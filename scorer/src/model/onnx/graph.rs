//! Decoding of a file, and readers of the decoded graph.

use super::ModelError;
use crate::model::bundle::FILE_MAX;
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, ValueInfoProto, tensor_proto::DataType};
use tract_onnx::prelude::DatumType;

/// Name of the default domain in messages.
pub(super) const DEFAULT_DOMAIN: &str = "ai.onnx";

/// Domain of the classical machine-learning operators.
pub(super) const ML_DOMAIN: &str = "ai.onnx.ml";

/// Largest number of nodes.
const NODES_MAX: usize = 10_000;

/// Decodes a file; rejects graphs that are too large, and external data.
pub(super) fn decode(bytes: &[u8]) -> Result<ModelProto, ModelError> {
    if bytes.len() > FILE_MAX {
        return Err(ModelError::TooLarge(format!("{} bytes; at most {FILE_MAX} are allowed", bytes.len())));
    }
    let proto =
        <ModelProto as prost::Message>::decode(bytes).map_err(|error| ModelError::NotOnnx(error.to_string()))?;
    let Some(graph) = &proto.graph else { return Err(ModelError::NotOnnx("it holds no graph".to_owned())) };
    if graph.node.len() > NODES_MAX {
        return Err(ModelError::TooLarge(format!("{} nodes; at most {NODES_MAX} are allowed", graph.node.len())));
    }
    let attributes = graph.node.iter().flat_map(|node| &node.attribute);
    let tensors = attributes.filter_map(|attribute| attribute.t.as_ref()).chain(&graph.initializer);
    match tensors
        .into_iter()
        .find(|tensor| !tensor.external_data.is_empty() || tensor.data_location.is_some_and(|at| at != 0))
    {
        Some(tensor) => Err(ModelError::ExternalData(tensor.name.clone())),
        None => Ok(proto),
    }
}

/// Inputs of a graph without its constants.
pub(super) fn inputs(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    graph.input.iter().filter(|input| !graph.initializer.iter().any(|constant| constant.name == input.name))
}

/// Full domain name of a node.
pub(super) fn domain(node: &NodeProto) -> &str {
    if node.domain.is_empty() { DEFAULT_DOMAIN } else { &node.domain }
}

/// Name of a node, or of its outputs.
pub(super) fn node_name(node: &NodeProto) -> String {
    if node.name.is_empty() { node.output.join(", ") } else { node.name.clone() }
}

/// Declared element type of an input or output.
pub(super) fn element_type(value: &ValueInfoProto) -> Option<DatumType> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    datum_type(tensor.elem_type)
}

/// Converts an ONNX element type; `None` for unsupported ones.
pub(super) fn datum_type(element_type: i32) -> Option<DatumType> {
    match DataType::try_from(element_type).ok()? {
        DataType::Float => Some(DatumType::F32),
        DataType::Double => Some(DatumType::F64),
        DataType::String => Some(DatumType::String),
        DataType::Int64 => Some(DatumType::I64),
        DataType::Int32 => Some(DatumType::I32),
        DataType::Bool => Some(DatumType::Bool),
        _ => None,
    }
}

/// Declared dimensions of an input or output, `None` for symbolic ones; `None` without a shape.
pub(super) fn shape(value: &ValueInfoProto) -> Option<Vec<Option<usize>>> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let length = |dimension: &pb::tensor_shape_proto::Dimension| match dimension.value.as_ref()? {
        pb::tensor_shape_proto::dimension::Value::DimValue(length) => usize::try_from(*length).ok(),
        pb::tensor_shape_proto::dimension::Value::DimParam(_) => None,
    };
    Some(tensor.shape.as_ref()?.dim.iter().map(length).collect())
}
