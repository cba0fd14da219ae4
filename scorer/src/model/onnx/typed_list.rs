//! Typed lists, and their readers from attributes.

use super::NodeError;
use super::attributes::{Attributes, to_strings};
use super::operator::tensor_from;
use tract_onnx::pb::{TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::*;

/// List of one element type.
#[derive(Debug, Clone)]
pub(super) enum TypedList {
    Strings(Vec<String>),
    Int64s(Vec<i64>),
    Int16s(Vec<i16>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
}

impl TypedList {
    pub(super) fn len(&self) -> usize {
        match self {
            TypedList::Strings(list) => list.len(),
            TypedList::Int64s(list) => list.len(),
            TypedList::Int16s(list) => list.len(),
            TypedList::Floats(list) => list.len(),
            TypedList::Doubles(list) => list.len(),
        }
    }

    pub(super) fn datum_type(&self) -> DatumType {
        match self {
            TypedList::Strings(_) => DatumType::String,
            TypedList::Int64s(_) => DatumType::I64,
            TypedList::Int16s(_) => DatumType::I16,
            TypedList::Floats(_) => DatumType::F32,
            TypedList::Doubles(_) => DatumType::F64,
        }
    }

    /// Tensor of the elements at the given indices.
    pub(super) fn gather(&self, indices: &[usize], shape: &[usize]) -> TractResult<Tensor> {
        match self {
            TypedList::Strings(list) => tensor_from(shape, indices.iter().map(|index| list[*index].clone()).collect()),
            TypedList::Int64s(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Int16s(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Floats(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Doubles(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
        }
    }
}

/// Keys or values, which exactly one attribute must hold.
pub(super) fn list(attributes: &Attributes<'_>, what: &str) -> Result<TypedList, NodeError> {
    let name = |kind: &str| format!("{what}_{kind}");
    let (floats, ints) = (attributes.floats(&name("floats")), attributes.ints(&name("int64s")));
    let strings = to_strings(attributes.strings(&name("strings")));
    let tensor = attributes.tensor_proto(&name("tensor"));
    let mut found = Vec::new();
    found.extend((!strings.is_empty()).then_some(TypedList::Strings(strings)));
    found.extend((!ints.is_empty()).then(|| TypedList::Int64s(ints.to_vec())));
    found.extend((!floats.is_empty()).then(|| TypedList::Floats(floats.to_vec())));
    if let Some(tensor) = tensor {
        found.push(tensor_list(attributes, &name("tensor"), tensor)?);
    }
    let only = found.pop().filter(|_| found.is_empty());
    only.ok_or_else(|| attributes.error(&name("*"), "should be exactly one list"))
}

/// Elements of a tensor of rank 1.
pub(super) fn tensor_list(
    attributes: &Attributes<'_>,
    name: &str,
    tensor: &TensorProto,
) -> Result<TypedList, NodeError> {
    let numbers = || {
        let read = attributes.tensor_values(name)?;
        read.map(|(values, _)| values).ok_or_else(|| attributes.error(name, "is missing"))
    };
    Ok(match DataType::try_from(tensor.data_type) {
        Ok(DataType::String) => TypedList::Strings(to_strings(&tensor.string_data)),
        Ok(DataType::Int64) => TypedList::Int64s(attributes.integers(name, tensor)?),
        Ok(DataType::Int16) => TypedList::Int16s(numbers()?.into_iter().map(|value| value as i16).collect()),
        Ok(DataType::Float) => TypedList::Floats(numbers()?.into_iter().map(|value| value as f32).collect()),
        Ok(DataType::Double) => TypedList::Doubles(numbers()?),
        _ => return Err(attributes.error(name, "holds elements that are not served")),
    })
}
