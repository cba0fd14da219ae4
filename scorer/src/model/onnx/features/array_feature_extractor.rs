//! ArrayFeatureExtractor: selects columns of a tensor by index.

use super::super::NodeError;
use super::super::broadcast::fixed_length;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: data (…, columns) of any type, indices of i64. Output: (…, indices) of the data's type; data of rank 1 are one
/// row.
#[derive(Debug)]
struct Extractor {
    /// Indices, if they are constant.
    constant_indices: Vec<i64>,
}

/// Parses an ArrayFeatureExtractor.
pub(in super::super) fn array_feature_extractor(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&[])?;
    let constant_indices = match context.constant(1) {
        Some(tensor) => attributes.integers("places", tensor)?,
        None => Vec::new(),
    };
    Ok(Arc::new(Extractor { constant_indices }))
}

impl Operator for Extractor {
    fn name(&self) -> &'static str {
        "LeadlightExtractor"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, shape), (indices, indices_shape)) = (&inputs[0], &inputs[1]);
        ensure!(*indices == DatumType::I64, "the places should be whole numbers, not {indices:?}");
        let count = indices_shape.iter().product::<TDim>();
        let Some((width, outer)) = shape.split_last() else { bail!("the data should have a dimension") };
        let width = fixed_length(width)? as i64;
        ensure!(
            self.constant_indices.iter().all(|index| (0..width).contains(index)),
            "places should be from 0 to before {width}"
        );
        let mut shape: TVec<TDim> = if outer.is_empty() { tvec!(1.to_dim()) } else { outer.into() };
        shape.push(count);
        Ok(vec![(*kind, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (data, indices) = (&inputs[0], elements::<i64>(&inputs[1])?);
        let Some((width, outer)) = data.shape().split_last() else { bail!("the data should have a dimension") };
        ensure!(!indices.is_empty(), "no place is asked for");
        let index = |index: &i64| usize::try_from(*index).ok().filter(|index| index < width);
        let Some(indices) = indices.iter().map(index).collect::<Option<Vec<usize>>>() else {
            bail!("places should be from 0 to {}", width.saturating_sub(1))
        };
        let shape = if outer.is_empty() { vec![1, indices.len()] } else { [outer, &[indices.len()]].concat() };
        Ok(vec![match data.datum_type() {
            DatumType::F32 => select_columns::<f32>(data, &indices, &shape)?,
            DatumType::F64 => select_columns::<f64>(data, &indices, &shape)?,
            DatumType::I64 => select_columns::<i64>(data, &indices, &shape)?,
            DatumType::I32 => select_columns::<i32>(data, &indices, &shape)?,
            DatumType::Bool => select_columns::<bool>(data, &indices, &shape)?,
            DatumType::String => select_columns::<String>(data, &indices, &shape)?,
            other => bail!("data of type {other:?} are not served"),
        }])
    }
}

fn select_columns<T: Datum>(data: &Tensor, indices: &[usize], shape: &[usize]) -> TractResult<Tensor> {
    let width = data.shape().last().copied().unwrap_or(1).max(1);
    let rows = elements::<T>(data)?.chunks_exact(width);
    tensor_from(shape, rows.flat_map(|row| indices.iter().map(|index| row[*index].clone())).collect())
}
