//! Where: of two tensors, element by element, the one that a third says.
//!
//! May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::{Places, common_lengths, common_shape};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: bools, and two tensors of one type; shapes that fit each other. Output: the common shape, of that type.
#[derive(Debug)]
struct Choose;

/// Reads a Where.
pub(in super::super) fn choose(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(Choose))
}

fn chosen<T: Datum>(inputs: &[TValue]) -> TractResult<Tensor> {
    let (which, ones, others) = (slice::<bool>(&inputs[0])?, slice::<T>(&inputs[1])?, slice::<T>(&inputs[2])?);
    let shapes: Vec<&[usize]> = inputs.iter().map(|input| input.shape()).collect();
    let shape = common_lengths(&shapes)?;
    let mut places = shapes.iter().map(|own| Places::stretched(own, &shape));
    let (Some(first), Some(second), Some(third)) = (places.next(), places.next(), places.next()) else {
        bail!("three inputs are needed")
    };
    let choose = |((which_at, one), other): ((usize, usize), usize)| match which[which_at] {
        true => ones[one].clone(),
        false => others[other].clone(),
    };
    made(&shape, first.zip(second).zip(third).map(choose).collect())
}

impl Operation for Choose {
    fn name(&self) -> &'static str {
        "LeadlightWhere"
    }

    fn inputs(&self) -> usize {
        3
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        ensure!(inputs[0].0 == DatumType::Bool, "the first input should say yes or no");
        ensure!(inputs[1].0 == inputs[2].0, "the second and the third input should be of one type");
        Ok(vec![(inputs[1].0, common_shape(&[&inputs[0].1, &inputs[1].1, &inputs[2].1])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[1].datum_type() {
            DatumType::F32 => chosen::<f32>(inputs)?,
            DatumType::F64 => chosen::<f64>(inputs)?,
            DatumType::I64 => chosen::<i64>(inputs)?,
            DatumType::I32 => chosen::<i32>(inputs)?,
            DatumType::Bool => chosen::<bool>(inputs)?,
            DatumType::String => chosen::<String>(inputs)?,
            other => bail!("{other:?} is not served"),
        }])
    }
}
