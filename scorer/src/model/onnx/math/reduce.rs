//! ReduceSum and its kin: one number of all along some axes, in the order of the elements.
//!
//! Owns where the axes stand in each version. Sums of floats are in f64 and rounded once; sums of whole numbers wrap
//! around. May not know what the numbers are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::{self, Places, strides};
use super::numbers::{Number, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers; behind it the axes, where they are an input. Output: the shape with a length of 1 along
/// the axes, or without them.
#[derive(Debug)]
struct Reduce {
    what: What,
    /// `None` for all.
    axes: Option<Vec<i64>>,
    keeps: bool,
    inputs: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
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

/// Reads a node of this family.
pub(in super::super) fn reduce(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    let what = match site.node.op_type.as_str() {
        "ReduceL1" => What::L1,
        "ReduceL2" => What::L2,
        "ReduceLogSum" => What::LogSum,
        "ReduceLogSumExp" => What::LogSumExp,
        "ReduceMax" => What::Max,
        "ReduceMean" => What::Mean,
        "ReduceMin" => What::Min,
        "ReduceProd" => What::Prod,
        "ReduceSumSquare" => What::SumSquare,
        _ => What::Sum,
    };
    let keeps = attributes.int("keepdims", 1) != 0;
    // Sums had their axes as an input five versions before the others.
    let as_input = site.version() >= if what == What::Sum { 13 } else { 18 };
    if !as_input {
        attributes.known(&["axes", "keepdims"])?;
        let axes = attributes.has("axes").then(|| attributes.ints("axes").to_vec()).filter(|axes| !axes.is_empty());
        return Ok(Arc::new(Reduce { what, axes, keeps, inputs: 1 }));
    }
    attributes.known(&["keepdims", "noop_with_empty_axes"])?;
    let axes = site.whole_numbers(1, "axes")?.unwrap_or_default();
    let all = axes.is_empty() && attributes.int("noop_with_empty_axes", 0) == 0;
    Ok(Arc::new(Reduce { what, axes: if all { None } else { Some(axes) }, keeps, inputs: site.inputs() }))
}

impl Reduce {
    fn axes(&self, rank: usize) -> TractResult<Vec<usize>> {
        match &self.axes {
            Some(given) => walk::axes(given, rank),
            None => Ok((0..rank).collect()),
        }
    }

    fn reduced<T: Number>(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), slice::<T>(input)?);
        let axes = self.axes(shape.len())?;
        let steps = strides(shape);
        let part = |along: bool| -> (Vec<usize>, Vec<usize>) {
            (0..shape.len()).filter(|axis| axes.contains(axis) == along).map(|axis| (shape[axis], steps[axis])).unzip()
        };
        let (kept, kept_steps) = part(false);
        let (lengths, along_steps) = part(true);
        let along = Places::new(lengths, along_steps);
        let result = |from: usize| self.what.of(along.clone().map(|place| values[from + place]));
        let reduced = Places::new(kept.clone(), kept_steps).map(result).collect::<TractResult<Vec<T>>>()?;
        let keeping = |axis: usize| if axes.contains(&axis) { 1 } else { shape[axis] };
        let shape: Vec<usize> = if self.keeps { (0..shape.len()).map(keeping).collect() } else { kept };
        made(&shape, reduced)
    }
}

impl What {
    fn of<T: Number>(self, values: impl Iterator<Item = T> + Clone) -> TractResult<T> {
        let whole = !T::datum_type().is_float();
        match self {
            What::Sum if whole => return Ok(values.fold(T::of_count(0), T::add)),
            What::Prod if whole => return Ok(values.fold(T::of_count(1), T::multiply)),
            What::Max | What::Min => return extreme(values, self == What::Max),
            _ => {}
        }
        let count = values.clone().count();
        let doubles = values.map(T::to_f64);
        // From -0, so that a sum of nothing but -0 is -0.
        let sum = |each: fn(f64) -> f64| doubles.clone().fold(-0.0, |sum, value| sum + each(value));
        Ok(T::of_f64(match self {
            What::L1 => sum(f64::abs),
            What::L2 => sum(|value| value * value).sqrt(),
            What::LogSum => libm::log(sum(|value| value)),
            What::LogSumExp => log_sum_exp(doubles),
            What::Mean => sum(|value| value) / count as f64,
            What::Prod => doubles.fold(1.0, |product, value| product * value),
            What::SumSquare => sum(|value| value * value),
            What::Sum | What::Max | What::Min => sum(|value| value),
        }))
    }
}

/// NaN wins: onnxruntime passes it over or not, as the processor's registers have it.
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

impl Operation for Reduce {
    fn name(&self) -> &'static str {
        "LeadlightReduce"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(is_number(*kind), "an input of type {kind:?} is not served");
        let axes = self.axes(shape.len())?;
        let mut reduced = TVec::new();
        for (axis, length) in shape.iter().enumerate() {
            match (axes.contains(&axis), self.keeps) {
                (false, _) => reduced.push(length.clone()),
                (true, keeps) => {
                    walk::fixed(length)?;
                    reduced.extend(keeps.then(|| 1.to_dim()));
                }
            }
        }
        Ok(vec![(*kind, reduced)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        Ok(vec![match input.datum_type() {
            DatumType::F32 => self.reduced::<f32>(input)?,
            DatumType::F64 => self.reduced::<f64>(input)?,
            DatumType::I64 => self.reduced::<i64>(input)?,
            DatumType::I32 => self.reduced::<i32>(input)?,
            other => bail!("{other:?} is not served"),
        }])
    }
}
