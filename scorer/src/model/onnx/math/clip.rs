//! Clip to two bounds, of which the upper wins over the lower. NaN stays NaN, and a bound of NaN is ignored.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers; then bounds that are inputs, of one element each. Output: the first input's type.
#[derive(Debug)]
struct Clip {
    low: Bound,
    high: Bound,
    inputs: usize,
}

#[derive(Debug, Clone, Copy)]
enum Bound {
    None,
    Attribute(f32),
    Input(usize),
}

/// Parses a Clip of any version.
pub(in super::super) fn clip(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    if context.version() < 11 {
        attributes.check_names(&["max", "min"])?;
        let bound = |name| match attributes.has(name) {
            true => Bound::Attribute(attributes.float(name, 0.0)),
            false => Bound::None,
        };
        return Ok(Arc::new(Clip { low: bound("min"), high: bound("max"), inputs: 1 }));
    }
    attributes.check_names(&[])?;
    let low = if context.has_input(1) { Bound::Input(1) } else { Bound::None };
    let high = if context.has_input(2) { Bound::Input(1 + usize::from(context.has_input(1))) } else { Bound::None };
    Ok(Arc::new(Clip { low, high, inputs: context.input_count() }))
}

impl Bound {
    fn value<T: Number>(self, inputs: &[TValue]) -> TractResult<Option<T>> {
        Ok(match self {
            Bound::None => None,
            Bound::Attribute(value) => Some(T::from_f64(value.into())),
            Bound::Input(at) => Some(*elements::<T>(&inputs[at])?.first().context("a bound has no value")?),
        })
    }
}

impl Clip {
    fn clip_elements<T: Number>(&self, inputs: &[TValue]) -> TractResult<Tensor> {
        let (low, high) = (self.low.value::<T>(inputs)?, self.high.value::<T>(inputs)?);
        let clamp = |value: &T| {
            let raised = low.filter(|low| value < low).unwrap_or(*value);
            high.filter(|high| raised > *high).unwrap_or(raised)
        };
        tensor_from(inputs[0].shape(), elements::<T>(&inputs[0])?.iter().map(clamp).collect())
    }
}

impl Operator for Clip {
    fn name(&self) -> &'static str {
        "LeadlightClip"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        ensure!(is_number(inputs[0].0), "an input of type {:?} is not served", inputs[0].0);
        for (kind, shape) in &inputs[1..] {
            let length = shape.iter().product::<TDim>();
            ensure!(*kind == inputs[0].0 && length == 1.to_dim(), "a bound should be one number of the input's type");
        }
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![for_numbers!(inputs[0].datum_type(), self.clip_elements(inputs))?])
    }
}
