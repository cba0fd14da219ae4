//! Equal, Greater, GreaterOrEqual, Less, LessOrEqual, And, Or: elementwise comparison.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_lengths, broadcast_shape};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{for_elements, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: two compatible shapes, of one type. Output: the broadcast shape, of bool.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Compare {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    And,
    Or,
}

/// Parses a node of this family.
pub(in super::super) fn compare(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(match context.node.op_type.as_str() {
        "Greater" => Compare::Greater,
        "GreaterOrEqual" => Compare::GreaterOrEqual,
        "Less" => Compare::Less,
        "LessOrEqual" => Compare::LessOrEqual,
        "And" => Compare::And,
        "Or" => Compare::Or,
        _ => Compare::Equal,
    }))
}

impl Compare {
    fn holds<T: PartialOrd>(self, one: &T, other: &T) -> bool {
        match self {
            Compare::Greater => one > other,
            Compare::GreaterOrEqual => one >= other,
            Compare::Less => one < other,
            Compare::LessOrEqual => one <= other,
            Compare::And | Compare::Or | Compare::Equal => one == other,
        }
    }

    fn compare_elements<T: Datum + PartialOrd>(self, inputs: &[TValue]) -> TractResult<Tensor> {
        zip_elements::<T>(inputs, |one, other| self.holds(one, other))
    }
}

fn zip_elements<T: Datum>(inputs: &[TValue], holds: impl Fn(&T, &T) -> bool) -> TractResult<Tensor> {
    let (ones, others) = (elements::<T>(&inputs[0])?, elements::<T>(&inputs[1])?);
    let shape = broadcast_lengths(&[inputs[0].shape(), inputs[1].shape()])?;
    let indices =
        StridedIndices::broadcast(inputs[0].shape(), &shape).zip(StridedIndices::broadcast(inputs[1].shape(), &shape));
    tensor_from(&shape, indices.map(|(one, other)| holds(&ones[one], &others[other])).collect())
}

impl Operator for Compare {
    fn name(&self) -> &'static str {
        "LeadlightCompare"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, one), (other_kind, other)) = (&inputs[0], &inputs[1]);
        ensure!(kind == other_kind, "the inputs should be of one type");
        let is_supported = match self {
            Compare::And | Compare::Or => *kind == DatumType::Bool,
            Compare::Equal => is_number(*kind) || matches!(kind, DatumType::Bool | DatumType::String),
            _ => is_number(*kind),
        };
        ensure!(is_supported, "inputs of type {kind:?} are not served");
        Ok(vec![(DatumType::Bool, broadcast_shape(&[one, other])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match self {
            Compare::And => zip_elements::<bool>(inputs, |one, other| *one && *other)?,
            Compare::Or => zip_elements::<bool>(inputs, |one, other| *one || *other)?,
            _ => for_elements!(inputs[0].datum_type(), self.compare_elements(inputs))?,
        }])
    }
}
