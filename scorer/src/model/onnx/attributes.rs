//! Reader of node attributes, with the checks that all operators share: known names, equal lengths, finite numbers.

use super::NodeError;
use super::operator::tensor_from;
use crate::model::post_transform::PostTransform;
use std::fmt::Display;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::*;

/// Attributes of a node.
pub(super) struct Attributes<'a> {
    node: &'a NodeProto,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(node: &'a NodeProto) -> Self {
        Attributes { node }
    }

    fn find(&self, name: &str) -> Option<&'a AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// Rejects unknown attributes, which would default be ignored silently.
    pub(super) fn check_names(&self, names: &[&str]) -> Result<(), NodeError> {
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

    pub(super) fn string(&self, name: &str) -> String {
        self.find(name).map_or_else(String::new, |attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    /// Error that names node and attribute.
    pub(super) fn error(&self, attribute: &str, reason: impl Into<String>) -> NodeError {
        NodeError {
            node: if self.node.name.is_empty() { self.node.output.concat() } else { self.node.name.clone() },
            operator: self.node.op_type.clone(),
            attribute: attribute.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn check_length<T>(&self, name: &str, values: &[T], expected: usize) -> Result<(), NodeError> {
        if values.len() == expected {
            return Ok(());
        }
        Err(self.error(name, format!("has {} values where {expected} are expected", values.len())))
    }

    /// Converts a list index of the file.
    pub(super) fn index(&self, name: &str, value: i64) -> Result<u32, NodeError> {
        u32::try_from(value).map_err(|_| self.error(name, format!("{value} should be from 0 to {}", u32::MAX)))
    }

    /// The values, if all are finite.
    pub(super) fn finite<'v, T: Copy + Display + Into<f64>>(
        &self,
        name: &str,
        values: &'v [T],
    ) -> Result<&'v [T], NodeError> {
        match values.iter().find(|value| !(**value).into().is_finite()) {
            Some(value) => Err(self.error(name, format!("{value} should be a finite number"))),
            None => Ok(values),
        }
    }

    /// Integer, or the default.
    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.find(name).map_or(default, |attribute| attribute.i)
    }

    /// Integer flags, one per node; empty if absent.
    pub(super) fn flags(&self, name: &str, nodes: usize) -> Result<&'a [i64], NodeError> {
        let flags = self.ints(name);
        if !flags.is_empty() {
            self.check_length(name, flags, nodes)?;
        }
        Ok(flags)
    }

    /// Float, or the default.
    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.find(name).map_or(default, |attribute| attribute.f)
    }

    /// Finite float, or the default.
    pub(super) fn finite_float(&self, name: &str, default: f32) -> Result<f32, NodeError> {
        let value = self.float(name, default);
        self.finite(name, &[value])?;
        Ok(value)
    }

    /// True when the attribute is present.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Graph, as the body of a loop.
    pub(super) fn graph(&self, name: &str) -> Option<&'a GraphProto> {
        self.find(name).and_then(|attribute| attribute.g.as_ref())
    }

    /// Undecoded tensor.
    pub(super) fn tensor_proto(&self, name: &str) -> Option<&'a TensorProto> {
        self.find(name).and_then(|attribute| attribute.t.as_ref())
    }

    /// Elements of an integer tensor.
    pub(super) fn integers(&self, name: &str, tensor: &TensorProto) -> Result<Vec<i64>, NodeError> {
        to_integers(tensor).ok_or_else(|| self.error(name, "should be a tensor of whole numbers"))
    }

    /// Numbers of a tensor, as doubles.
    pub(super) fn tensor_numbers(&self, name: &str, tensor: &TensorProto) -> Result<Vec<f64>, NodeError> {
        to_doubles(tensor).ok_or_else(|| self.error(name, "should be a tensor of numbers"))
    }

    /// Numbers of a tensor, and true when they are doubles; `None` where the attribute is absent.
    pub(super) fn tensor_values(&self, name: &str) -> Result<Option<(Vec<f64>, bool)>, NodeError> {
        let Some(attribute) = self.find(name) else { return Ok(None) };
        let tensor = attribute.t.as_ref().ok_or_else(|| self.error(name, "should be a tensor of numbers"))?;
        let values = to_doubles(tensor).ok_or_else(|| self.error(name, "should be a tensor of numbers"))?;
        let size =
            tensor.dims.iter().try_fold(1_usize, |size, length| size.checked_mul(usize::try_from(*length).ok()?));
        if size != Some(values.len()) {
            return Err(self.error(name, format!("has {} values and another shape", values.len())));
        }
        Ok(Some((values, tensor.data_type == DataType::Double as i32)))
    }

    /// Numbers from a float list or, as doubles, from a tensor with the suffix `_as_tensor`; all finite except thresholds,
    /// which the forest validates. True when they are doubles.
    pub(super) fn numbers(&self, name: &str) -> Result<(Vec<f64>, bool), NodeError> {
        let floats = self.floats(name);
        let as_tensor = format!("{name}_as_tensor");
        let (values, doubles) = match self.tensor_values(&as_tensor)? {
            Some(_) if !floats.is_empty() => {
                return Err(self.error(&as_tensor, format!("stands beside {name}; one of them is enough")));
            }
            Some(read) => read,
            None => (floats.iter().copied().map(f64::from).collect(), false),
        };
        if name != "nodes_values" {
            self.finite(name, &values)?;
        }
        Ok((values, doubles))
    }

    /// Number of a regressor's targets; 1 if absent.
    pub(super) fn targets(&self, name: &str) -> Result<usize, NodeError> {
        let targets = self.int(name, 1);
        if !(1..=TARGETS_MAX).contains(&targets) {
            return Err(self.error(name, format!("{targets} should be from 1 to {TARGETS_MAX}")));
        }
        Ok(targets as usize)
    }

    /// Value of `post_transform`.
    pub(super) fn post_transform(&self) -> Result<PostTransform, NodeError> {
        match self.string("post_transform").as_str() {
            "" | "NONE" => Ok(PostTransform::None),
            "LOGISTIC" => Ok(PostTransform::Logistic),
            "SOFTMAX" => Ok(PostTransform::Softmax),
            "SOFTMAX_ZERO" => Ok(PostTransform::SoftmaxZero),
            "PROBIT" => Ok(PostTransform::Probit),
            other => Err(self
                .error("post_transform", format!("{other} should be NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT"))),
        }
    }

    /// Labels of a classifier: at least two, integers or strings.
    pub(super) fn labels(&self, ints: &str, texts: &str) -> Result<Labels, NodeError> {
        let (numbers, strings) = (self.ints(ints), self.strings(texts));
        let labels = match (numbers.is_empty(), strings.is_empty()) {
            (false, true) => Labels::Ints(numbers.to_vec()),
            (true, false) => Labels::Strings(to_strings(strings)),
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

/// Most targets of a regressor.
const TARGETS_MAX: i64 = 4096;

/// Most labels of a classifier.
const LABELS_MAX: usize = 4096;

/// Class labels of a classifier.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// Integer labels.
    Ints(Vec<i64>),
    /// String labels.
    Strings(Vec<String>),
}

impl Labels {
    /// Element type.
    pub(super) fn datum_type(&self) -> DatumType {
        match self {
            Labels::Ints(_) => DatumType::I64,
            Labels::Strings(_) => DatumType::String,
        }
    }

    /// Tensor of the labels at the given indices.
    pub(super) fn gather(&self, indices: &[usize]) -> TractResult<Tensor> {
        match self {
            Labels::Ints(labels) => tensor_from(&[indices.len()], indices.iter().map(|index| labels[*index]).collect()),
            Labels::Strings(labels) => {
                tensor_from(&[indices.len()], indices.iter().map(|index| labels[*index].clone()).collect())
            }
        }
    }

    /// Number of classes.
    pub(super) fn len(&self) -> usize {
        match self {
            Labels::Ints(labels) => labels.len(),
            Labels::Strings(labels) => labels.len(),
        }
    }
}

/// Decodes UTF-8; invalid bytes are replaced.
pub(super) fn to_strings(bytes: &[Vec<u8>]) -> Vec<String> {
    bytes.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

/// Numbers of a tensor, converted to f64; `None` for other element types or truncated bytes.
fn to_doubles(tensor: &TensorProto) -> Option<Vec<f64>> {
    let raw = &tensor.raw_data;
    let list = |floats: &[f32]| floats.iter().copied().map(f64::from).collect();
    match (DataType::try_from(tensor.data_type).ok()?, raw.is_empty()) {
        (DataType::Float, true) => Some(list(&tensor.float_data)),
        (DataType::Double, true) => Some(tensor.double_data.clone()),
        (DataType::Int64, true) => Some(tensor.int64_data.iter().map(|value| *value as f64).collect()),
        (DataType::Uint8 | DataType::Int16 | DataType::Int32, true) => {
            Some(tensor.int32_data.iter().copied().map(f64::from).collect())
        }
        (DataType::Float, false) => read_raw(raw, |bytes| f32::from_le_bytes(bytes).into()),
        (DataType::Double, false) => read_raw(raw, f64::from_le_bytes),
        (DataType::Int64, false) => read_raw(raw, |bytes| i64::from_le_bytes(bytes) as f64),
        (DataType::Int32, false) => read_raw(raw, |bytes| i32::from_le_bytes(bytes).into()),
        (DataType::Int16, false) => read_raw(raw, |bytes| i16::from_le_bytes(bytes).into()),
        (DataType::Uint8, false) => read_raw(raw, |[byte]| byte.into()),
        _ => None,
    }
}

/// Elements of an i64 or i32 tensor, without rounding.
fn to_integers(tensor: &TensorProto) -> Option<Vec<i64>> {
    let raw = &tensor.raw_data;
    match (DataType::try_from(tensor.data_type).ok()?, raw.is_empty()) {
        (DataType::Int64, true) => Some(tensor.int64_data.clone()),
        (DataType::Int32, true) => Some(tensor.int32_data.iter().copied().map(i64::from).collect()),
        (DataType::Int64, false) => read_raw(raw, i64::from_le_bytes),
        (DataType::Int32, false) => read_raw(raw, |bytes| i32::from_le_bytes(bytes).into()),
        _ => None,
    }
}

fn read_raw<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (elements, rest) = raw.as_chunks::<N>();
    rest.is_empty().then(|| elements.iter().copied().map(read).collect())
}
