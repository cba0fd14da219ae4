//! MatMul and Gemm: products of matrices, each sum in the order of the inner dimension, starting from 0, in the inputs'
//! own precision.
//!
//! May not know what the matrices are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::{Places, common_shape, fixed};
use super::numbers::Number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (…, rows, inner) and (inner, columns). Output: (…, rows, columns) of the same type, f32 or f64. A second input
/// of one dimension is a column that leaves none behind.
#[derive(Debug)]
struct MatMul;

/// Reads a MatMul.
pub(in super::super) fn matmul(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(MatMul))
}

/// Inputs: (rows, inner) and (inner, columns), each perhaps turned round, and what is added. Output: (rows, columns).
#[derive(Debug)]
struct Gemm {
    alpha: f32,
    beta: f32,
    turned: [bool; 2],
    inputs: usize,
}

/// Reads a Gemm.
pub(in super::super) fn gemm(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["alpha", "beta", "transA", "transB"])?;
    Ok(Arc::new(Gemm {
        alpha: attributes.finite_float("alpha", 1.0)?,
        beta: attributes.finite_float("beta", 1.0)?,
        turned: [attributes.int("transA", 0) != 0, attributes.int("transB", 0) != 0],
        inputs: site.inputs(),
    }))
}

/// A matrix as it lies in memory, or turned round.
struct Matrix<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a, T: Number> Matrix<'a, T> {
    fn of(values: &'a [T], [rows, columns]: [usize; 2], turned: bool) -> Self {
        match turned {
            false => Matrix { values, rows, columns, row_step: columns, column_step: 1 },
            true => Matrix { values, rows: columns, columns: rows, row_step: 1, column_step: columns },
        }
    }

    fn times(&self, other: &Matrix<'_, T>) -> Vec<T> {
        let mut product = vec![T::of_count(0); self.rows * other.columns];
        for (row, sums) in product.chunks_exact_mut(other.columns.max(1)).enumerate() {
            // Along the columns inside, so that neighbours are read; each sum still runs along the inner dimension.
            for inner in 0..self.columns {
                let value = self.values[row * self.row_step + inner * self.column_step];
                for (column, sum) in sums.iter_mut().enumerate() {
                    let factor = other.values[inner * other.row_step + column * other.column_step];
                    *sum = sum.add(value.multiply(factor));
                }
            }
        }
        product
    }
}

fn check(kinds: &[DatumType]) -> TractResult<()> {
    let kind = kinds[0];
    ensure!(matches!(kind, DatumType::F32 | DatumType::F64), "matrices of type {kind:?} are not served");
    ensure!(kinds.iter().all(|other| *other == kind), "the inputs should be of one type");
    Ok(())
}

impl Operation for MatMul {
    fn name(&self) -> &'static str {
        "LeadlightMatMul"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let ((kind, one), (other_kind, other)) = (&inputs[0], &inputs[1]);
        check(&[*kind, *other_kind])?;
        ensure!(
            one.len() >= 2 && matches!(other.len(), 1 | 2),
            "one of two dimensions should be multiplied with a matrix"
        );
        ensure!(one.last() == other.first(), "the inner dimensions {:?} and {:?} differ", one.last(), other.first());
        other.first().map(fixed).transpose()?;
        let mut shape: TVec<TDim> = one[..one.len() - 1].into();
        shape.extend(other.get(1).cloned());
        Ok(vec![(*kind, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => multiplied::<f64>(&inputs[0], &inputs[1])?,
            _ => multiplied::<f32>(&inputs[0], &inputs[1])?,
        }])
    }
}

fn multiplied<T: Number>(one: &Tensor, other: &Tensor) -> TractResult<Tensor> {
    let Some((inner, outer)) = one.shape().split_last() else { bail!("a matrix is needed") };
    let columns = other.shape().get(1).copied();
    let left = Matrix::of(slice::<T>(one)?, [outer.iter().product(), *inner], false);
    let right = Matrix::of(slice::<T>(other)?, [*inner, columns.unwrap_or(1)], false);
    let shape: Vec<usize> = outer.iter().copied().chain(columns).collect();
    made(&shape, left.times(&right))
}

impl Operation for Gemm {
    fn name(&self) -> &'static str {
        "LeadlightGemm"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        check(&inputs.iter().map(|(kind, _)| *kind).collect::<Vec<_>>())?;
        ensure!(matches!(inputs.len(), 2 | 3), "two or three inputs are needed");
        let turned = |at: usize| -> TractResult<[TDim; 2]> {
            match (inputs[at].1.as_slice(), self.turned[at]) {
                ([rows, columns], false) => Ok([rows.clone(), columns.clone()]),
                ([rows, columns], true) => Ok([columns.clone(), rows.clone()]),
                _ => bail!("the inputs should have two dimensions"),
            }
        };
        let ([rows, inner], [other_inner, columns]) = (turned(0)?, turned(1)?);
        ensure!(inner == other_inner, "the inner dimensions {inner} and {other_inner} differ");
        fixed(&inner)?;
        let shape: TVec<TDim> = tvec!(rows, columns);
        if let Some((_, added)) = inputs.get(2) {
            ensure!(common_shape(&[&shape, added])? == shape, "what is added does not fit the product");
        }
        Ok(vec![(inputs[0].0, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => self.applied::<f64>(inputs)?,
            _ => self.applied::<f32>(inputs)?,
        }])
    }
}

impl Gemm {
    fn applied<T: Number>(&self, inputs: &[TValue]) -> TractResult<Tensor> {
        let matrix = |at: usize| {
            let [rows, columns] = *inputs[at].shape() else { bail!("a matrix is needed") };
            Ok(Matrix::of(slice::<T>(&inputs[at])?, [rows, columns], self.turned[at]))
        };
        let (one, other) = (matrix(0)?, matrix(1)?);
        let shape = [one.rows, other.columns];
        let (alpha, beta) = (T::of_f64(self.alpha.into()), T::of_f64(self.beta.into()));
        let mut product = one.times(&other);
        product.iter_mut().for_each(|sum| *sum = alpha.multiply(*sum));
        if let Some(added) = inputs.get(2).filter(|_| self.beta != 0.0) {
            let values = slice::<T>(added)?;
            for (sum, place) in product.iter_mut().zip(Places::stretched(added.shape(), &shape)) {
                *sum = sum.add(beta.multiply(values[place]));
            }
        }
        made(&shape, product)
    }
}
