//! Gather: the places of an axis that another tensor names.
//!
//! May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation};
use super::super::score;
use super::super::site::Site;
use super::super::walk::{self, fixed};
use super::along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: data of any shape, and places of i64 or i32, negative ones from the end. Output: the data's shape with the
/// places' shape instead of the axis.
#[derive(Debug)]
struct Gather {
    axis: i64,
    /// The places, where they stand in the file.
    known: Vec<i64>,
}

/// Reads a Gather.
pub(in super::super) fn gather(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["axis"])?;
    let known = match site.constant(1) {
        Some(tensor) => attributes.whole_numbers("indices", tensor)?,
        None => Vec::new(),
    };
    Ok(Arc::new(Gather { axis: attributes.int("axis", 0), known }))
}

impl Operation for Gather {
    fn name(&self) -> &'static str {
        "LeadlightGather"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let ((kind, shape), (places_kind, places)) = (&inputs[0], &inputs[1]);
        ensure!(matches!(places_kind, DatumType::I64 | DatumType::I32), "the places should be whole numbers");
        let axis = walk::axis(self.axis, shape.len())?;
        let length = fixed(&shape[axis])?;
        for place in &self.known {
            walk::axis(*place, length)?;
        }
        let gathered = shape[..axis].iter().chain(places).chain(&shape[axis + 1..]).cloned().collect();
        Ok(vec![(*kind, gathered)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (data, shape) = (&inputs[0], inputs[0].shape());
        let axis = walk::axis(self.axis, shape.len())?;
        let given = inputs[1].cast_to::<i64>()?;
        let places = score::slice::<i64>(&given)?.iter().map(|place| walk::axis(*place, shape[axis]));
        let places = places.collect::<TractResult<Vec<usize>>>().context("a place is outside of the data")?;
        Ok(vec![along(data, axis, &places, &[&shape[..axis], inputs[1].shape(), &shape[axis + 1..]].concat())?])
    }
}
