//! Operators that move elements and change none: of any type, sizes of tensors among them.
//!
//! Owns every check on axes and places, which may come from anywhere. No operator here takes elements along the dimension
//! of the leads: a lead's answer does not depend on the others. May not know what the elements are.

mod dimensions;
mod gather;
mod same;
mod slice;
mod split;
mod transpose;

pub(super) use dimensions::{flatten, squeeze, unsqueeze};
pub(super) use gather::gather;
pub(super) use same::{dropout, identity};
pub(super) use slice::slice;
pub(super) use split::split;
pub(super) use transpose::transpose;

use super::operation::made;
use super::score;
use super::walk::strides;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// The elements of a tensor at some places, in another shape.
fn taken(input: &Tensor, shape: &[usize], places: impl Iterator<Item = usize>) -> TractResult<Tensor> {
    match input.datum_type() {
        DatumType::F32 => elements::<f32>(input, shape, places),
        DatumType::F64 => elements::<f64>(input, shape, places),
        DatumType::I64 => elements::<i64>(input, shape, places),
        DatumType::I32 => elements::<i32>(input, shape, places),
        DatumType::Bool => elements::<bool>(input, shape, places),
        DatumType::String => elements::<String>(input, shape, places),
        DatumType::TDim => elements::<TDim>(input, shape, places),
        other => bail!("elements of type {other:?} are not served"),
    }
}

fn elements<T: Datum>(input: &Tensor, shape: &[usize], places: impl Iterator<Item = usize>) -> TractResult<Tensor> {
    let values = score::slice::<T>(input)?;
    made(shape, places.map(|place| values[place].clone()).collect())
}

/// The elements of a tensor at some places of one axis, which are all there.
fn along(input: &Tensor, axis: usize, taken_places: &[usize], shape: &[usize]) -> TractResult<Tensor> {
    let own = input.shape();
    let inner = strides(own)[axis];
    let outer: usize = own[..axis].iter().product();
    let block = own[axis] * inner;
    let places = (0..outer).flat_map(|from| {
        taken_places.iter().flat_map(move |place| (0..inner).map(move |at| from * block + place * inner + at))
    });
    taken(input, shape, places)
}
