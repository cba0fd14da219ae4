//! Softmax and LogSoftmax, in f64, rounded once.
//!
//! Owns what an axis meant before version 13: everything from it on is one row. May not know what the scores are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk;
use super::numbers::Number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of f32 or f64. Output: the same form.
#[derive(Debug)]
struct Softmax {
    axis: i64,
    /// Whether everything behind the axis belongs to it.
    flattens: bool,
    logarithm: bool,
}

/// Reads a Softmax or LogSoftmax.
pub(in super::super) fn softmax(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["axis"])?;
    let flattens = site.version() < 13;
    let axis = attributes.int("axis", if flattens { 1 } else { -1 });
    Ok(Arc::new(Softmax { axis, flattens, logarithm: site.node.op_type == "LogSoftmax" }))
}

impl Softmax {
    fn applied<T: Number>(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), slice::<T>(input)?);
        let axis = self.axis(shape.len())?;
        let behind: usize = shape[axis + 1..].iter().product();
        let (length, inner) = if self.flattens { (shape[axis] * behind, 1) } else { (shape[axis], behind) };
        let outer: usize = shape[..axis].iter().product();
        let mut result = vec![T::of_count(0); values.len()];
        for from in (0..outer).flat_map(|block| (0..inner).map(move |at| block * length * inner + at)) {
            let row: Vec<f64> = (0..length).map(|at| values[from + at * inner].to_f64()).collect();
            for (at, value) in self.row(&row).into_iter().enumerate() {
                result[from + at * inner] = T::of_f64(value);
            }
        }
        made(shape, result)
    }

    /// Shifted by the highest, so that no exponential overflows.
    fn row(&self, row: &[f64]) -> Vec<f64> {
        let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = row.iter().fold(0.0, |sum, value| sum + libm::exp(value - highest));
        let each = |value: &f64| match self.logarithm {
            true => value - highest - libm::log(total),
            false => libm::exp(value - highest) / total,
        };
        row.iter().map(each).collect()
    }

    fn axis(&self, rank: usize) -> TractResult<usize> {
        walk::axis(self.axis, rank)
    }
}

impl Operation for Softmax {
    fn name(&self) -> &'static str {
        "LeadlightSoftmax"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(matches!(kind, DatumType::F32 | DatumType::F64), "an input of type {kind:?} is not served");
        let axis = self.axis(shape.len())?;
        walk::fixed(&shape[axis])?;
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => self.applied::<f64>(&inputs[0])?,
            _ => self.applied::<f32>(&inputs[0])?,
        }])
    }
}
