//! Where: selects elements from two tensors by a condition.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_lengths, broadcast_shape};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{for_elements, for_numbers};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: bools, and two tensors of one type, with compatible shapes. Output: the broadcast shape, of that type.
#[derive(Debug)]
struct Select;

/// Parses a Where.
pub(in super::super) fn select(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(Select))
}

fn select_elements<T: Datum>(inputs: &[TValue]) -> TractResult<Tensor> {
    let (condition, ones, others) =
        (elements::<bool>(&inputs[0])?, elements::<T>(&inputs[1])?, elements::<T>(&inputs[2])?);
    let shapes: Vec<&[usize]> = inputs.iter().map(|input| input.shape()).collect();
    let shape = broadcast_lengths(&shapes)?;
    let mut indices = shapes.iter().map(|input_shape| StridedIndices::broadcast(input_shape, &shape));
    let (Some(first), Some(second), Some(third)) = (indices.next(), indices.next(), indices.next()) else {
        bail!("three inputs are needed")
    };
    let select = |((condition_at, one), other): ((usize, usize), usize)| match condition[condition_at] {
        true => ones[one].clone(),
        false => others[other].clone(),
    };
    tensor_from(&shape, first.zip(second).zip(third).map(select).collect())
}

impl Operator for Select {
    fn name(&self) -> &'static str {
        "LeadlightWhere"
    }

    fn inputs(&self) -> usize {
        3
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        ensure!(inputs[0].0 == DatumType::Bool, "the first input should say yes or no");
        ensure!(inputs[1].0 == inputs[2].0, "the second and the third input should be of one type");
        Ok(vec![(inputs[1].0, broadcast_shape(&[&inputs[0].1, &inputs[1].1, &inputs[2].1])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![for_elements!(inputs[1].datum_type(), select_elements(inputs))?])
    }
}
