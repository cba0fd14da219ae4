//! Identity and Dropout: what goes in comes out.
//!
//! May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;

/// Input: any shape and type; what stands behind it is not looked at. Output: the same; perhaps a mask of yes.
#[derive(Debug)]
struct Same {
    inputs: usize,
    mask: bool,
}

/// Reads an Identity.
pub(in super::super) fn identity(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(Same { inputs: 1, mask: false }))
}

/// Reads a Dropout that does not train.
pub(in super::super) fn dropout(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["ratio", "seed"])?;
    if site.has(2) {
        let training = site.constant(2).and_then(|tensor| {
            let raw = tensor.raw_data.first().copied().map(i32::from);
            raw.or_else(|| tensor.int32_data.first().copied())
        });
        match training {
            Some(0) => {}
            Some(_) => return Err(attributes.error("training_mode", "drops numbers by chance, which is not served")),
            None => return Err(attributes.error("training_mode", "should be a constant")),
        }
    }
    Ok(Arc::new(Same { inputs: site.inputs(), mask: site.outputs() > 1 }))
}

impl Operation for Same {
    fn name(&self) -> &'static str {
        "LeadlightSame"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        1 + usize::from(self.mask)
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let mask = self.mask.then(|| (DatumType::Bool, inputs[0].1.clone()));
        Ok([inputs[0].clone()].into_iter().chain(mask).collect())
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = inputs[0].clone().into_tensor();
        let mask = self.mask.then(|| made(input.shape(), vec![true; input.len()])).transpose()?;
        Ok([input].into_iter().chain(mask).collect())
    }
}
