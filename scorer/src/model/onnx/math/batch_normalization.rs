//! BatchNormalization for inference: shifts and scales each feature.
//!
//! Order: divides the scale by the square root, folds the mean into the bias, then computes `x * scale + bias`, in f32.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (rows, features, …), and scale, bias, mean and variance of each feature. Output: the first input's type.
#[derive(Debug)]
struct BatchNormalization {
    epsilon: f32,
}

/// Parses a BatchNormalization in inference mode.
pub(in super::super) fn batch_normalization(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["epsilon", "momentum", "spatial", "training_mode"])?;
    if attributes.int("training_mode", 0) != 0 || context.output_count() > 1 {
        return Err(attributes.error("training_mode", "is not served"));
    }
    if attributes.int("spatial", 1) != 1 {
        return Err(attributes.error("spatial", "other than 1 is not served"));
    }
    Ok(Arc::new(BatchNormalization { epsilon: attributes.finite_float("epsilon", 1e-5)? }))
}

impl Operator for BatchNormalization {
    fn name(&self) -> &'static str {
        "LeadlightBatchNormalization"
    }

    fn inputs(&self) -> usize {
        5
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(*kind == DatumType::F32, "an input of type {kind:?} is not served");
        let features = shape.get(1).context("the input should have two dimensions at least")?;
        for (other, input_shape) in &inputs[1..] {
            ensure!(
                *other == *kind && input_shape.as_slice() == [features.clone()],
                "there should be one number for each feature"
            );
        }
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let shape = inputs[0].shape();
        let input = |at: usize| elements::<f32>(&inputs[at]);
        let (scale, bias, mean, variance) = (input(1)?, input(2)?, input(3)?, input(4)?);
        let scales: Vec<f32> = scale
            .iter()
            .zip(variance)
            .map(|(scale, variance)| scale * (1.0 / (variance + self.epsilon).sqrt()))
            .collect();
        let biases: Vec<f32> =
            bias.iter().zip(mean).zip(&scales).map(|((bias, mean), scale)| bias - mean * scale).collect();
        let inner: usize = shape[2..].iter().product();
        let feature = |at: usize| at / inner.max(1) % scales.len().max(1);
        let normalized = |(at, value): (usize, &f32)| value * scales[feature(at)] + biases[feature(at)];
        Ok(vec![tensor_from(shape, input(0)?.iter().enumerate().map(normalized).collect())?])
    }
}
