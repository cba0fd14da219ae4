//! LabelEncoder and CategoryMapper: map each element by a lookup table.
//!
//! Covers the attribute names and the default for unknown keys of every version.

use super::super::NodeError;
use super::super::attributes::{Attributes, to_strings};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use super::lookup::{KeyIndex, TypedList};
use std::sync::Arc;
use tract_onnx::pb::{TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of the keys' type. Output: the same shape, of the values' type.
#[derive(Debug)]
struct LookupTable {
    keys: KeyIndex,
    /// Values, followed by the default for unknown keys.
    values: TypedList,
}

/// Parses a LabelEncoder of any version.
pub(in super::super) fn label_encoder(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    if context.version() < 2 {
        attributes.check_names(&["classes_strings", "default_int64", "default_string"])?;
        let strings = to_strings(attributes.strings("classes_strings"));
        let numbers = (0..strings.len() as i64).collect();
        return bidirectional_table(context, &attributes, strings, numbers);
    }
    attributes.check_names(&NAMES)?;
    let keys = list(&attributes, "keys")?;
    let values = list(&attributes, "values")?;
    attributes.check_length("values_*", &vec![(); values.len()], keys.len())?;
    // Before version 4 NaN was no key: it is not equal to itself.
    let has_nan = matches!(&keys, TypedList::Floats(keys) if keys.iter().any(|key| key.is_nan()));
    if has_nan && context.version() < 4 {
        return Err(attributes.error("keys_floats", "holds NaN, which nothing equals before version 4"));
    }
    let values = with_default(&attributes, values)?;
    let keys =
        KeyIndex::new(&keys, true).ok_or_else(|| attributes.error("keys_tensor", "holds keys that are not served"))?;
    Ok(Arc::new(LookupTable { keys, values }))
}

/// Parses a CategoryMapper.
pub(in super::super) fn category_mapper(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["cats_int64s", "cats_strings", "default_int64", "default_string"])?;
    let (strings, numbers) = (to_strings(attributes.strings("cats_strings")), attributes.ints("cats_int64s").to_vec());
    attributes.check_length("cats_int64s", &numbers, strings.len())?;
    bidirectional_table(context, &attributes, strings, numbers)
}

/// Output type of a LabelEncoder or CategoryMapper.
pub(in super::super) fn mapped_output_type(context: &NodeContext<'_>) -> DatumType {
    let attributes = context.attributes();
    if context.node.op_type == "CategoryMapper" || context.version() < 2 {
        let to_string = context.input_type(0) != DatumType::String;
        return if to_string { DatumType::String } else { DatumType::I64 };
    }
    list(&attributes, "values").map_or(DatumType::F32, |values| values.datum_type())
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

/// Builds a table from strings to integers or back, depending on the input's type.
fn bidirectional_table(
    context: &NodeContext<'_>,
    attributes: &Attributes<'_>,
    strings: Vec<String>,
    numbers: Vec<i64>,
) -> Result<Arc<dyn Operator>, NodeError> {
    let (strings, numbers) = (TypedList::Strings(strings), TypedList::Int64s(numbers));
    let (keys, values) =
        if context.input_type(0) == DatumType::String { (strings, numbers) } else { (numbers, strings) };
    let no_keys = || attributes.error("cats_strings", "has no keys");
    let keys = KeyIndex::new(&keys, false).ok_or_else(no_keys)?;
    Ok(Arc::new(LookupTable { keys, values: with_default(attributes, values)? }))
}

/// Keys or values, which exactly one attribute must hold.
fn list(attributes: &Attributes<'_>, what: &str) -> Result<TypedList, NodeError> {
    let name = |kind: &str| format!("{what}_{kind}");
    let (floats, ints) = (attributes.floats(&name("floats")), attributes.ints(&name("int64s")));
    let strings = to_strings(attributes.strings(&name("strings")));
    let tensor = attributes.tensor_proto(&name("tensor"));
    let mut found = Vec::new();
    found.extend((!strings.is_empty()).then_some(TypedList::Strings(strings)));
    found.extend((!ints.is_empty()).then(|| TypedList::Int64s(ints.to_vec())));
    found.extend((!floats.is_empty()).then(|| TypedList::Floats(floats.to_vec())));
    if let Some(tensor) = tensor {
        found.push(tensor_list(attributes, &name("tensor"), tensor)?);
    }
    let only = found.pop().filter(|_| found.is_empty());
    only.ok_or_else(|| attributes.error(&name("*"), "should be exactly one list"))
}

/// Elements of a tensor of rank 1.
fn tensor_list(attributes: &Attributes<'_>, name: &str, tensor: &TensorProto) -> Result<TypedList, NodeError> {
    let numbers = || {
        let read = attributes.tensor_values(name)?;
        read.map(|(values, _)| values).ok_or_else(|| attributes.error(name, "is missing"))
    };
    Ok(match DataType::try_from(tensor.data_type) {
        Ok(DataType::String) => TypedList::Strings(to_strings(&tensor.string_data)),
        Ok(DataType::Int64) => TypedList::Int64s(attributes.integers(name, tensor)?),
        Ok(DataType::Int16) => TypedList::Int16s(numbers()?.into_iter().map(|value| value as i16).collect()),
        Ok(DataType::Float) => TypedList::Floats(numbers()?.into_iter().map(|value| value as f32).collect()),
        Ok(DataType::Double) => TypedList::Doubles(numbers()?),
        _ => return Err(attributes.error(name, "holds elements that are not served")),
    })
}

/// Appends the default for unknown keys.
fn with_default(attributes: &Attributes<'_>, mut values: TypedList) -> Result<TypedList, NodeError> {
    let tensor = match attributes.tensor_proto("default_tensor") {
        Some(tensor) => Some(tensor_list(attributes, "default_tensor", tensor)?),
        None => None,
    };
    let error = || attributes.error("default_tensor", "should be one element of the values' type");
    match (&mut values, tensor) {
        (TypedList::Strings(list), Some(TypedList::Strings(default))) if default.len() == 1 => list.extend(default),
        (TypedList::Int64s(list), Some(TypedList::Int64s(default))) if default.len() == 1 => list.extend(default),
        (TypedList::Int16s(list), Some(TypedList::Int16s(default))) if default.len() == 1 => list.extend(default),
        (TypedList::Floats(list), Some(TypedList::Floats(default))) if default.len() == 1 => list.extend(default),
        (TypedList::Doubles(list), Some(TypedList::Doubles(default))) if default.len() == 1 => list.extend(default),
        (_, Some(_)) => return Err(error()),
        (TypedList::Strings(list), None) if attributes.has("default_string") => {
            list.push(attributes.string("default_string"))
        }
        (TypedList::Strings(list), None) => list.push("_Unused".to_owned()),
        (TypedList::Int64s(list), None) => list.push(attributes.int("default_int64", -1)),
        (TypedList::Int16s(list), None) => list.push(-1),
        (TypedList::Floats(list), None) => list.push(attributes.float("default_float", -0.0)),
        (TypedList::Doubles(list), None) => list.push(-0.0),
    }
    Ok(values)
}

impl Operator for LookupTable {
    fn name(&self) -> &'static str {
        "LeadlightTable"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(
            *kind == self.keys.datum_type(),
            "the input should be of type {:?}, as the keys",
            self.keys.datum_type()
        );
        Ok(vec![(self.values.datum_type(), shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let indices = self.keys.find(&inputs[0])?;
        let default = self.values.len() - 1;
        let indices: Vec<usize> = indices.into_iter().map(|index| index.unwrap_or(default)).collect();
        Ok(vec![self.values.gather(&indices, inputs[0].shape())?])
    }
}
