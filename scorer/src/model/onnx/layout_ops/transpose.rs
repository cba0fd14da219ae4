//! Transpose: the axes in another order.
//!
//! May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation};
use super::super::site::Site;
use super::super::walk::{Places, strides};
use super::taken;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape. Output: its dimensions in the order asked for, or turned round.
#[derive(Debug)]
struct Transpose {
    order: Option<Vec<i64>>,
}

/// Reads a Transpose.
pub(in super::super) fn transpose(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["perm"])?;
    Ok(Arc::new(Transpose { order: attributes.has("perm").then(|| attributes.ints("perm").to_vec()) }))
}

impl Transpose {
    fn order(&self, rank: usize) -> TractResult<Vec<usize>> {
        let Some(given) = &self.order else { return Ok((0..rank).rev().collect()) };
        let order: Vec<usize> = given.iter().filter_map(|axis| usize::try_from(*axis).ok()).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        ensure!(given.len() == rank && sorted.into_iter().eq(0..rank), "perm should name each of {rank} axes once");
        Ok(order)
    }
}

impl Operation for Transpose {
    fn name(&self) -> &'static str {
        "LeadlightTranspose"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        Ok(vec![(*kind, self.order(shape.len())?.into_iter().map(|axis| shape[axis].clone()).collect())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let own = inputs[0].shape();
        let steps = strides(own);
        let (shape, steps): (Vec<usize>, Vec<usize>) =
            self.order(own.len())?.into_iter().map(|axis| (own[axis], steps[axis])).unzip();
        Ok(vec![taken(&inputs[0], &shape, Places::new(shape.clone(), steps))?])
    }
}
