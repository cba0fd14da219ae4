//! Writes a forest as a TreeEnsemble (ai.onnx.ml, operator set 5): lists of decisions and of leaves.

use super::builder::GraphBuilder;
use crate::model::forest::{Aggregate, Comparison, ForestParts, Node, Test};
use crate::model::graph_writer::{ML, UINT8, constant, int, ints, tensor};

/// `nodes_modes` value of a membership test.
const MEMBER: u8 = 6;

/// Lists of the attributes.
#[derive(Default)]
struct Lists {
    modes: Vec<u8>,
    splits: Vec<f64>,
    features: Vec<i64>,
    missing_is_true: Vec<i64>,
    /// Index and kind (1 for a leaf) of the children.
    if_true: (Vec<i64>, Vec<i64>),
    if_false: (Vec<i64>, Vec<i64>),
    /// Sets, each followed by NaN.
    members: Vec<f64>,
    targets: Vec<i64>,
    weights: Vec<f64>,
    roots: Vec<i64>,
}

/// Adds the node; returns its output. Every leaf of the forest has one weight, and no base is set.
pub(super) fn write(graph: &mut GraphBuilder, input: &str, forest: &ForestParts<f64>, aggregate: Aggregate) -> String {
    let places = places(forest);
    let mut lists = Lists::default();
    for node in &forest.nodes {
        match *node {
            Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
                let children = [if_true, if_false].map(|child| places[child as usize]);
                lists.push_branch(feature, test_lists(forest, test), children, missing_is_true);
            }
            Node::Leaf { first, .. } => {
                let weight = forest.weights.get(first as usize);
                lists.targets.push(weight.map_or(0, |weight| weight.target.into()));
                lists.weights.push(weight.map_or(0.0, |weight| weight.value));
            }
        }
    }
    for root in &forest.roots {
        let (index, is_leaf) = places[*root as usize];
        if is_leaf {
            // A tree starts with a decision: both ways lead to the leaf.
            lists.roots.push(lists.modes.len() as i64);
            lists.push_branch(0, (0, 0.0, None), [(index, true); 2], false);
        } else {
            lists.roots.push(index);
        }
    }
    lists.write(graph, input, forest.base.len(), aggregate)
}

/// Index of each node among the decisions or among the leaves; true for a leaf.
fn places(forest: &ForestParts<f64>) -> Vec<(i64, bool)> {
    let mut counts = [0, 0];
    let place = |node: &Node<f64>| {
        let is_leaf = matches!(node, Node::Leaf { .. });
        let count = &mut counts[usize::from(is_leaf)];
        *count += 1;
        (*count - 1, is_leaf)
    };
    forest.nodes.iter().map(place).collect()
}

/// Mode and threshold of a test, and the members of a set.
fn test_lists(forest: &ForestParts<f64>, test: Test<f64>) -> (u8, f64, Option<&[f64]>) {
    match test {
        Test::Compare(comparison, threshold) => (mode(comparison), threshold, None),
        Test::Member(first, count) => {
            let members = forest.members.get(first as usize..(first + count) as usize);
            (MEMBER, 0.0, Some(members.unwrap_or_default()))
        }
    }
}

fn mode(comparison: Comparison) -> u8 {
    match comparison {
        Comparison::Leq => 0,
        Comparison::Lt => 1,
        Comparison::Gte => 2,
        Comparison::Gt => 3,
        Comparison::Eq => 4,
        Comparison::Neq => 5,
    }
}

impl Lists {
    fn push_branch(
        &mut self,
        feature: u32,
        (mode, split, members): (u8, f64, Option<&[f64]>),
        [if_true, if_false]: [(i64, bool); 2],
        missing_is_true: bool,
    ) {
        self.modes.push(mode);
        self.splits.push(split);
        self.features.push(feature.into());
        self.missing_is_true.push(missing_is_true.into());
        for (list, (index, is_leaf)) in [(&mut self.if_true, if_true), (&mut self.if_false, if_false)] {
            list.0.push(index);
            list.1.push(is_leaf.into());
        }
        if let Some(members) = members {
            self.members.extend(members);
            self.members.push(f64::NAN);
        }
    }

    fn write(self, graph: &mut GraphBuilder, input: &str, targets: usize, aggregate: Aggregate) -> String {
        let element = graph.element();
        let numbers = |graph: &GraphBuilder, name: &str, values: &[f64]| {
            tensor(name, constant(name, element, &[values.len()], graph.bytes(values)))
        };
        let mut attributes = vec![
            int("n_targets", targets as i64),
            int("aggregate_function", i64::from(aggregate != Aggregate::Average)),
            tensor("nodes_modes", constant("nodes_modes", UINT8, &[self.modes.len()], self.modes)),
            numbers(graph, "nodes_splits", &self.splits),
            numbers(graph, "leaf_weights", &self.weights),
            ints("nodes_featureids", self.features),
            ints("nodes_missing_value_tracks_true", self.missing_is_true),
            ints("nodes_truenodeids", self.if_true.0),
            ints("nodes_trueleafs", self.if_true.1),
            ints("nodes_falsenodeids", self.if_false.0),
            ints("nodes_falseleafs", self.if_false.1),
            ints("leaf_targetids", self.targets),
            ints("tree_roots", self.roots),
        ];
        if !self.members.is_empty() {
            attributes.push(numbers(graph, "membership_values", &self.members));
        }
        graph.apply_of(ML, "TreeEnsemble", &[input], attributes)
    }
}
