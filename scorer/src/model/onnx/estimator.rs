//! Estimators that trees and linear models share as operators: rows to scores, in the precision of the input.

use super::operator::rows_and_columns;
use super::trees::TreeKernel;
use crate::model::kernel;
use std::borrow::Cow;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Source of a row's scores.
#[derive(Debug, Clone)]
pub(super) enum Estimator {
    /// Tree ensemble.
    Trees(TreeKernel),
    /// Linear model.
    Linear {
        /// Row-major, targets × features.
        coefficients: Vec<f32>,
        /// One per target.
        intercepts: Vec<f32>,
    },
}

/// Scores of some rows.
pub(super) struct ScoreMatrix {
    /// Number of rows.
    pub(super) rows: usize,
    /// Row-major, rows × targets.
    pub(super) values: Vec<f32>,
}

impl Estimator {
    /// Least number of features per row.
    pub(super) fn features(&self) -> usize {
        match self {
            Estimator::Trees(trees) => trees.features(),
            Estimator::Linear { coefficients, intercepts } => coefficients.len() / intercepts.len().max(1),
        }
    }

    /// Number of scores per row.
    pub(super) fn targets(&self) -> usize {
        match self {
            Estimator::Trees(trees) => trees.targets(),
            Estimator::Linear { intercepts, .. } => intercepts.len(),
        }
    }

    /// Checks element type and number of columns of an input.
    pub(super) fn check(&self, kind: DatumType, columns: &TDim) -> TractResult<()> {
        let columns = columns.to_usize().context("the number of features should be known")?;
        let features = self.features();
        ensure!(columns > 0 && columns >= features, "{features} features are read, but there are {columns}");
        if matches!(self, Estimator::Linear { .. }) {
            ensure!(columns == features, "there are coefficients for {features} features, but there are {columns}");
        }
        let double = matches!(self, Estimator::Trees(TreeKernel::F64(_)));
        ensure!(double == (kind == DatumType::F64), "the precision of the input should be that of the trees");
        ensure!(kind.is_number(), "the input should hold numbers");
        Ok(())
    }

    /// Scores of a checked tensor.
    pub(super) fn scores(&self, input: &Tensor) -> TractResult<ScoreMatrix> {
        let [rows, columns] = rows_and_columns(input.shape())?;
        let mut values = vec![0.0; rows * self.targets()];
        match self {
            Estimator::Trees(TreeKernel::F32(kernel)) => kernel.margins(&to_f32(input)?, columns, &mut values),
            Estimator::Trees(TreeKernel::F64(_)) => {
                let doubles = self.double_scores(input)?.unwrap_or_default();
                values.iter_mut().zip(doubles).for_each(|(value, double)| *value = double as f32);
            }
            Estimator::Linear { coefficients, intercepts } => {
                values.chunks_exact_mut(intercepts.len().max(1)).for_each(|row| row.copy_from_slice(intercepts));
                kernel::add_linear(coefficients, &to_f32(input)?, columns, &mut values);
            }
        }
        Ok(ScoreMatrix { rows, values })
    }

    /// Scores of a checked tensor without rounding, rows × targets; `None` for an estimator of floats.
    pub(super) fn double_scores(&self, input: &Tensor) -> TractResult<Option<Vec<f64>>> {
        let Estimator::Trees(TreeKernel::F64(kernel)) = self else { return Ok(None) };
        let [rows, columns] = rows_and_columns(input.shape())?;
        let mut scores = vec![0.0; rows * self.targets()];
        kernel.margins(elements::<f64>(input)?, columns, &mut scores);
        Ok(Some(scores))
    }

    /// True for each row and target with a weight; `None` where all have one.
    pub(super) fn weighted_targets(&self, input: &Tensor) -> TractResult<Option<Vec<bool>>> {
        let [_, columns] = rows_and_columns(input.shape())?;
        Ok(match self {
            Estimator::Trees(TreeKernel::F32(kernel)) => Some(kernel.weighted_targets(&to_f32(input)?, columns)),
            Estimator::Trees(TreeKernel::F64(kernel)) => {
                Some(kernel.weighted_targets(elements::<f64>(input)?, columns))
            }
            Estimator::Linear { .. } => None,
        })
    }
}

/// Elements of a tensor, row-major.
pub(super) fn elements<T: Datum>(tensor: &Tensor) -> TractResult<&[T]> {
    tensor.try_as_plain_ram()?.as_slice::<T>()
}

/// Elements of a tensor as f32; integers are rounded, as in onnxruntime.
pub(super) fn to_f32(tensor: &Tensor) -> TractResult<Cow<'_, [f32]>> {
    if tensor.datum_type() == DatumType::F32 {
        return Ok(Cow::Borrowed(elements::<f32>(tensor)?));
    }
    let cast = tensor.cast_to::<f32>()?;
    Ok(Cow::Owned(elements::<f32>(&cast)?.to_vec()))
}
