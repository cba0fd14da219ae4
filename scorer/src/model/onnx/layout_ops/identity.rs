//! Identity and Dropout, which passes its input through at inference.

use super::super::NodeError;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;

/// Input: any shape and type; further inputs are ignored. Outputs: the input, and perhaps a mask of true.
#[derive(Debug)]
struct Identity {
    inputs: usize,
    mask: bool,
}

/// Parses an Identity.
pub(in super::super) fn identity(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(Identity { inputs: 1, mask: false }))
}

/// Parses a Dropout in inference mode.
pub(in super::super) fn dropout(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["ratio", "seed"])?;
    if context.has_input(2) {
        let training = context.constant(2).and_then(|tensor| {
            let raw = tensor.raw_data.first().copied().map(i32::from);
            raw.or_else(|| tensor.int32_data.first().copied())
        });
        match training {
            Some(0) => {}
            Some(_) => return Err(attributes.error("training_mode", "drops numbers by chance, which is not served")),
            None => return Err(attributes.error("training_mode", "should be a constant")),
        }
    }
    Ok(Arc::new(Identity { inputs: context.input_count(), mask: context.output_count() > 1 }))
}

impl Operator for Identity {
    fn name(&self) -> &'static str {
        "LeadlightSame"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        1 + usize::from(self.mask)
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let mask = self.mask.then(|| (DatumType::Bool, inputs[0].1.clone()));
        Ok([inputs[0].clone()].into_iter().chain(mask).collect())
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = inputs[0].clone().into_tensor();
        let mask = self.mask.then(|| tensor_from(input.shape(), vec![true; input.len()])).transpose()?;
        Ok([input].into_iter().chain(mask).collect())
    }
}
