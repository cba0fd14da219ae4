//! Scan, with the one kind of body that exporters of nearest neighbors write: the distance of each lead to a fitted row.
//!
//! Differences are rounded to the inputs' precision; their sum is in f64 in the order of the features, rounded once.
//! onnxruntime gives a lead with a missing value neighbors without meaning; here it is rejected, as by scikit-learn.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::super::broadcast::fixed_length;
use super::super::estimator::elements;
use super::super::math::Number;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::super::rejected_rows::RejectedRows;
use std::sync::Arc;
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: leads (rows, features) and constant fitted rows (fitted, features), of f32 or f64. Outputs: the leads, and
/// distances (fitted, rows).
#[derive(Debug)]
struct Distances {
    distance: Distance,
    /// Field of each column of the leads, as far as known.
    fields: Vec<String>,
}

/// Distance without its final root.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Distance {
    SquaredEuclidean,
    Manhattan,
    /// With the exponent.
    Minkowski(f64),
}

/// Parses a Scan whose body computes distances.
pub(in super::super) fn scan(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["body", "num_scan_inputs"])?;
    let is_complete = context.input_count() == 2 && context.node.output.len() == 2;
    let distance = attributes.graph("body").filter(|_| is_complete && attributes.int("num_scan_inputs", 0) == 1);
    let distance = distance.and_then(recognize).ok_or_else(|| {
        let reason = "is served only as the distances of nearest neighbors (Euclidean, Manhattan, Minkowski)";
        attributes.error("body", reason)
    })?;
    let fields = context.fields(0).unwrap_or_default().iter().map(|field| (*field).to_owned()).collect();
    Ok(Arc::new(Distances { distance, fields }))
}

/// Distance that a body computes: the state passed on, the difference to the scanned row, and a reduction.
fn recognize(body: &GraphProto) -> Option<Distance> {
    let ([state, row], [next_state, distances]) = (body.input.as_slice(), body.output.as_slice()) else { return None };
    let reader = |operator: &str, value: &str| {
        body.node.iter().find(|node| node.op_type == operator && node.input.first().is_some_and(|input| input == value))
    };
    let passed_on = reader("Identity", &state.name)?;
    let difference = reader("Sub", &state.name).filter(|node| node.input.get(1) == Some(&row.name))?;
    let mut chain = Vec::new();
    let mut value = difference.output.first()?;
    while *value != distances.name {
        let next = body.node.iter().find(|node| node.input.first() == Some(value))?;
        chain.push(next);
        value = next.output.first().filter(|_| chain.len() <= body.node.len())?;
    }
    let steps: Vec<&NodeProto> = chain.iter().copied().filter(|node| node.op_type != "Identity").collect();
    let is_whole = passed_on.output.first() == Some(&next_state.name) && body.node.len() == chain.len() + 2;
    let last = steps.last().filter(|last| is_whole && is_row_reduction(body, last))?;
    let operators: Vec<&str> = steps.iter().map(|node| node.op_type.as_str()).collect();
    match (operators.as_slice(), last.op_type.as_str()) {
        (["ReduceSumSquare"], _) => Some(Distance::SquaredEuclidean),
        (["Abs", "ReduceSum"], _) => Some(Distance::Manhattan),
        (["Abs", "Pow", "ReduceSum"], _) => exponent(body, steps[1]).map(Distance::Minkowski),
        _ => None,
    }
}

/// True for a reduction along the features that removes the dimension.
fn is_row_reduction(body: &GraphProto, node: &NodeProto) -> bool {
    let attributes = Attributes::new(node);
    let constant = node.input.get(1).and_then(|name| body.initializer.iter().find(|tensor| tensor.name == *name));
    let axes = constant.and_then(|tensor| attributes.integers("axes", tensor).ok());
    attributes.int("keepdims", 1) == 0
        && matches!(axes.as_deref().unwrap_or(attributes.ints("axes")), [1 | -1])
        && attributes.check_names(&["axes", "keepdims"]).is_ok()
}

/// Constant exponent of a Pow, finite and above 0.
fn exponent(body: &GraphProto, node: &NodeProto) -> Option<f64> {
    let name = node.input.get(1)?;
    let tensor = body.initializer.iter().find(|tensor| tensor.name == *name)?;
    match *Attributes::new(node).tensor_numbers("exponent", tensor).ok()?.as_slice() {
        [exponent] if exponent.is_finite() && exponent > 0.0 => Some(exponent),
        _ => None,
    }
}

impl Distance {
    fn term<T: Number>(self, difference: T) -> f64 {
        let difference = difference.to_f64();
        match self {
            Distance::SquaredEuclidean => difference * difference,
            Distance::Manhattan => difference.abs(),
            Distance::Minkowski(exponent) => T::from_f64(libm::pow(difference.abs(), exponent)).to_f64(),
        }
    }
}

impl Distances {
    fn compute<T: Number>(&self, leads: &Tensor, fitted: &Tensor) -> TractResult<Tensor> {
        let (&[rows, features], &[count, _]) = (leads.shape(), fitted.shape()) else { bail!("matrices are needed") };
        let (leads, fitted) = (elements::<T>(leads)?, elements::<T>(fitted)?);
        self.check_present(leads, features)?;
        let features = features.max(1);
        let distance = |one: &[T], other: &[T]| {
            let terms = one.iter().zip(other).map(|(lead, fitted)| self.distance.term(lead.subtract(*fitted)));
            T::from_f64(terms.fold(0.0, |sum, term| sum + term))
        };
        let by_fitted = |fitted| leads.chunks_exact(features).map(move |lead| distance(lead, fitted));
        tensor_from(&[count, rows], fitted.chunks_exact(features).flat_map(by_fitted).collect())
    }

    /// Error that names each row with a missing value.
    fn check_present<T: Number>(&self, leads: &[T], features: usize) -> Result<(), RejectedRows> {
        let missing = |(row, values): (usize, &[T])| {
            let column = values.iter().position(|value| value.is_nan())?;
            let field = self.fields.get(column).map_or_else(|| "a value".to_owned(), |field| format!("{field:?}"));
            Some((row, format!("{field} is missing, which a model of nearest neighbors needs")))
        };
        let rejected: Vec<(usize, String)> = leads.chunks(features.max(1)).enumerate().filter_map(missing).collect();
        if rejected.is_empty() { Ok(()) } else { Err(RejectedRows(rejected)) }
    }
}

impl Operator for Distances {
    fn name(&self) -> &'static str {
        "LeadlightDistances"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn outputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, leads), (other, fitted)) = (&inputs[0], &inputs[1]);
        ensure!(kind == other && matches!(kind, DatumType::F32 | DatumType::F64), "the inputs should be of one type");
        let ([rows, features], [count, fitted_features]) = (leads.as_slice(), fitted.as_slice()) else {
            bail!("the inputs should have two dimensions")
        };
        ensure!(features == fitted_features, "the numbers of features {features} and {fitted_features} differ");
        ensure!(rows.to_usize().is_err(), "the first dimension should be that of the leads");
        let count = fixed_length(count)?;
        Ok(vec![inputs[0].clone(), (*kind, tvec!(count.to_dim(), rows.clone()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let distances = match inputs[0].datum_type() {
            DatumType::F64 => self.compute::<f64>(&inputs[0], &inputs[1])?,
            _ => self.compute::<f32>(&inputs[0], &inputs[1])?,
        };
        Ok(vec![inputs[0].clone().into_tensor(), distances])
    }
}
