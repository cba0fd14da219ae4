//! ReduceSum and the other reductions along axes, in the order of the elements. Sums of floats are in f64 and rounded once;
//! sums of integers wrap around.

use super::super::NodeError;
use super::super::broadcast::{self, StridedIndices, strides};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers; then the axes, where they are an input. Output: the axes have length 1, or are removed.
#[derive(Debug)]
struct Reduce {
    reduction: Reduction,
    /// `None` for all axes.
    axes: Option<Vec<i64>>,
    keep_dimensions: bool,
    inputs: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reduction {
    L1,
    L2,
    LogSum,
    LogSumExp,
    Max,
    Mean,
    Min,
    Prod,
    Sum,
    SumSquare,
}

/// Parses a node of this family, of any version.
pub(in super::super) fn reduce(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let reduction = match context.node.op_type.as_str() {
        "ReduceL1" => Reduction::L1,
        "ReduceL2" => Reduction::L2,
        "ReduceLogSum" => Reduction::LogSum,
        "ReduceLogSumExp" => Reduction::LogSumExp,
        "ReduceMax" => Reduction::Max,
        "ReduceMean" => Reduction::Mean,
        "ReduceMin" => Reduction::Min,
        "ReduceProd" => Reduction::Prod,
        "ReduceSumSquare" => Reduction::SumSquare,
        _ => Reduction::Sum,
    };
    let keep_dimensions = attributes.int("keepdims", 1) != 0;
    // ReduceSum took its axes as an input five versions before the others.
    let as_input = context.version() >= if reduction == Reduction::Sum { 13 } else { 18 };
    if !as_input {
        attributes.check_names(&["axes", "keepdims"])?;
        let axes = attributes.has("axes").then(|| attributes.ints("axes").to_vec()).filter(|axes| !axes.is_empty());
        return Ok(Arc::new(Reduce { reduction, axes, keep_dimensions, inputs: 1 }));
    }
    attributes.check_names(&["keepdims", "noop_with_empty_axes"])?;
    let axes = context.integers(1, "axes")?.unwrap_or_default();
    let all = axes.is_empty() && attributes.int("noop_with_empty_axes", 0) == 0;
    Ok(Arc::new(Reduce {
        reduction,
        axes: if all { None } else { Some(axes) },
        keep_dimensions,
        inputs: context.input_count(),
    }))
}

impl Reduce {
    fn axes(&self, rank: usize) -> TractResult<Vec<usize>> {
        match &self.axes {
            Some(axes) => broadcast::resolve_axes(axes, rank),
            None => Ok((0..rank).collect()),
        }
    }

    fn reduce_elements<T: Number>(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), elements::<T>(input)?);
        let axes = self.axes(shape.len())?;
        let steps = strides(shape);
        let split_axes = |along: bool| -> (Vec<usize>, Vec<usize>) {
            (0..shape.len()).filter(|axis| axes.contains(axis) == along).map(|axis| (shape[axis], steps[axis])).unzip()
        };
        let (kept, kept_steps) = split_axes(false);
        let (lengths, along_steps) = split_axes(true);
        let along = StridedIndices::new(lengths, along_steps);
        let result = |from: usize| self.reduction.apply(along.clone().map(|index| values[from + index]));
        let reduced = StridedIndices::new(kept.clone(), kept_steps).map(result).collect::<TractResult<Vec<T>>>()?;
        let reduced_length = |axis: usize| if axes.contains(&axis) { 1 } else { shape[axis] };
        let shape: Vec<usize> =
            if self.keep_dimensions { (0..shape.len()).map(reduced_length).collect() } else { kept };
        tensor_from(&shape, reduced)
    }
}

impl Reduction {
    fn apply<T: Number>(self, values: impl Iterator<Item = T> + Clone) -> TractResult<T> {
        let is_integer = !T::datum_type().is_float();
        match self {
            Reduction::Sum if is_integer => return Ok(values.fold(T::from_count(0), T::add)),
            Reduction::Prod if is_integer => return Ok(values.fold(T::from_count(1), T::multiply)),
            Reduction::Max | Reduction::Min => return extreme(values, self == Reduction::Max),
            _ => {}
        }
        let count = values.clone().count();
        let doubles = values.map(T::to_f64);
        // From -0, so that a sum of nothing but -0 is -0.
        let sum = |each: fn(f64) -> f64| doubles.clone().fold(-0.0, |sum, value| sum + each(value));
        Ok(T::from_f64(match self {
            Reduction::L1 => sum(f64::abs),
            Reduction::L2 => sum(|value| value * value).sqrt(),
            Reduction::LogSum => libm::log(sum(|value| value)),
            Reduction::LogSumExp => log_sum_exp(doubles),
            Reduction::Mean => sum(|value| value) / count as f64,
            Reduction::Prod => doubles.fold(1.0, |product, value| product * value),
            Reduction::SumSquare => sum(|value| value * value),
            Reduction::Sum | Reduction::Max | Reduction::Min => sum(|value| value),
        }))
    }
}

/// NaN propagates: in onnxruntime that depends on the processor's vector width.
fn extreme<T: Number>(mut values: impl Iterator<Item = T>, highest: bool) -> TractResult<T> {
    let first = values.next().context("nothing has no extreme")?;
    let is_better = |new: T, old: T| new.is_nan() || highest && new > old || !highest && new < old;
    Ok(values.fold(first, |best, value| if !best.is_nan() && is_better(value, best) { value } else { best }))
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let highest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    let shift = if highest.is_finite() { highest } else { 0.0 };
    libm::log(values.fold(0.0, |sum, value| sum + libm::exp(value - shift))) + shift
}

impl Operator for Reduce {
    fn name(&self) -> &'static str {
        "LeadlightReduce"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(is_number(*kind), "an input of type {kind:?} is not served");
        let axes = self.axes(shape.len())?;
        let mut reduced = TVec::new();
        for (axis, length) in shape.iter().enumerate() {
            match (axes.contains(&axis), self.keep_dimensions) {
                (false, _) => reduced.push(length.clone()),
                (true, keep_dimensions) => {
                    broadcast::fixed_length(length)?;
                    reduced.extend(keep_dimensions.then(|| 1.to_dim()));
                }
            }
        }
        Ok(vec![(*kind, reduced)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        Ok(vec![for_numbers!(input.datum_type(), self.reduce_elements(input))?])
    }
}
