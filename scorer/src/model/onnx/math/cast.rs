//! Cast: the same values in another type.
//!
//! Owns what onnxruntime makes of numbers that have no place in the other type: the lowest whole number stands for NaN and
//! for what is too large. May not know what the values mean.

use super::super::NodeError;
use super::super::graph;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::texts;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape. Output: the same shape, of the type asked for.
#[derive(Debug)]
struct Cast {
    to: DatumType,
}

/// Reads a Cast.
pub(in super::super) fn cast(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["to", "saturate", "round_mode"])?;
    let to = attributes.int("to", 0);
    match i32::try_from(to).ok().and_then(graph::datum_type) {
        Some(to) => Ok(Arc::new(Cast { to })),
        None => Err(attributes.error("to", format!("{to} is no type that is served"))),
    }
}

/// A number cut to a whole one. NaN and what is too large become the lowest, as processors of the x86 family have it.
pub(in super::super) fn to_whole(value: f64) -> i64 {
    let limit = 9_223_372_036_854_775_808.0;
    if (-limit..limit).contains(&value) { value as i64 } else { i64::MIN }
}

/// The same for 32 bits.
pub(super) fn to_short(value: f64) -> i32 {
    let cut = libm::trunc(value);
    if (-2_147_483_648.0..2_147_483_648.0).contains(&cut) { cut as i32 } else { i32::MIN }
}

impl Operation for Cast {
    fn name(&self) -> &'static str {
        "LeadlightCast"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let served = [
            DatumType::F32,
            DatumType::F64,
            DatumType::I64,
            DatumType::I32,
            DatumType::I16,
            DatumType::U8,
            DatumType::Bool,
            DatumType::String,
        ];
        if *kind == DatumType::TDim {
            ensure!(self.to == DatumType::I64, "a size is a whole number of 64 bits");
            return Ok(vec![inputs[0].clone()]);
        }
        ensure!(served.contains(kind), "a cast from {kind:?} is not served");
        Ok(vec![(self.to, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        let cast = match input.datum_type() {
            DatumType::F32 => self.of(input, |value: &f32| f64::from(*value), |value| texts::of_float((*value).into())),
            DatumType::F64 => self.of(input, |value: &f64| *value, |value| texts::of_float(*value)),
            DatumType::I64 => return Ok(vec![self.of_whole(input.shape(), slice::<i64>(input)?.iter().copied())?]),
            DatumType::String => self.of_texts(input),
            DatumType::TDim => Ok(input.clone().into_tensor()),
            _ => {
                let whole = input.cast_to::<i64>()?;
                self.of_whole(input.shape(), slice::<i64>(&whole)?.iter().copied())
            }
        };
        Ok(vec![cast?])
    }
}

impl Cast {
    fn of<T: Datum>(
        &self,
        input: &Tensor,
        number: impl Fn(&T) -> f64,
        text: impl Fn(&T) -> String,
    ) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), slice::<T>(input)?.iter());
        match self.to {
            DatumType::F32 => made(shape, values.map(|value| number(value) as f32).collect()),
            DatumType::F64 => made(shape, values.map(number).collect()),
            DatumType::I64 => made(shape, values.map(|value| to_whole(number(value))).collect()),
            DatumType::I32 => made(shape, values.map(|value| to_short(number(value))).collect()),
            DatumType::Bool => made(shape, values.map(|value| number(value) != 0.0).collect()),
            DatumType::String => made(shape, values.map(text).collect()),
            other => bail!("a cast to {other:?} is not served"),
        }
    }

    fn of_whole(&self, shape: &[usize], values: impl Iterator<Item = i64>) -> TractResult<Tensor> {
        match self.to {
            DatumType::F32 => made(shape, values.map(|value| value as f32).collect()),
            DatumType::F64 => made(shape, values.map(|value| value as f64).collect()),
            DatumType::I64 => made(shape, values.collect()),
            DatumType::I32 => made(shape, values.map(|value| value as i32).collect()),
            DatumType::Bool => made(shape, values.map(|value| value != 0).collect()),
            DatumType::String => made(shape, values.map(|value| value.to_string()).collect()),
            other => bail!("a cast to {other:?} is not served"),
        }
    }

    fn of_texts(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), slice::<String>(input)?.iter());
        let whole = || slice::<String>(input)?.iter().map(|text| texts::whole(text)).collect::<TractResult<Vec<i64>>>();
        match self.to {
            DatumType::F32 => {
                made(shape, values.map(|text| Ok(texts::float(text)? as f32)).collect::<TractResult<_>>()?)
            }
            DatumType::F64 => made(shape, values.map(|text| texts::float(text)).collect::<TractResult<_>>()?),
            DatumType::String => made(shape, values.cloned().collect()),
            _ => self.of_whole(shape, whole()?.into_iter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_becomes_the_lowest() {
        assert_eq!([f64::NAN, 1e30, -1e30, 2.9, -2.9].map(to_whole), [i64::MIN, i64::MIN, i64::MIN, 2, -2]);
        assert_eq!(
            [f64::NAN, 2_147_483_647.9, -2_147_483_648.9, 3e9].map(to_short),
            [i32::MIN, i32::MAX, i32::MIN, i32::MIN]
        );
    }
}
