//! Cast and CastLike, to another element type. As in onnxruntime on x86, NaN and numbers out of range become the lowest integer.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::graph;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number_text;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape. Output: the same shape, of the target type.
#[derive(Debug)]
struct Cast {
    to: DatumType,
    /// 2 for CastLike, whose second input has the target type.
    inputs: usize,
}

/// Parses a Cast.
pub(in super::super) fn cast(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["to", "saturate", "round_mode"])?;
    let to = attributes.int("to", 0);
    match i32::try_from(to).ok().and_then(graph::datum_type) {
        Some(to) => Ok(Arc::new(Cast { to, inputs: 1 })),
        None => Err(attributes.error("to", format!("{to} is no type that is served"))),
    }
}

/// Parses a CastLike.
pub(in super::super) fn cast_like(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&["saturate", "round_mode"])?;
    Ok(Arc::new(Cast { to: context.input_type(1), inputs: 2 }))
}

/// Truncates to i64; NaN and numbers out of range become `i64::MIN`, as on x86.
pub(in super::super) fn truncate_to_i64(value: f64) -> i64 {
    let limit = 9_223_372_036_854_775_808.0;
    if (-limit..limit).contains(&value) { value as i64 } else { i64::MIN }
}

/// Truncates to i32; NaN and numbers out of range become `i32::MIN`, as on x86.
pub(super) fn truncate_to_i32(value: f64) -> i32 {
    let cut = libm::trunc(value);
    if (-2_147_483_648.0..2_147_483_648.0).contains(&cut) { cut as i32 } else { i32::MIN }
}

impl Operator for Cast {
    fn name(&self) -> &'static str {
        "LeadlightCast"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
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
        ensure!(
            inputs[1..].iter().all(|(target, _)| *target == self.to),
            "the second input should be of type {:?}",
            self.to
        );
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
            DatumType::F32 => self.cast_numbers(
                input,
                |value: &f32| f64::from(*value),
                |value| number_text::format_float((*value).into()),
            ),
            DatumType::F64 => self.cast_numbers(input, |value: &f64| *value, |value| number_text::format_float(*value)),
            DatumType::I64 => {
                return Ok(vec![self.cast_integers(input.shape(), elements::<i64>(input)?.iter().copied())?]);
            }
            DatumType::String => self.cast_strings(input),
            DatumType::TDim => Ok(input.clone().into_tensor()),
            _ => {
                let integers = input.cast_to::<i64>()?;
                self.cast_integers(input.shape(), elements::<i64>(&integers)?.iter().copied())
            }
        };
        Ok(vec![cast?])
    }
}

impl Cast {
    fn cast_numbers<T: Datum>(
        &self,
        input: &Tensor,
        number: impl Fn(&T) -> f64,
        text: impl Fn(&T) -> String,
    ) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), elements::<T>(input)?.iter());
        match self.to {
            DatumType::F32 => tensor_from(shape, values.map(|value| number(value) as f32).collect()),
            DatumType::F64 => tensor_from(shape, values.map(number).collect()),
            DatumType::I64 => tensor_from(shape, values.map(|value| truncate_to_i64(number(value))).collect()),
            DatumType::I32 => tensor_from(shape, values.map(|value| truncate_to_i32(number(value))).collect()),
            DatumType::Bool => tensor_from(shape, values.map(|value| number(value) != 0.0).collect()),
            DatumType::String => tensor_from(shape, values.map(text).collect()),
            other => bail!("a cast to {other:?} is not served"),
        }
    }

    fn cast_integers(&self, shape: &[usize], values: impl Iterator<Item = i64>) -> TractResult<Tensor> {
        match self.to {
            DatumType::F32 => tensor_from(shape, values.map(|value| value as f32).collect()),
            DatumType::F64 => tensor_from(shape, values.map(|value| value as f64).collect()),
            DatumType::I64 => tensor_from(shape, values.collect()),
            DatumType::I32 => tensor_from(shape, values.map(|value| value as i32).collect()),
            DatumType::Bool => tensor_from(shape, values.map(|value| value != 0).collect()),
            DatumType::String => tensor_from(shape, values.map(|value| value.to_string()).collect()),
            other => bail!("a cast to {other:?} is not served"),
        }
    }

    fn cast_strings(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), elements::<String>(input)?.iter());
        match self.to {
            DatumType::F32 => tensor_from(
                shape,
                values.map(|text| Ok(number_text::parse_float(text)? as f32)).collect::<TractResult<_>>()?,
            ),
            DatumType::F64 => {
                tensor_from(shape, values.map(|text| number_text::parse_float(text)).collect::<TractResult<_>>()?)
            }
            DatumType::String => tensor_from(shape, values.cloned().collect()),
            _ => {
                let integers =
                    values.map(|text| number_text::parse_integer(text)).collect::<TractResult<Vec<i64>>>()?;
                self.cast_integers(shape, integers.into_iter())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_become_the_lowest_integer() {
        assert_eq!([f64::NAN, 1e30, -1e30, 2.9, -2.9].map(truncate_to_i64), [i64::MIN, i64::MIN, i64::MIN, 2, -2]);
        assert_eq!(
            [f64::NAN, 2_147_483_647.9, -2_147_483_648.9, 3e9].map(truncate_to_i32),
            [i32::MIN, i32::MAX, i32::MIN, i32::MIN]
        );
    }
}
