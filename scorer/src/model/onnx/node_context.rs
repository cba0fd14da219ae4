//! Static analysis of a graph: types, constants and shape values that reach each node, in one pass in topological order.

use super::attributes::Attributes;
use super::graph::{DEFAULT_DOMAIN, ML_DOMAIN, datum_type, domain, element_type};
use super::input_columns::InputColumns;
use super::{NodeError, typed_list};
use crate::lead::encode::Specification;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};
use tract_onnx::prelude::*;

/// Facts about the values of a graph.
pub(super) struct GraphFacts<'g> {
    types: HashMap<&'g str, DatumType>,
    constants: HashMap<&'g str, &'g TensorProto>,
    /// Values derived from tensor shapes, which tract computes while it plans.
    shape_values: HashSet<&'g str>,
    versions: HashMap<&'g str, i64>,
    columns: InputColumns<'g>,
}

/// A node with the facts about its inputs.
pub(super) struct NodeContext<'g> {
    /// The node.
    pub(super) node: &'g NodeProto,
    facts: &'g GraphFacts<'g>,
}

/// Operators of ai.onnx.ml with a single float output, whatever their inputs.
const FLOAT_OUTPUT: [&str; 6] =
    ["FeatureVectorizer", "LinearRegressor", "Normalizer", "OneHotEncoder", "Scaler", "TreeEnsembleRegressor"];

/// Operators of the default set with a bool output.
const BOOL_OUTPUT: [&str; 9] =
    ["And", "Equal", "Greater", "GreaterOrEqual", "IsNaN", "Less", "LessOrEqual", "Not", "Or"];

/// Operators whose output is a shape value if any input is.
const SHAPE_VALUE_FROM_ANY: [&str; 4] = ["Add", "Concat", "Mul", "Sub"];

/// Operators whose output is a shape value if the first input is.
const SHAPE_VALUE_FROM_FIRST: [&str; 7] = ["Cast", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Unsqueeze"];

impl<'g> GraphFacts<'g> {
    /// Analyses a graph whose nodes are in topological order.
    pub(super) fn new(proto: &'g ModelProto, encoder: &'g Specification) -> Self {
        let mut facts = GraphFacts {
            types: HashMap::new(),
            constants: HashMap::new(),
            shape_values: HashSet::new(),
            versions: proto.opset_import.iter().map(|import| (import.domain.as_str(), import.version)).collect(),
            columns: InputColumns::new(encoder),
        };
        if let Some(graph) = &proto.graph {
            let declared_types =
                graph.input.iter().filter_map(|input| Some((input.name.as_str(), element_type(input)?)));
            facts.types.extend(declared_types);
            for tensor in &graph.initializer {
                facts.add_constant(&tensor.name, tensor);
            }
            graph.node.iter().for_each(|node| facts.add_node(node));
        }
        facts
    }

    /// Context of a node of the graph.
    pub(super) fn context(&'g self, node: &'g NodeProto) -> NodeContext<'g> {
        NodeContext { node, facts: self }
    }

    fn add_constant(&mut self, name: &'g str, tensor: &'g TensorProto) {
        self.types.extend(datum_type(tensor.data_type).map(|kind| (name, kind)));
        self.constants.insert(name, tensor);
    }

    fn add_node(&mut self, node: &'g NodeProto) {
        let Some(first) = node.output.first() else { return };
        let value = node.attribute.iter().find(|attribute| attribute.name == "value").and_then(|it| it.t.as_ref());
        match value {
            Some(tensor) if node.op_type == "Constant" => self.add_constant(first, tensor),
            _ => {
                let context = NodeContext { node, facts: self };
                let types: Vec<DatumType> = (0..node.output.len()).map(|slot| context.output_type(slot)).collect();
                self.types.extend(node.output.iter().map(String::as_str).zip(types));
            }
        }
        self.columns.add_node(node, |name| self.constants.get(name).copied());
        let is_shape_value = |name: &String| self.shape_values.contains(name.as_str());
        let operator = node.op_type.as_str();
        if operator == "Shape"
            || SHAPE_VALUE_FROM_ANY.contains(&operator) && node.input.iter().any(is_shape_value)
            || SHAPE_VALUE_FROM_FIRST.contains(&operator) && node.input.first().is_some_and(is_shape_value)
        {
            self.shape_values.insert(first);
        }
    }
}

