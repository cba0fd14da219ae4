//! MatMul and Gemm: matrix products. Each sum starts from 0 and runs in the order of the inner dimension, in the inputs'
//! own precision.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_shape, fixed_length};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::Number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (…, rows, inner) and (inner, columns). Output: (…, rows, columns) of the same type, f32 or f64. A second input
/// of rank 1 is a column, whose dimension is removed from the output.
#[derive(Debug)]
struct MatMul;

/// Parses a MatMul.
pub(in super::super) fn matmul(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(MatMul))
}

/// Inputs: (rows, inner) and (inner, columns), each perhaps transposed, and a summand. Output: (rows, columns).
#[derive(Debug)]
struct Gemm {
    alpha: f32,
    beta: f32,
    transposed: [bool; 2],
    inputs: usize,
}

/// Parses a Gemm.
pub(in super::super) fn gemm(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["alpha", "beta", "transA", "transB"])?;
    Ok(Arc::new(Gemm {
        alpha: attributes.finite_float("alpha", 1.0)?,
        beta: attributes.finite_float("beta", 1.0)?,
        transposed: [attributes.int("transA", 0) != 0, attributes.int("transB", 0) != 0],
        inputs: context.input_count(),
    }))
}

/// Strided view of a matrix.
struct Matrix<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a, T: Number> Matrix<'a, T> {
    fn new(values: &'a [T], [rows, columns]: [usize; 2], transposed: bool) -> Self {
        match transposed {
            false => Matrix { values, rows, columns, row_step: columns, column_step: 1 },
            true => Matrix { values, rows: columns, columns: rows, row_step: 1, column_step: columns },
        }
    }

    fn multiply_matrix(&self, other: &Matrix<'_, T>) -> Vec<T> {
        let mut product = vec![T::from_count(0); self.rows * other.columns];
        for (row, sums) in product.chunks_exact_mut(other.columns.max(1)).enumerate() {
            // Columns in the inner loop, for contiguous reads; each sum still runs along the inner dimension.
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

fn check_types(kinds: &[DatumType]) -> TractResult<()> {
    let kind = kinds[0];
    ensure!(matches!(kind, DatumType::F32 | DatumType::F64), "matrices of type {kind:?} are not served");
    ensure!(kinds.iter().all(|other| *other == kind), "the inputs should be of one type");
    Ok(())
}

impl Operator for MatMul {
    fn name(&self) -> &'static str {
        "LeadlightMatMul"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, one), (other_kind, other)) = (&inputs[0], &inputs[1]);
        check_types(&[*kind, *other_kind])?;
        ensure!(
            one.len() >= 2 && matches!(other.len(), 1 | 2),
            "one of two dimensions should be multiplied with a matrix"
        );
        ensure!(one.last() == other.first(), "the inner dimensions {:?} and {:?} differ", one.last(), other.first());
        other.first().map(fixed_length).transpose()?;
        let mut shape: TVec<TDim> = one[..one.len() - 1].into();
        shape.extend(other.get(1).cloned());
        Ok(vec![(*kind, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => matmul_elements::<f64>(&inputs[0], &inputs[1])?,
            _ => matmul_elements::<f32>(&inputs[0], &inputs[1])?,
        }])
    }
}

fn matmul_elements<T: Number>(one: &Tensor, other: &Tensor) -> TractResult<Tensor> {
    let Some((inner, outer)) = one.shape().split_last() else { bail!("a matrix is needed") };
    let columns = other.shape().get(1).copied();
    let left = Matrix::new(elements::<T>(one)?, [outer.iter().product(), *inner], false);
    let right = Matrix::new(elements::<T>(other)?, [*inner, columns.unwrap_or(1)], false);
    let shape: Vec<usize> = outer.iter().copied().chain(columns).collect();
    tensor_from(&shape, left.multiply_matrix(&right))
}

impl Operator for Gemm {
    fn name(&self) -> &'static str {
        "LeadlightGemm"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        check_types(&inputs.iter().map(|(kind, _)| *kind).collect::<Vec<_>>())?;
        ensure!(matches!(inputs.len(), 2 | 3), "two or three inputs are needed");
        let transposed = |at: usize| -> TractResult<[TDim; 2]> {
            match (inputs[at].1.as_slice(), self.transposed[at]) {
                ([rows, columns], false) => Ok([rows.clone(), columns.clone()]),
                ([rows, columns], true) => Ok([columns.clone(), rows.clone()]),
                _ => bail!("the inputs should have two dimensions"),
            }
        };
        let ([rows, inner], [other_inner, columns]) = (transposed(0)?, transposed(1)?);
        ensure!(inner == other_inner, "the inner dimensions {inner} and {other_inner} differ");
        fixed_length(&inner)?;
        let shape: TVec<TDim> = tvec!(rows, columns);
        if let Some((_, summand)) = inputs.get(2) {
            ensure!(broadcast_shape(&[&shape, summand])? == shape, "what is added does not fit the product");
        }
        Ok(vec![(inputs[0].0, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => self.gemm_elements::<f64>(inputs)?,
            _ => self.gemm_elements::<f32>(inputs)?,
        }])
    }
}

impl Gemm {
    fn gemm_elements<T: Number>(&self, inputs: &[TValue]) -> TractResult<Tensor> {
        let matrix = |at: usize| {
            let [rows, columns] = *inputs[at].shape() else { bail!("a matrix is needed") };
            Ok(Matrix::new(elements::<T>(&inputs[at])?, [rows, columns], self.transposed[at]))
        };
        let (one, other) = (matrix(0)?, matrix(1)?);
        let shape = [one.rows, other.columns];
        let (alpha, beta) = (T::from_f64(self.alpha.into()), T::from_f64(self.beta.into()));
        let mut product = one.multiply_matrix(&other);
        product.iter_mut().for_each(|sum| *sum = alpha.multiply(*sum));
        if let Some(summand) = inputs.get(2).filter(|_| self.beta != 0.0) {
            let values = elements::<T>(summand)?;
            for (sum, index) in product.iter_mut().zip(StridedIndices::broadcast(summand.shape(), &shape)) {
                *sum = sum.add(beta.multiply(values[index]));
            }
        }
        tensor_from(&shape, product)
    }
}
