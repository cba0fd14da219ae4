//! Where a node stands in its graph: the types and the constants that reach it.
//!
//! Owns what an operator may ask about its surroundings before anything runs. One pass over a graph in order. May not
//! know what operators compute.

use super::NodeError;
use super::attributes::Attributes;
use super::graph::{datum_type, element};
use super::served;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};
use tract_onnx::prelude::*;

/// What is known of the values of a graph whose nodes stand in order.
pub(super) struct Values<'g> {
    types: HashMap<&'g str, DatumType>,
    constants: HashMap<&'g str, &'g TensorProto>,
    /// Values that are lengths of dimensions, or made of such: tract works them out while it plans.
    sizes: HashSet<&'g str>,
    versions: HashMap<&'g str, i64>,
}

/// A node and what is known of its inputs.
pub(super) struct Site<'g> {
    /// The node.
    pub(super) node: &'g NodeProto,
    values: &'g Values<'g>,
}

/// Operators of ai.onnx.ml whose only output is a tensor of floats whatever they read.
const TO_FLOAT: [&str; 6] =
    ["FeatureVectorizer", "LinearRegressor", "Normalizer", "OneHotEncoder", "Scaler", "TreeEnsembleRegressor"];

/// Operators of the default set that answer yes or no.
const TO_BOOL: [&str; 9] = ["And", "Equal", "Greater", "GreaterOrEqual", "IsNaN", "Less", "LessOrEqual", "Not", "Or"];

/// Operators that make a size of two sizes, or of several.
const OF_SIZES: [&str; 4] = ["Add", "Concat", "Mul", "Sub"];

/// Operators that make a size of a size.
const OF_SIZE: [&str; 7] = ["Cast", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Unsqueeze"];

impl<'g> Values<'g> {
    /// Looks through a graph whose nodes stand in order.
    pub(super) fn of(proto: &'g ModelProto) -> Self {
        let mut values = Values {
            types: HashMap::new(),
            constants: HashMap::new(),
            sizes: HashSet::new(),
            versions: proto.opset_import.iter().map(|import| (import.domain.as_str(), import.version)).collect(),
        };
        if let Some(graph) = &proto.graph {
            let declared = graph.input.iter().filter_map(|input| Some((input.name.as_str(), element(input)?)));
            values.types.extend(declared);
            for tensor in &graph.initializer {
                values.add_constant(&tensor.name, tensor);
            }
            graph.node.iter().for_each(|node| values.add(node));
        }
        values
    }

    /// A node of the graph, with its surroundings.
    pub(super) fn site(&'g self, node: &'g NodeProto) -> Site<'g> {
        Site { node, values: self }
    }

    fn add_constant(&mut self, name: &'g str, tensor: &'g TensorProto) {
        self.types.extend(datum_type(tensor.data_type).map(|kind| (name, kind)));
        self.constants.insert(name, tensor);
    }

    fn add(&mut self, node: &'g NodeProto) {
        let Some(first) = node.output.first() else { return };
        let value = node.attribute.iter().find(|attribute| attribute.name == "value").and_then(|it| it.t.as_ref());
        match value {
            Some(tensor) if node.op_type == "Constant" => self.add_constant(first, tensor),
            _ => {
                let site = Site { node, values: self };
                let types: Vec<DatumType> = (0..node.output.len()).map(|slot| site.output_type(slot)).collect();
                self.types.extend(node.output.iter().map(String::as_str).zip(types));
            }
        }
        let is_size = |name: &String| self.sizes.contains(name.as_str());
        let operator = node.op_type.as_str();
        if operator == "Shape"
            || OF_SIZES.contains(&operator) && node.input.iter().any(is_size)
            || OF_SIZE.contains(&operator) && node.input.first().is_some_and(is_size)
        {
            self.sizes.insert(first);
        }
    }
}

impl<'g> Site<'g> {
    /// The node's settings.
    pub(super) fn attributes(&self) -> Attributes<'g> {
        Attributes::of(self.node)
    }

    /// The version of the operator set that the node is of; 0 where the file names none.
    pub(super) fn version(&self) -> i64 {
        let domain = served::domain(self.node);
        let name = if domain == served::DEFAULT { "" } else { domain };
        self.values.versions.get(name).copied().unwrap_or(0)
    }

    /// Whether an input is given: one that may be left out has no name.
    pub(super) fn has(&self, slot: usize) -> bool {
        self.node.input.get(slot).is_some_and(|name| !name.is_empty())
    }

    /// How many inputs are given.
    pub(super) fn inputs(&self) -> usize {
        self.node.input.iter().filter(|name| !name.is_empty()).count()
    }

    /// How many outputs are made.
    pub(super) fn outputs(&self) -> usize {
        self.node.output.iter().filter(|name| !name.is_empty()).count()
    }

    /// The type of an input, as far as the file tells; floats otherwise.
    pub(super) fn input_type(&self, slot: usize) -> DatumType {
        let name = self.node.input.get(slot).map_or("", String::as_str);
        self.values.types.get(name).copied().unwrap_or_else(f32::datum_type)
    }

    /// The value of an input that is a constant.
    pub(super) fn constant(&self, slot: usize) -> Option<&'g TensorProto> {
        self.values.constants.get(self.node.input.get(slot)?.as_str()).copied()
    }

    /// The whole numbers of an input that is a constant; `None` where it is left out.
    pub(super) fn whole_numbers(&self, slot: usize, name: &str) -> Result<Option<Vec<i64>>, NodeError> {
        match self.constant(slot) {
            _ if !self.has(slot) => Ok(None),
            Some(tensor) => self.attributes().whole_numbers(name, tensor).map(Some),
            None => Err(self.attributes().error(name, "should be a constant")),
        }
    }

    /// Whether some input is a size.
    pub(super) fn reads_sizes(&self) -> bool {
        self.node.input.iter().any(|name| self.values.sizes.contains(name.as_str()))
    }

    fn output_type(&self, slot: usize) -> DatumType {
        let operator = self.node.op_type.as_str();
        if served::domain(self.node) == served::ML {
            return match operator {
                _ if TO_FLOAT.contains(&operator) => DatumType::F32,
                _ if operator.ends_with("Classifier") => self.classifier_type(slot),
                "LabelEncoder" | "CategoryMapper" => super::features::mapped_type(self),
                _ => self.input_type(0),
            };
        }
        match operator {
            "Cast" => {
                let to = i32::try_from(self.attributes().int("to", 0)).ok().and_then(datum_type);
                to.unwrap_or_else(f32::datum_type)
            }
            "ArgMax" | "ArgMin" | "Shape" => DatumType::I64,
            "Where" => self.input_type(1),
            "ConstantOfShape" => {
                let value = self.node.attribute.iter().find_map(|attribute| attribute.t.as_ref());
                value.and_then(|value| datum_type(value.data_type)).unwrap_or_else(f32::datum_type)
            }
            _ if TO_BOOL.contains(&operator) => DatumType::Bool,
            _ => self.input_type(0),
        }
    }

    fn classifier_type(&self, slot: usize) -> DatumType {
        let texts = !self.attributes().strings("classlabels_strings").is_empty();
        match slot {
            0 if texts => DatumType::String,
            0 => DatumType::I64,
            _ => DatumType::F32,
        }
    }
}
