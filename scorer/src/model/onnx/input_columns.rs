//! Columns of the graph's inputs that reach a value unmixed, so that messages can name the field of a lead.

use super::attributes::Attributes;
use crate::lead::encode::{Input, Specification};
use std::collections::HashMap;
use tract_onnx::pb::{NodeProto, TensorProto};

/// Most columns that are tracked in all values together.
const TRACKED_MAX: usize = 1 << 20;

/// Operators that keep the columns of their first input.
const KEEP_COLUMNS: [&str; 7] =
    ["Cast", "CastLike", "Identity", "Imputer", "LabelEncoder", "Scaler", "StringNormalizer"];

/// Operators that keep a single column.
const KEEP_ONE_COLUMN: [&str; 4] = ["Flatten", "Reshape", "Squeeze", "Unsqueeze"];

/// Field of each column of the values of a graph, as far as known.
pub(super) struct InputColumns<'g> {
    fields: HashMap<&'g str, Vec<&'g str>>,
    tracked: usize,
}

impl<'g> InputColumns<'g> {
    /// Columns of the inputs.
    pub(super) fn new(encoder: &'g Specification) -> Self {
        let mut columns = InputColumns { fields: HashMap::new(), tracked: 0 };
        let fields = |input: &'g Input| input.features.iter().map(|feature| feature.field.as_str()).collect();
        encoder.inputs.iter().for_each(|input| columns.add(&input.name, fields(input)));
        columns
    }

    /// Field of each column of a value; `None` where unknown.
    pub(super) fn fields(&self, value: &str) -> Option<&[&'g str]> {
        self.fields.get(value).map(Vec::as_slice)
    }

    /// Tracks the first output of a node; `constant` looks up constants.
    pub(super) fn add_node<'c>(&mut self, node: &'g NodeProto, constant: impl Fn(&str) -> Option<&'c TensorProto>) {
        let (Some(output), Some(fields)) = (node.output.first(), self.output_fields(node, constant)) else { return };
        self.add(output, fields);
    }

    fn add(&mut self, value: &'g str, fields: Vec<&'g str>) {
        self.tracked += fields.len();
        if self.tracked <= TRACKED_MAX {
            self.fields.insert(value, fields);
        }
    }

    fn output_fields<'c>(
        &self,
        node: &NodeProto,
        constant: impl Fn(&str) -> Option<&'c TensorProto>,
    ) -> Option<Vec<&'g str>> {
        let attributes = Attributes::new(node);
        let operator = node.op_type.as_str();
        let first = self.fields.get(node.input.first()?.as_str())?;
        let is_along_columns = |default: i64| matches!(attributes.int("axis", default), 1 | -1);
        match operator {
            _ if KEEP_COLUMNS.contains(&operator) => Some(first.clone()),
            _ if KEEP_ONE_COLUMN.contains(&operator) && first.len() == 1 => Some(first.clone()),
            "Concat" if is_along_columns(0) => {
                let each = node.input.iter().map(|input| self.fields.get(input.as_str()));
                Some(each.collect::<Option<Vec<_>>>()?.into_iter().flatten().copied().collect())
            }
            "ArrayFeatureExtractor" | "Gather" if operator != "Gather" || is_along_columns(0) => {
                let indices = attributes.integers("indices", constant(node.input.get(1)?)?).ok()?;
                indices.iter().map(|index| first.get(usize::try_from(*index).ok()?).copied()).collect()
            }
            _ => None,
        }
    }
}
