//! Layout operators: move elements of any type without changing them; shape values among them.
//!
//! Every axis and index is checked. No operator selects along the leads' dimension: a lead's score does not depend on
//! other leads.

mod gather;
mod identity;
mod reshape;
mod slice;
mod split;
mod transpose;

pub(super) use gather::gather;
pub(super) use identity::{dropout, identity};
pub(super) use reshape::{flatten, squeeze, unsqueeze};
pub(super) use slice::slice;
pub(super) use split::split;
pub(super) use transpose::transpose;

use super::broadcast::strides;
use super::estimator;
use super::operator::tensor_from;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Tensor of the elements at the given indices.
fn gather_elements(input: &Tensor, shape: &[usize], indices: impl Iterator<Item = usize>) -> TractResult<Tensor> {
    match input.datum_type() {
        DatumType::F32 => gather_typed::<f32>(input, shape, indices),
        DatumType::F64 => gather_typed::<f64>(input, shape, indices),
        DatumType::I64 => gather_typed::<i64>(input, shape, indices),
        DatumType::I32 => gather_typed::<i32>(input, shape, indices),
        DatumType::Bool => gather_typed::<bool>(input, shape, indices),
        DatumType::String => gather_typed::<String>(input, shape, indices),
        DatumType::TDim => gather_typed::<TDim>(input, shape, indices),
        other => bail!("elements of type {other:?} are not served"),
    }
}

fn gather_typed<T: Datum>(
    input: &Tensor,
    shape: &[usize],
    indices: impl Iterator<Item = usize>,
) -> TractResult<Tensor> {
    let values = estimator::elements::<T>(input)?;
    tensor_from(shape, indices.map(|index| values[index].clone()).collect())
}

/// Selects entries of one axis; the indices must be in range.
fn select_along(input: &Tensor, axis: usize, selected: &[usize], shape: &[usize]) -> TractResult<Tensor> {
    let input_shape = input.shape();
    let inner = strides(input_shape)[axis];
    let outer: usize = input_shape[..axis].iter().product();
    let block = input_shape[axis] * inner;
    let indices = (0..outer).flat_map(|from| {
        selected.iter().flat_map(move |index| (0..inner).map(move |at| from * block + index * inner + at))
    });
    gather_elements(input, shape, indices)
}
