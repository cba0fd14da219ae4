//! Reads the settings of a node.
//!
//! Owns the checks that every operator makes of its attributes: known names, equal lengths, finite numbers. May not know
//! operators or how a graph is run.

use super::NodeError;
use super::operation::made;
use crate::model::classifier::Transform;
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::*;

/// A node with its attributes at hand.
pub(super) struct Attributes<'a> {
    node: &'a NodeProto,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(node: &'a NodeProto) -> Self {
        Attributes { node }
    }

    fn find(&self, name: &str) -> Option<&'a AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// What is not known would be left out of the score in silence.
    pub(super) fn known(&self, names: &[&str]) -> Result<(), NodeError> {
        match self.node.attribute.iter().find(|attribute| !names.contains(&attribute.name.as_str())) {
            Some(unknown) => Err(self.error(&unknown.name, "is not served")),
            None => Ok(()),
        }
    }

    pub(super) fn floats(&self, name: &str) -> &'a [f32] {
        self.find(name).map_or(&[], |attribute| &attribute.floats)
    }

    pub(super) fn ints(&self, name: &str) -> &'a [i64] {
        self.find(name).map_or(&[], |attribute| &attribute.ints)
    }

    pub(super) fn strings(&self, name: &str) -> &'a [Vec<u8>] {
        self.find(name).map_or(&[], |attribute| &attribute.strings)
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.find(name).map_or_else(String::new, |attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    /// An error that names the node and the attribute.
    pub(super) fn error(&self, attribute: &str, reason: impl Into<String>) -> NodeError {
        NodeError {
            node: if self.node.name.is_empty() { self.node.output.concat() } else { self.node.name.clone() },
            operator: self.node.op_type.clone(),
            attribute: attribute.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn length<T>(&self, name: &str, values: &[T], expected: usize) -> Result<(), NodeError> {
        if values.len() == expected {
            return Ok(());
        }
        Err(self.error(name, format!("has {} values where {expected} are expected", values.len())))
    }

    /// A place in a list, from a number of the file.
    pub(super) fn place(&self, name: &str, value: i64) -> Result<u32, NodeError> {
        u32::try_from(value).map_err(|_| self.error(name, format!("{value} should be from 0 to {}", u32::MAX)))
    }

    pub(super) fn finite<'v>(&self, name: &str, values: &'v [f32]) -> Result<&'v [f32], NodeError> {
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(self.error(name, format!("{value} should be a finite number"))),
            None => Ok(values),
        }
    }

    /// A whole number, or what stands for it where there is none.
    pub(super) fn int(&self, name: &str, otherwise: i64) -> i64 {
        self.find(name).map_or(otherwise, |attribute| attribute.i)
    }

    /// One number, or what stands for it where there is none.
    pub(super) fn float(&self, name: &str, otherwise: f32) -> f32 {
        self.find(name).map_or(otherwise, |attribute| attribute.f)
    }

    /// One finite number, or what stands for it where there is none.
    pub(super) fn finite_float(&self, name: &str, otherwise: f32) -> Result<f32, NodeError> {
        let value = self.float(name, otherwise);
        self.finite(name, &[value])?;
        Ok(value)
    }

    /// Whether there is such an attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A tensor as it stands.
    pub(super) fn raw_tensor(&self, name: &str) -> Option<&'a TensorProto> {
        self.find(name).and_then(|attribute| attribute.t.as_ref())
    }

    /// The elements of a tensor of whole numbers.
    pub(super) fn whole_numbers(&self, name: &str, tensor: &TensorProto) -> Result<Vec<i64>, NodeError> {
        whole_numbers(tensor).ok_or_else(|| self.error(name, "should be a tensor of whole numbers"))
    }

    /// The numbers of a tensor, and whether they are doubles; `None` where there is no such attribute.
    pub(super) fn tensor(&self, name: &str) -> Result<Option<(Vec<f64>, bool)>, NodeError> {
        let Some(attribute) = self.find(name) else { return Ok(None) };
        let tensor = attribute.t.as_ref().ok_or_else(|| self.error(name, "should be a tensor of numbers"))?;
        let values = numbers(tensor).ok_or_else(|| self.error(name, "should be a tensor of numbers"))?;
        let size =
            tensor.dims.iter().try_fold(1_usize, |size, length| size.checked_mul(usize::try_from(*length).ok()?));
        if size != Some(values.len()) {
            return Err(self.error(name, format!("has {} values and another shape", values.len())));
        }
        Ok(Some((values, tensor.data_type == DataType::Double as i32)))
    }

    /// Numbers that stand as floats under a name or, as doubles, under that name with `_as_tensor` behind; all finite
    /// but for thresholds, which the forest looks at. Tells whether they are doubles.
    pub(super) fn numbers(&self, name: &str) -> Result<(Vec<f64>, bool), NodeError> {
        let floats = self.floats(name);
        let as_tensor = format!("{name}_as_tensor");
        let (values, doubles) = match self.tensor(&as_tensor)? {
            Some(_) if !floats.is_empty() => {
                return Err(self.error(&as_tensor, format!("stands beside {name}; one of them is enough")));
            }
            Some(read) => read,
            None => (floats.iter().copied().map(f64::from).collect(), false),
        };
        if name != "nodes_values" {
            self.all_finite(name, &values)?;
        }
        Ok((values, doubles))
    }

    pub(super) fn all_finite(&self, name: &str, values: &[f64]) -> Result<(), NodeError> {
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(self.error(name, format!("{value} should be a finite number"))),
            None => Ok(()),
        }
    }

    /// What is to be done to scores.
    pub(super) fn transform(&self) -> Result<Transform, NodeError> {
        match self.text("post_transform").as_str() {
            "" | "NONE" => Ok(Transform::None),
            "LOGISTIC" => Ok(Transform::Logistic),
            "SOFTMAX" => Ok(Transform::Softmax),
            "SOFTMAX_ZERO" => Ok(Transform::SoftmaxZero),
            "PROBIT" => Ok(Transform::Probit),
            other => Err(self
                .error("post_transform", format!("{other} should be NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT"))),
        }
    }

    /// The labels of a classifier's classes: at least two, whole numbers or texts.
    pub(super) fn labels(&self, ints: &str, texts: &str) -> Result<Labels, NodeError> {
        let (numbers, strings) = (self.ints(ints), self.strings(texts));
        let labels = match (numbers.is_empty(), strings.is_empty()) {
            (false, true) => Labels::Ints(numbers.to_vec()),
            (true, false) => {
                Labels::Texts(strings.iter().map(|label| String::from_utf8_lossy(label).into_owned()).collect())
            }
            (true, true) => return Err(self.error(ints, "has no labels")),
            (false, false) => return Err(self.error(texts, format!("stands beside {ints}; one of them is enough"))),
        };
        if !(2..=LABELS_MAX).contains(&labels.len()) {
            let reason = format!("has {} labels; from 2 to {LABELS_MAX} are served", labels.len());
            return Err(self.error(if numbers.is_empty() { texts } else { ints }, reason));
        }
        Ok(labels)
    }
}

