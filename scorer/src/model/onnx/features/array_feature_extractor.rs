//! ArrayFeatureExtractor: some columns of a tensor, in the order asked for.
//!
//! May not know what the columns are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::fixed;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: data (…, columns) of any type, places of i64. Output: (…, places) of the data's type; data of one dimension
/// are one row.
#[derive(Debug)]
struct Extractor {
    /// The places, where they stand in the file.
    known: Vec<i64>,
}

/// Reads an ArrayFeatureExtractor.
pub(in super::super) fn array_feature_extractor(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&[])?;
    let known = match site.constant(1) {
        Some(tensor) => attributes.whole_numbers("places", tensor)?,
        None => Vec::new(),
    };
    Ok(Arc::new(Extractor { known }))
}

impl Operation for Extractor {
    fn name(&self) -> &'static str {
        "LeadlightExtractor"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let ((kind, shape), (places, places_shape)) = (&inputs[0], &inputs[1]);
        ensure!(*places == DatumType::I64, "the places should be whole numbers, not {places:?}");
        let count = places_shape.iter().product::<TDim>();
        let Some((width, before)) = shape.split_last() else { bail!("the data should have a dimension") };
        let width = fixed(width)? as i64;
        ensure!(self.known.iter().all(|place| (0..width).contains(place)), "places should be from 0 to before {width}");
        let mut shape: TVec<TDim> = if before.is_empty() { tvec!(1.to_dim()) } else { before.into() };
        shape.push(count);
        Ok(vec![(*kind, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (data, places) = (&inputs[0], slice::<i64>(&inputs[1])?);
        let Some((width, before)) = data.shape().split_last() else { bail!("the data should have a dimension") };
        ensure!(!places.is_empty(), "no place is asked for");
        let place = |place: &i64| usize::try_from(*place).ok().filter(|place| place < width);
        let Some(places) = places.iter().map(place).collect::<Option<Vec<usize>>>() else {
            bail!("places should be from 0 to {}", width.saturating_sub(1))
        };
        let shape = if before.is_empty() { vec![1, places.len()] } else { [before, &[places.len()]].concat() };
        Ok(vec![match data.datum_type() {
            DatumType::F32 => taken::<f32>(data, &places, &shape)?,
            DatumType::F64 => taken::<f64>(data, &places, &shape)?,
            DatumType::I64 => taken::<i64>(data, &places, &shape)?,
            DatumType::I32 => taken::<i32>(data, &places, &shape)?,
            DatumType::Bool => taken::<bool>(data, &places, &shape)?,
            DatumType::String => taken::<String>(data, &places, &shape)?,
            other => bail!("data of type {other:?} are not served"),
        }])
    }
}

fn taken<T: Datum>(data: &Tensor, places: &[usize], shape: &[usize]) -> TractResult<Tensor> {
    let width = data.shape().last().copied().unwrap_or(1).max(1);
    let rows = slice::<T>(data)?.chunks_exact(width);
    made(shape, rows.flat_map(|row| places.iter().map(|place| row[*place].clone())).collect())
}
