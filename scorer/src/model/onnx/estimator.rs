//! Rows -> scores: what trees and linear models have in common as operators.
//!
//! Owns which numbers an operator reads from a tensor and in which precision it works. May not know what the scores
//! mean or how a graph is read.

use super::operation::rows_and_columns;
use super::trees::Precision;
use crate::model::kernel;
use std::borrow::Cow;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Where the scores of a row come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Trees.
    Trees(Precision),
    /// Coefficients, row-major, targets × features, and what each sum starts from.
    Linear {
        /// The coefficients.
        coefficients: Vec<f32>,
        /// The intercepts, one for each target.
        intercepts: Vec<f32>,
    },
}

/// The scores of some rows.
pub(super) struct Scores {
    /// How many rows there are.
    pub(super) rows: usize,
    /// Row-major, rows × targets.
    pub(super) values: Vec<f32>,
}

impl Source {
    /// How many features a row must have at least.
    pub(super) fn features(&self) -> usize {
        match self {
            Source::Trees(trees) => trees.features(),
            Source::Linear { coefficients, intercepts } => coefficients.len() / intercepts.len().max(1),
        }
    }

    /// How many scores a row has.
    pub(super) fn targets(&self) -> usize {
        match self {
            Source::Trees(trees) => trees.targets(),
            Source::Linear { intercepts, .. } => intercepts.len(),
        }
    }

    /// Whether rows of so many columns of a type can be scored.
    pub(super) fn check(&self, kind: DatumType, columns: &TDim) -> TractResult<()> {
        let columns = columns.to_usize().context("the number of features should be known")?;
        let features = self.features();
        ensure!(columns > 0 && columns >= features, "{features} features are read, but there are {columns}");
        if matches!(self, Source::Linear { .. }) {
            ensure!(columns == features, "there are coefficients for {features} features, but there are {columns}");
        }
        let double = matches!(self, Source::Trees(Precision::Double(_)));
        ensure!(double == (kind == DatumType::F64), "the precision of the input should be that of the trees");
        ensure!(kind.is_number(), "the input should hold numbers");
        Ok(())
    }

    /// The scores of a tensor whose form was checked.
    pub(super) fn scores(&self, input: &Tensor) -> TractResult<Scores> {
        let [rows, columns] = rows_and_columns(input.shape())?;
        let mut values = vec![0.0; rows * self.targets()];
        match self {
            Source::Trees(Precision::Single(kernel)) => kernel.margins(&floats(input)?, columns, &mut values),
            Source::Trees(Precision::Double(kernel)) => {
                let mut doubles = vec![0.0; values.len()];
                kernel.margins(slice::<f64>(input)?, columns, &mut doubles);
                values.iter_mut().zip(doubles).for_each(|(value, double)| *value = double as f32);
            }
            Source::Linear { coefficients, intercepts } => {
                values.chunks_exact_mut(intercepts.len().max(1)).for_each(|row| row.copy_from_slice(intercepts));
                kernel::add_linear(coefficients, &floats(input)?, columns, &mut values);
            }
        }
        Ok(Scores { rows, values })
    }

    /// Which scores of each row some leaf spoke of; `None` where that is all of them always.
    pub(super) fn reached(&self, input: &Tensor) -> TractResult<Option<Vec<bool>>> {
        let [_, columns] = rows_and_columns(input.shape())?;
        Ok(match self {
            Source::Trees(Precision::Single(kernel)) => Some(kernel.reached(&floats(input)?, columns)),
            Source::Trees(Precision::Double(kernel)) => Some(kernel.reached(slice::<f64>(input)?, columns)),
            Source::Linear { .. } => None,
        })
    }
}

/// The elements of a tensor, row by row.
pub(super) fn slice<T: Datum>(tensor: &Tensor) -> TractResult<&[T]> {
    tensor.try_as_plain_ram()?.as_slice::<T>()
}

/// The elements of a tensor as floats; whole numbers are rounded, as onnxruntime does.
pub(super) fn floats(tensor: &Tensor) -> TractResult<Cow<'_, [f32]>> {
    if tensor.datum_type() == DatumType::F32 {
        return Ok(Cow::Borrowed(slice::<f32>(tensor)?));
    }
    let cast = tensor.cast_to::<f32>()?;
    Ok(Cow::Owned(slice::<f32>(&cast)?.to_vec()))
}