/// The most labels that a classifier may have.
const LABELS_MAX: usize = 4096;

/// The labels of a classifier's classes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Labels {
    /// The type of its elements.
    pub(super) fn kind(&self) -> DatumType {
        match self {
            Labels::Ints(_) => DatumType::I64,
            Labels::Texts(_) => DatumType::String,
        }
    }

    /// The labels at some places.
    pub(super) fn of(&self, places: &[usize]) -> TractResult<Tensor> {
        match self {
            Labels::Ints(labels) => made(&[places.len()], places.iter().map(|place| labels[*place]).collect()),
            Labels::Texts(labels) => made(&[places.len()], places.iter().map(|place| labels[*place].clone()).collect()),
        }
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Labels::Ints(labels) => labels.len(),
            Labels::Texts(labels) => labels.len(),
        }
    }
}

/// The numbers of a tensor of floats, doubles, or whole numbers.
fn numbers(tensor: &TensorProto) -> Option<Vec<f64>> {
    let raw = &tensor.raw_data;
    let list = |floats: &[f32]| floats.iter().copied().map(f64::from).collect();
    match (DataType::try_from(tensor.data_type).ok()?, raw.is_empty()) {
        (DataType::Float, true) => Some(list(&tensor.float_data)),
        (DataType::Double, true) => Some(tensor.double_data.clone()),
        (DataType::Int64, true) => Some(tensor.int64_data.iter().map(|value| *value as f64).collect()),
        (DataType::Uint8 | DataType::Int16 | DataType::Int32, true) => {
            Some(tensor.int32_data.iter().copied().map(f64::from).collect())
        }
        (DataType::Float, false) => elements(raw, |bytes| f32::from_le_bytes(bytes).into()),
        (DataType::Double, false) => elements(raw, f64::from_le_bytes),
        (DataType::Int64, false) => elements(raw, |bytes| i64::from_le_bytes(bytes) as f64),
        (DataType::Int32, false) => elements(raw, |bytes| i32::from_le_bytes(bytes).into()),
        (DataType::Int16, false) => elements(raw, |bytes| i16::from_le_bytes(bytes).into()),
        (DataType::Uint8, false) => elements(raw, |[byte]| byte.into()),
        _ => None,
    }
}

/// The elements of a tensor of i64 or i32, exactly.
fn whole_numbers(tensor: &TensorProto) -> Option<Vec<i64>> {
    let raw = &tensor.raw_data;
    match (DataType::try_from(tensor.data_type).ok()?, raw.is_empty()) {
        (DataType::Int64, true) => Some(tensor.int64_data.clone()),
        (DataType::Int32, true) => Some(tensor.int32_data.iter().copied().map(i64::from).collect()),
        (DataType::Int64, false) => elements(raw, i64::from_le_bytes),
        (DataType::Int32, false) => elements(raw, |bytes| i32::from_le_bytes(bytes).into()),
        _ => None,
    }
}

fn elements<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (elements, rest) = raw.as_chunks::<N>();
    rest.is_empty().then(|| elements.iter().copied().map(read).collect())
}