impl<'g> NodeContext<'g> {
    /// Attributes of the node.
    pub(super) fn attributes(&self) -> Attributes<'g> {
        Attributes::new(self.node)
    }

    /// Imported version of the node's operator set; 0 where the file names none.
    pub(super) fn version(&self) -> i64 {
        let domain = domain(self.node);
        let name = if domain == DEFAULT_DOMAIN { "" } else { domain };
        self.facts.versions.get(name).copied().unwrap_or(0)
    }

    /// True when an input is connected: omitted optional inputs have no name.
    pub(super) fn has_input(&self, slot: usize) -> bool {
        self.node.input.get(slot).is_some_and(|name| !name.is_empty())
    }

    /// Number of connected inputs.
    pub(super) fn input_count(&self) -> usize {
        self.node.input.iter().filter(|name| !name.is_empty()).count()
    }

    /// Number of named outputs.
    pub(super) fn output_count(&self) -> usize {
        self.node.output.iter().filter(|name| !name.is_empty()).count()
    }

    /// Type of an input, as far as declared; f32 otherwise.
    pub(super) fn input_type(&self, slot: usize) -> DatumType {
        let name = self.node.input.get(slot).map_or("", String::as_str);
        self.facts.types.get(name).copied().unwrap_or_else(f32::datum_type)
    }

    /// Value of a constant input.
    pub(super) fn constant(&self, slot: usize) -> Option<&'g TensorProto> {
        self.facts.constants.get(self.node.input.get(slot)?.as_str()).copied()
    }

    /// Field of a lead that each column of an input holds; `None` where columns were computed from several.
    pub(super) fn fields(&self, slot: usize) -> Option<&[&'g str]> {
        self.facts.columns.fields(self.node.input.get(slot)?)
    }

    /// Integers of a constant input; `None` where it is omitted.
    pub(super) fn integers(&self, slot: usize, name: &str) -> Result<Option<Vec<i64>>, NodeError> {
        match self.constant(slot) {
            _ if !self.has_input(slot) => Ok(None),
            Some(tensor) => self.attributes().integers(name, tensor).map(Some),
            None => Err(self.attributes().error(name, "should be a constant")),
        }
    }

    /// True when some input is a shape value.
    pub(super) fn reads_shape_values(&self) -> bool {
        self.node.input.iter().any(|name| self.facts.shape_values.contains(name.as_str()))
    }

    fn output_type(&self, slot: usize) -> DatumType {
        let operator = self.node.op_type.as_str();
        if domain(self.node) == ML_DOMAIN {
            return match operator {
                _ if FLOAT_OUTPUT.contains(&operator) => DatumType::F32,
                _ if operator.ends_with("Classifier") => self.classifier_type(slot),
                "LabelEncoder" | "CategoryMapper" => self.mapped_type(),
                _ => self.input_type(0),
            };
        }
        match operator {
            "Cast" => {
                let to = i32::try_from(self.attributes().int("to", 0)).ok().and_then(datum_type);
                to.unwrap_or_else(f32::datum_type)
            }
            "ArgMax" | "ArgMin" | "Shape" => DatumType::I64,
            "CastLike" | "Where" => self.input_type(1),
            "TfIdfVectorizer" => DatumType::F32,
            "TopK" if slot == 1 => DatumType::I64,
            "ConstantOfShape" => {
                let value = self.node.attribute.iter().find_map(|attribute| attribute.t.as_ref());
                value.and_then(|value| datum_type(value.data_type)).unwrap_or_else(f32::datum_type)
            }
            _ if BOOL_OUTPUT.contains(&operator) => DatumType::Bool,
            _ => self.input_type(0),
        }
    }

    /// Output type of a LabelEncoder or CategoryMapper.
    fn mapped_type(&self) -> DatumType {
        if self.node.op_type == "CategoryMapper" || self.version() < 2 {
            let to_string = self.input_type(0) != DatumType::String;
            return if to_string { DatumType::String } else { DatumType::I64 };
        }
        typed_list::list(&self.attributes(), "values").map_or(DatumType::F32, |values| values.datum_type())
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
