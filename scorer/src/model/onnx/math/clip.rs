//! Clip: keeps numbers within two bounds; the upper one wins over the lower.
//!
//! Owns where the bounds stand in each version. NaN stays NaN, and a bound that is NaN is none. May not know what the
//! numbers are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::numbers::{Number, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers; behind it the bounds that are inputs, of one element each. Output: the same form.
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

/// Reads a Clip.
pub(in super::super) fn clip(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    if site.version() < 11 {
        attributes.known(&["max", "min"])?;
        let bound = |name| match attributes.has(name) {
            true => Bound::Attribute(attributes.float(name, 0.0)),
            false => Bound::None,
        };
        return Ok(Arc::new(Clip { low: bound("min"), high: bound("max"), inputs: 1 }));
    }
    attributes.known(&[])?;
    let low = if site.has(1) { Bound::Input(1) } else { Bound::None };
    let high = if site.has(2) { Bound::Input(1 + usize::from(site.has(1))) } else { Bound::None };
    Ok(Arc::new(Clip { low, high, inputs: site.inputs() }))
}

impl Bound {
    fn value<T: Number>(self, inputs: &[TValue]) -> TractResult<Option<T>> {
        Ok(match self {
            Bound::None => None,
            Bound::Attribute(value) => Some(T::of_f64(value.into())),
            Bound::Input(at) => Some(*slice::<T>(&inputs[at])?.first().context("a bound has no value")?),
        })
    }
}

impl Clip {
    fn clipped<T: Number>(&self, inputs: &[TValue]) -> TractResult<Tensor> {
        let (low, high) = (self.low.value::<T>(inputs)?, self.high.value::<T>(inputs)?);
        let within = |value: &T| {
            let raised = low.filter(|low| value < low).unwrap_or(*value);
            high.filter(|high| raised > *high).unwrap_or(raised)
        };
        made(inputs[0].shape(), slice::<T>(&inputs[0])?.iter().map(within).collect())
    }
}

impl Operation for Clip {
    fn name(&self) -> &'static str {
        "LeadlightClip"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        ensure!(is_number(inputs[0].0), "an input of type {:?} is not served", inputs[0].0);
        for (kind, shape) in &inputs[1..] {
            let length = shape.iter().product::<TDim>();
            ensure!(*kind == inputs[0].0 && length == 1.to_dim(), "a bound should be one number of the input's type");
        }
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let clipped = match inputs[0].datum_type() {
            DatumType::F32 => self.clipped::<f32>(inputs),
            DatumType::F64 => self.clipped::<f64>(inputs),
            DatumType::I64 => self.clipped::<i64>(inputs),
            DatumType::I32 => self.clipped::<i32>(inputs),
            other => bail!("{other:?} is not served"),
        };
        Ok(vec![clipped?])
    }
}
