//! OneHotEncoder: one column per category, 1 in that of the element.
//!
//! As in onnxruntime, floats and doubles are truncated to integers before the lookup. Where it fails because of an unknown
//! category, only the leads with one are rejected.

use super::super::NodeError;
use super::super::attributes::to_strings;
use super::super::estimator::elements;
use super::super::math::truncate_to_i64;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::super::rejected_rows::RejectedRows;
use super::super::typed_list::TypedList;
use super::lookup::KeyIndex;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows) or (rows, features). Output: the shape with a last dimension for the categories, of f32.
#[derive(Debug)]
struct OneHot {
    categories: KeyIndex,
    count: usize,
    /// True when unknown elements are encoded as zeros; otherwise their leads are rejected.
    allows_unknown: bool,
    /// Field of each column of the input, as far as known.
    fields: Vec<String>,
}

/// Parses a OneHotEncoder.
pub(in super::super) fn one_hot(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["cats_int64s", "cats_strings", "zeros"])?;
    let (ints, strings) = (attributes.ints("cats_int64s"), attributes.strings("cats_strings"));
    let list = match (ints.is_empty(), strings.is_empty()) {
        (false, true) => TypedList::Int64s(ints.to_vec()),
        (true, false) => TypedList::Strings(to_strings(strings)),
        (true, true) => return Err(attributes.error("cats_int64s", "has no categories")),
        (false, false) => {
            return Err(attributes.error("cats_strings", "stands beside cats_int64s; one of them is enough"));
        }
    };
    let categories = KeyIndex::new(&list, false).ok_or_else(|| attributes.error("cats_int64s", "has no categories"))?;
    let fields = context.fields(0).unwrap_or_default().iter().map(|field| (*field).to_owned()).collect();
    Ok(Arc::new(OneHot { categories, count: list.len(), allows_unknown: attributes.int("zeros", 1) != 0, fields }))
}

impl OneHot {
    fn category_indices(&self, input: &Tensor) -> TractResult<Vec<Option<usize>>> {
        match (&self.categories, input.datum_type()) {
            (KeyIndex::Strings(_), DatumType::String) | (KeyIndex::Int64s(_), DatumType::I64) => {
                self.categories.find(input)
            }
            (KeyIndex::Int64s(categories), DatumType::F32) => {
                let index = |value: &f32| categories.get(&truncate_to_i64(f64::from(*value))).copied();
                Ok(elements::<f32>(input)?.iter().map(index).collect())
            }
            (KeyIndex::Int64s(categories), DatumType::F64) => Ok(elements::<f64>(input)?
                .iter()
                .map(|value| categories.get(&truncate_to_i64(*value)).copied())
                .collect()),
            _ => bail!("the input should be of the categories' type"),
        }
    }

    /// Error that names each row with an unknown element.
    fn check_known(&self, indices: &[Option<usize>], shape: &[usize]) -> Result<(), RejectedRows> {
        let columns = shape.iter().skip(1).product::<usize>().max(1);
        let reason = |column: usize| match self.fields.get(column) {
            Some(field) => format!("{field:?} has a value that the model does not know"),
            None => "a value is none that the model knows".to_owned(),
        };
        let unknown = |(row, indices): (usize, &[Option<usize>])| {
            let column = indices.iter().position(Option::is_none)?;
            Some((row, reason(column)))
        };
        let rejected: Vec<(usize, String)> = indices.chunks(columns).enumerate().filter_map(unknown).collect();
        if rejected.is_empty() { Ok(()) } else { Err(RejectedRows(rejected)) }
    }
}

impl Operator for OneHot {
    fn name(&self) -> &'static str {
        "LeadlightOneHot"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let is_text = matches!(self.categories, KeyIndex::Strings(_));
        let is_compatible = match kind {
            DatumType::String => is_text,
            DatumType::I64 | DatumType::F32 | DatumType::F64 => !is_text,
            _ => false,
        };
        ensure!(is_compatible, "the input should be of the categories' type, not {kind:?}");
        ensure!(shape.len() <= 2, "the input should have at most two dimensions");
        let is_by_lead = shape.first().is_some_and(|rows| rows.to_usize().is_err());
        ensure!(self.allows_unknown || is_by_lead, "the first dimension should be that of the leads");
        let mut shape = shape.clone();
        shape.push(self.count.to_dim());
        Ok(vec![(DatumType::F32, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let indices = self.category_indices(&inputs[0])?;
        if !self.allows_unknown {
            self.check_known(&indices, inputs[0].shape())?;
        }
        let mut values = vec![0.0_f32; indices.len() * self.count];
        for (row, index) in values.chunks_exact_mut(self.count).zip(indices) {
            if let Some(index) = index {
                row[index] = 1.0;
            }
        }
        Ok(vec![tensor_from(&[inputs[0].shape(), &[self.count]].concat(), values)?])
    }
}
