//! Equal, Greater, GreaterOrEqual, Less, LessOrEqual, And, Or: element by element, to yes or no.
//!
//! May not know what is compared.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::{Places, common_lengths, common_shape};
use super::numbers::is_number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: two of any shapes that fit each other, of one type. Output: the common shape, of bool.
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

/// Reads a node of this family.
pub(in super::super) fn compare(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(match site.node.op_type.as_str() {
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

    fn compared<T: Datum + PartialOrd>(self, inputs: &[TValue]) -> TractResult<Tensor> {
        pairs::<T>(inputs, |one, other| self.holds(one, other))
    }
}

fn pairs<T: Datum>(inputs: &[TValue], holds: impl Fn(&T, &T) -> bool) -> TractResult<Tensor> {
    let (ones, others) = (slice::<T>(&inputs[0])?, slice::<T>(&inputs[1])?);
    let shape = common_lengths(&[inputs[0].shape(), inputs[1].shape()])?;
    let places = Places::stretched(inputs[0].shape(), &shape).zip(Places::stretched(inputs[1].shape(), &shape));
    made(&shape, places.map(|(one, other)| holds(&ones[one], &others[other])).collect())
}

impl Operation for Compare {
    fn name(&self) -> &'static str {
        "LeadlightCompare"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let ((kind, one), (other_kind, other)) = (&inputs[0], &inputs[1]);
        ensure!(kind == other_kind, "the inputs should be of one type");
        let fits = match self {
            Compare::And | Compare::Or => *kind == DatumType::Bool,
            Compare::Equal => is_number(*kind) || matches!(kind, DatumType::Bool | DatumType::String),
            _ => is_number(*kind),
        };
        ensure!(fits, "inputs of type {kind:?} are not served");
        Ok(vec![(DatumType::Bool, common_shape(&[one, other])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match (self, inputs[0].datum_type()) {
            (Compare::And, _) => pairs::<bool>(inputs, |one, other| *one && *other)?,
            (Compare::Or, _) => pairs::<bool>(inputs, |one, other| *one || *other)?,
            (_, DatumType::F32) => self.compared::<f32>(inputs)?,
            (_, DatumType::F64) => self.compared::<f64>(inputs)?,
            (_, DatumType::I64) => self.compared::<i64>(inputs)?,
            (_, DatumType::I32) => self.compared::<i32>(inputs)?,
            (_, DatumType::Bool) => self.compared::<bool>(inputs)?,
            (_, DatumType::String) => self.compared::<String>(inputs)?,
            (_, other) => bail!("{other:?} is not served"),
        }])
    }
}
