//! LabelEncoder and CategoryMapper: looks each element up in a table.
//!
//! Owns the names of their attributes in every version and what stands for an element that is not in the table. May not
//! know what the labels mean.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::super::operation::{Form, Operation};
use super::super::site::Site;
use super::mapping::{Keys, List};
use std::sync::Arc;
use tract_onnx::pb::{TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of the keys' type. Output: the same shape, of the values' type.
#[derive(Debug)]
struct Table {
    keys: Keys,
    /// The values, and behind them what stands for what is no key.
    values: List,
}

/// Reads a LabelEncoder of any version.
pub(in super::super) fn label_encoder(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    if site.version() < 2 {
        attributes.known(&["classes_strings", "default_int64", "default_string"])?;
        let texts = texts(&attributes, "classes_strings");
        let numbers = (0..texts.len() as i64).collect();
        return both_ways(site, &attributes, texts, numbers);
    }
    attributes.known(&NAMES)?;
    let keys = list(&attributes, "keys")?;
    let values = list(&attributes, "values")?;
    attributes.length("values_*", &vec![(); values.len()], keys.len())?;
    // NaN was no key before version 4: it is not equal to itself.
    let has_nan = matches!(&keys, List::Floats(keys) if keys.iter().any(|key| key.is_nan()));
    if has_nan && site.version() < 4 {
        return Err(attributes.error("keys_floats", "holds NaN, which nothing equals before version 4"));
    }
    let values = with_default(&attributes, values)?;
    let keys =
        Keys::of(&keys, true).ok_or_else(|| attributes.error("keys_tensor", "holds keys that are not served"))?;
    Ok(Arc::new(Table { keys, values }))
}

/// Reads a CategoryMapper.
pub(in super::super) fn category_mapper(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["cats_int64s", "cats_strings", "default_int64", "default_string"])?;
    let (texts, numbers) = (texts(&attributes, "cats_strings"), attributes.ints("cats_int64s").to_vec());
    attributes.length("cats_int64s", &numbers, texts.len())?;
    both_ways(site, &attributes, texts, numbers)
}

/// The type of what a LabelEncoder or CategoryMapper answers.
pub(in super::super) fn mapped_type(site: &Site<'_>) -> DatumType {
    let attributes = site.attributes();
    if site.node.op_type == "CategoryMapper" || site.version() < 2 {
        let to_text = site.input_type(0) != DatumType::String;
        return if to_text { DatumType::String } else { DatumType::I64 };
    }
    list(&attributes, "values").map_or(DatumType::F32, |values| values.kind())
}

const NAMES: [&str; 12] = [
    "default_float",
    "default_int64",
    "default_string",
    "default_tensor",
    "keys_floats",
    "keys_int64s",
    "keys_strings",
    "keys_tensor",
    "values_floats",
    "values_int64s",
    "values_strings",
    "values_tensor",
];

/// A table that is used from texts to numbers or back, as the input asks.
fn both_ways(
    site: &Site<'_>,
    attributes: &Attributes<'_>,
    texts: Vec<String>,
    numbers: Vec<i64>,
) -> Result<Arc<dyn Operation>, NodeError> {
    let (texts, numbers) = (List::Texts(texts), List::Ints(numbers));
    let (keys, values) = if site.input_type(0) == DatumType::String { (texts, numbers) } else { (numbers, texts) };
    let unknown = || attributes.error("cats_strings", "has no keys");
    let keys = Keys::of(&keys, false).ok_or_else(unknown)?;
    Ok(Arc::new(Table { keys, values: with_default(attributes, values)? }))
}

fn texts(attributes: &Attributes<'_>, name: &str) -> Vec<String> {
    attributes.strings(name).iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

/// The keys or the values: exactly one of the lists that may hold them.
fn list(attributes: &Attributes<'_>, what: &str) -> Result<List, NodeError> {
    let name = |kind: &str| format!("{what}_{kind}");
    let (floats, ints) = (attributes.floats(&name("floats")), attributes.ints(&name("int64s")));
    let texts = texts(attributes, &name("strings"));
    let tensor = attributes.raw_tensor(&name("tensor"));
    let mut found = Vec::new();
    found.extend((!texts.is_empty()).then_some(List::Texts(texts)));
    found.extend((!ints.is_empty()).then(|| List::Ints(ints.to_vec())));
    found.extend((!floats.is_empty()).then(|| List::Floats(floats.to_vec())));
    if let Some(tensor) = tensor {
        found.push(of_tensor(attributes, &name("tensor"), tensor)?);
    }
    let only = found.pop().filter(|_| found.is_empty());
    only.ok_or_else(|| attributes.error(&name("*"), "should be exactly one list"))
}

/// The elements of a tensor of one dimension.
fn of_tensor(attributes: &Attributes<'_>, name: &str, tensor: &TensorProto) -> Result<List, NodeError> {
    let numbers = || {
        let read = attributes.tensor(name)?;
        read.map(|(values, _)| values).ok_or_else(|| attributes.error(name, "is missing"))
    };
    Ok(match DataType::try_from(tensor.data_type) {
        Ok(DataType::String) => {
            List::Texts(tensor.string_data.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect())
        }
        Ok(DataType::Int64) => List::Ints(attributes.whole_numbers(name, tensor)?),
        Ok(DataType::Int16) => List::Shorts(numbers()?.into_iter().map(|value| value as i16).collect()),
        Ok(DataType::Float) => List::Floats(numbers()?.into_iter().map(|value| value as f32).collect()),
        Ok(DataType::Double) => List::Doubles(numbers()?),
        _ => return Err(attributes.error(name, "holds elements that are not served")),
    })
}

/// The values with what stands for an unknown key behind them.
fn with_default(attributes: &Attributes<'_>, mut values: List) -> Result<List, NodeError> {
    let tensor = match attributes.raw_tensor("default_tensor") {
        Some(tensor) => Some(of_tensor(attributes, "default_tensor", tensor)?),
        None => None,
    };
    let wrong = || attributes.error("default_tensor", "should be one element of the values' type");
    match (&mut values, tensor) {
        (List::Texts(list), Some(List::Texts(other))) if other.len() == 1 => list.extend(other),
        (List::Ints(list), Some(List::Ints(other))) if other.len() == 1 => list.extend(other),
        (List::Shorts(list), Some(List::Shorts(other))) if other.len() == 1 => list.extend(other),
        (List::Floats(list), Some(List::Floats(other))) if other.len() == 1 => list.extend(other),
        (List::Doubles(list), Some(List::Doubles(other))) if other.len() == 1 => list.extend(other),
        (_, Some(_)) => return Err(wrong()),
        (List::Texts(list), None) if attributes.has("default_string") => list.push(attributes.text("default_string")),
        (List::Texts(list), None) => list.push("_Unused".to_owned()),
        (List::Ints(list), None) => list.push(attributes.int("default_int64", -1)),
        (List::Shorts(list), None) => list.push(-1),
        (List::Floats(list), None) => list.push(attributes.float("default_float", -0.0)),
        (List::Doubles(list), None) => list.push(-0.0),
    }
    Ok(values)
}

impl Operation for Table {
    fn name(&self) -> &'static str {
        "LeadlightTable"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(*kind == self.keys.kind(), "the input should be of type {:?}, as the keys", self.keys.kind());
        Ok(vec![(self.values.kind(), shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let places = self.keys.places(&inputs[0])?;
        let otherwise = self.values.len() - 1;
        let places: Vec<usize> = places.into_iter().map(|place| place.unwrap_or(otherwise)).collect();
        Ok(vec![self.values.taken(&places, inputs[0].shape())?])
    }
}
