//! Builder of a graph whose numbers are all of one precision: names values and constants, and collects the nodes.

use super::super::Precision;
use crate::model::graph_writer::{BOOL, DOUBLE, FLOAT, INT64, ML, constant, encode, node, value};
use crate::model::proto::{Attribute, GraphProto, NodeProto, TensorProto};

/// IR version of the operator sets.
const IR_VERSION: i64 = 10;

/// Operator sets: TreeEnsemble, the only operator with sets of categories and doubles, is in version 5 of its own.
const OPSETS: [(&str, i64); 2] = [(ML, 5), ("", 21)];

/// Nodes and constants of a graph.
pub(super) struct GraphBuilder {
    precision: Precision,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl GraphBuilder {
    pub(super) fn new(precision: Precision) -> Self {
        GraphBuilder { precision, nodes: Vec::new(), constants: Vec::new() }
    }

    /// Element type of numbers.
    pub(super) fn element(&self) -> i32 {
        match self.precision {
            Precision::Single => FLOAT,
            Precision::Double => DOUBLE,
        }
    }

    /// Bytes of numbers.
    pub(super) fn bytes(&self, values: &[f64]) -> Vec<u8> {
        match self.precision {
            Precision::Single => values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect(),
            Precision::Double => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }

    /// Adds a constant of numbers; returns its name.
    pub(super) fn numbers(&mut self, dimensions: &[usize], values: &[f64]) -> String {
        self.constant(self.element(), dimensions, self.bytes(values))
    }

    /// Adds a constant of integers.
    pub(super) fn integers(&mut self, dimensions: &[usize], values: &[i64]) -> String {
        self.constant(INT64, dimensions, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Adds one truth value per column.
    pub(super) fn flags(&mut self, values: &[bool]) -> String {
        self.constant(BOOL, &[1, values.len()], values.iter().map(|value| u8::from(*value)).collect())
    }

    fn constant(&mut self, element: i32, dimensions: &[usize], bytes: Vec<u8>) -> String {
        let name = format!("constant_{}", self.constants.len());
        self.constants.push(constant(&name, element, dimensions, bytes));
        name
    }

    /// Adds a node of the default operator set with one output; returns the output's name.
    pub(super) fn apply(&mut self, operator: &str, inputs: &[&str], attributes: Vec<Attribute>) -> String {
        self.apply_of("", operator, inputs, attributes)
    }

    /// [`GraphBuilder::apply`] for an operator of another set.
    pub(super) fn apply_of(
        &mut self,
        domain: &str,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<Attribute>,
    ) -> String {
        let output = format!("{}_{}", operator.to_ascii_lowercase(), self.nodes.len());
        self.nodes.push(NodeProto { name: output.clone(), ..node(domain, operator, inputs, &[&output], attributes) });
        output
    }

    /// Appends the logistic function and encodes the graph.
    pub(super) fn finish(mut self, margin: &str, (input, width): (&str, usize), output: &str) -> Vec<u8> {
        self.nodes.push(node("", "Sigmoid", &[margin], &[output], vec![]));
        let element = self.element();
        let graph = GraphProto {
            node: self.nodes,
            name: "booster".to_owned(),
            initializer: self.constants,
            input: vec![value(input, element, &[None, Some(width)])],
            output: vec![value(output, element, &[None, Some(1)])],
        };
        encode(graph, IR_VERSION, &OPSETS)
    }
}
