//! BatchNormalization as it is used after training: each feature is moved and scaled.
//!
//! Owns the order: the scale is divided by the square root, the mean is taken into the bias, then `x * scale + bias`, in
//! the input's precision. May not know what the features are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (rows, features, …), and scale, bias, mean and variance of each feature. Output: the first one's form.
#[derive(Debug)]
struct BatchNormalization {
    epsilon: f32,
}

/// Reads a BatchNormalization that does not train.
pub(in super::super) fn batch_normalization(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["epsilon", "momentum", "spatial", "training_mode"])?;
    if attributes.int("training_mode", 0) != 0 || site.outputs() > 1 {
        return Err(attributes.error("training_mode", "is not served"));
    }
    if attributes.int("spatial", 1) != 1 {
        return Err(attributes.error("spatial", "other than 1 is not served"));
    }
    Ok(Arc::new(BatchNormalization { epsilon: attributes.finite_float("epsilon", 1e-5)? }))
}

impl Operation for BatchNormalization {
    fn name(&self) -> &'static str {
        "LeadlightBatchNormalization"
    }

    fn inputs(&self) -> usize {
        5
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(*kind == DatumType::F32, "an input of type {kind:?} is not served");
        let features = shape.get(1).context("the input should have two dimensions at least")?;
        for (other, own) in &inputs[1..] {
            ensure!(
                *other == *kind && own.as_slice() == [features.clone()],
                "there should be one number for each feature"
            );
        }
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let shape = inputs[0].shape();
        let of = |at: usize| slice::<f32>(&inputs[at]);
        let (scale, bias, mean, variance) = (of(1)?, of(2)?, of(3)?, of(4)?);
        let scales: Vec<f32> = scale
            .iter()
            .zip(variance)
            .map(|(scale, variance)| scale * (1.0 / (variance + self.epsilon).sqrt()))
            .collect();
        let biases: Vec<f32> =
            bias.iter().zip(mean).zip(&scales).map(|((bias, mean), scale)| bias - mean * scale).collect();
        let inner: usize = shape[2..].iter().product();
        let feature = |at: usize| at / inner.max(1) % scales.len().max(1);
        let moved = |(at, value): (usize, &f32)| value * scales[feature(at)] + biases[feature(at)];
        Ok(vec![made(shape, of(0)?.iter().enumerate().map(moved).collect())?])
    }
}
