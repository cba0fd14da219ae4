//! Squeeze, Unsqueeze and Flatten: the same elements in the same order, in another shape.
//!
//! Owns where the axes are said in each version: they stand in the file. May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation};
use super::super::site::Site;
use super::super::walk;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; behind it the axes, where they are an input. Output: the same elements in another shape.
#[derive(Debug)]
struct Dimensions {
    change: Change,
    inputs: usize,
}

#[derive(Debug)]
enum Change {
    /// Without axes of length 1.
    Squeeze(Vec<i64>),
    /// With axes of length 1.
    Unsqueeze(Vec<i64>),
    /// Two dimensions: those before an axis, and the rest.
    Flatten(i64),
}

fn axes(site: &Site<'_>) -> Result<Option<Vec<i64>>, NodeError> {
    let attributes = site.attributes();
    if site.version() < 13 {
        attributes.known(&["axes"])?;
        return Ok(attributes.has("axes").then(|| attributes.ints("axes").to_vec()));
    }
    attributes.known(&[])?;
    site.whole_numbers(1, "axes")
}

/// Reads a Squeeze.
pub(in super::super) fn squeeze(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let reason = "are needed: without them the shape would depend on the number of leads";
    let axes = axes(site)?.ok_or_else(|| site.attributes().error("axes", reason))?;
    Ok(Arc::new(Dimensions { change: Change::Squeeze(axes), inputs: site.inputs() }))
}

/// Reads an Unsqueeze.
pub(in super::super) fn unsqueeze(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let axes = axes(site)?.ok_or_else(|| site.attributes().error("axes", "is missing"))?;
    if axes.len() > 8 {
        return Err(site.attributes().error("axes", "names more than 8 dimensions"));
    }
    Ok(Arc::new(Dimensions { change: Change::Unsqueeze(axes), inputs: site.inputs() }))
}

/// Reads a Flatten.
pub(in super::super) fn flatten(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["axis"])?;
    Ok(Arc::new(Dimensions { change: Change::Flatten(attributes.int("axis", 1)), inputs: site.inputs() }))
}

impl Change {
    fn of(&self, shape: &[TDim]) -> TractResult<TVec<TDim>> {
        let one = 1.to_dim();
        match self {
            Change::Squeeze(given) => {
                let axes = walk::axes(given, shape.len())?;
                ensure!(axes.iter().all(|axis| shape[*axis] == one), "only axes of length 1 can be left out");
                let kept = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
                Ok(kept.map(|(_, length)| length.clone()).collect())
            }
            Change::Unsqueeze(given) => {
                let axes = walk::axes(given, shape.len() + given.len())?;
                ensure!(axes.len() == given.len(), "an axis is named twice");
                let mut shape: TVec<TDim> = shape.into();
                axes.into_iter().for_each(|axis| shape.insert(axis, one.clone()));
                Ok(shape)
            }
            Change::Flatten(axis) => {
                let rank = shape.len();
                let axis = if *axis == rank as i64 { rank } else { walk::axis(*axis, rank)? };
                Ok(tvec!(shape[..axis].iter().product(), shape[axis..].iter().product()))
            }
        }
    }
}

impl Operation for Dimensions {
    fn name(&self) -> &'static str {
        "LeadlightDimensions"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        Ok(vec![(*kind, self.change.of(shape)?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let own: TVec<TDim> = inputs[0].shape().iter().map(|length| length.to_dim()).collect();
        let shape: Vec<usize> =
            self.change.of(&own)?.iter().map(|length| Ok(length.to_usize()?)).collect::<TractResult<_>>()?;
        Ok(vec![inputs[0].clone().into_tensor().into_shape(&shape)?])
    }
}
