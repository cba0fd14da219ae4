//! Scaler: `(x - offset) * scale` for each feature, in f32.
//!
//! May not know what the features are.

use super::NodeError;
use super::operation::{Form, Operation};
use super::score::floats;
use super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (…, features) of numbers. Output: the same shape, of f32.
#[derive(Debug)]
struct Scaler {
    offset: Vec<f32>,
    scale: Vec<f32>,
}

/// Reads a Scaler; offset and scale have one value, or one for each feature.
pub(super) fn scaler(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["offset", "scale"])?;
    let offset = attributes.finite("offset", attributes.floats("offset"))?.to_vec();
    let scale = attributes.finite("scale", attributes.floats("scale"))?.to_vec();
    if offset.is_empty() {
        return Err(attributes.error("offset", "is missing"));
    }
    attributes.length("scale", &scale, offset.len())?;
    Ok(Arc::new(Scaler { offset, scale }))
}

impl Operation for Scaler {
    fn name(&self) -> &'static str {
        "LeadlightScaler"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(kind.is_number(), "the input should hold numbers");
        let features = self.offset.len();
        let columns = shape.last().context("the input should have a dimension")?;
        ensure!(
            features == 1 || *columns == features.to_dim(),
            "{features} features are scaled, but there are {columns}"
        );
        Ok(vec![(DatumType::F32, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut values = floats(&inputs[0])?.into_owned();
        for row in values.chunks_mut(self.offset.len()) {
            for ((value, offset), scale) in row.iter_mut().zip(&self.offset).zip(&self.scale) {
                *value = (*value - offset) * scale;
            }
        }
        Ok(vec![Tensor::from_shape(inputs[0].shape(), &values)?])
    }
}
