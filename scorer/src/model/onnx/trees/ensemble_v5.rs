//! The TreeEnsemble of ai.onnx.ml's operator set 5: inner nodes and leaves in lists of their own.
//!
//! Owns the names of its attributes and every check on them. May not know what the scores mean.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::{Aggregate, Comparison, Node, Test, Trees, Weight};
use crate::model::classifier::Transform;

const NAMES: [&str; 16] = [
    "aggregate_function",
    "leaf_targetids",
    "leaf_weights",
    "membership_values",
    "n_targets",
    "nodes_falseleafs",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_splits",
    "nodes_trueleafs",
    "nodes_truenodeids",
    "post_transform",
    "tree_roots",
];

/// The most scores that a row may have.
const TARGETS_MAX: i64 = 4096;

/// Reads a node: its trees, what is done to the scores, and whether its numbers are doubles.
pub(in super::super) fn tree_ensemble(attributes: &Attributes<'_>) -> Result<(Trees, Transform, bool), NodeError> {
    attributes.known(&NAMES)?;
    let needed = |name| attributes.tensor(name)?.ok_or_else(|| attributes.error(name, "is missing"));
    let (weights, doubles) = needed("leaf_weights")?;
    let (splits, _) = needed("nodes_splits")?;
    let (modes, _) = needed("nodes_modes")?;
    let members = Members::read(attributes, &modes)?;
    let targets = attributes.ints("leaf_targetids");
    attributes.length("leaf_targetids", targets, weights.len())?;
    attributes.all_finite("leaf_weights", &weights)?;
    let inner = Inner { attributes, modes, splits, leaves: weights.len() };
    let mut nodes = inner.read(&members)?;
    nodes.extend((0..weights.len()).map(|leaf| Node::Leaf { first: leaf as u32, count: 1 }));
    let weight =
        |(target, value): (&i64, f64)| Ok(Weight { target: attributes.place("leaf_targetids", *target)?, value });
    let weights = targets.iter().zip(weights).map(weight).collect::<Result<_, NodeError>>()?;
    let roots = inner.roots()?;
    let n_targets = attributes.int("n_targets", 1);
    if !(1..=TARGETS_MAX).contains(&n_targets) {
        return Err(attributes.error("n_targets", format!("{n_targets} should be from 1 to {TARGETS_MAX}")));
    }
    let base = vec![0.0; n_targets as usize];
    let trees = Trees { nodes, roots, weights, members: members.values, base, aggregate: aggregate(attributes)? };
    // A leaf that several branches name is one leaf for each of them.
    Ok((unshared(trees), transform(attributes)?, doubles))
}

/// The sets of the member nodes, in the order of these nodes.
struct Members {
    values: Vec<f64>,
    sets: std::collections::HashMap<usize, (u32, u32)>,
}

/// The mode of a node that asks for a member of a set.
const MEMBER: f64 = 6.0;

impl Members {
    fn read(attributes: &Attributes<'_>, modes: &[f64]) -> Result<Self, NodeError> {
        let name = "membership_values";
        let list = attributes.tensor(name)?.map_or_else(Vec::new, |(values, _)| values);
        let mut members = Members { values: Vec::new(), sets: std::collections::HashMap::new() };
        // NaN stands between two sets, and may stand behind the last.
        let ended = list.split_last().filter(|(last, _)| last.is_nan()).map_or(list.as_slice(), |(_, rest)| rest);
        let mut sets = ended.split(|value| value.is_nan());
        for (at, _) in modes.iter().enumerate().filter(|(_, mode)| **mode == MEMBER) {
            let Some(set) = sets.next() else {
                return Err(attributes.error(name, "has fewer sets than there are BRANCH_MEMBER nodes"));
            };
            members.sets.insert(at, (members.values.len() as u32, set.len() as u32));
            members.values.extend(set);
        }
        match sets.next() {
            Some(set) if !set.is_empty() || !members.sets.is_empty() => {
                Err(attributes.error(name, "has more sets than there are BRANCH_MEMBER nodes"))
            }
            _ => Ok(members),
        }
    }
}

/// The lists of the inner nodes.
struct Inner<'a> {
    attributes: &'a Attributes<'a>,
    modes: Vec<f64>,
    splits: Vec<f64>,
    leaves: usize,
}

impl Inner<'_> {
    fn list(&self, name: &str) -> Result<&[i64], NodeError> {
        let list = self.attributes.ints(name);
        self.attributes.length(name, list, self.modes.len()).map(|()| list)
    }

    fn read(&self, members: &Members) -> Result<Vec<Node<f64>>, NodeError> {
        let attributes = self.attributes;
        attributes.length("nodes_splits", &self.splits, self.modes.len())?;
        let features = self.list("nodes_featureids")?;
        let (if_true, true_leaves) = (self.list("nodes_truenodeids")?, self.list("nodes_trueleafs")?);
        let (if_false, false_leaves) = (self.list("nodes_falsenodeids")?, self.list("nodes_falseleafs")?);
        let missing = attributes.ints("nodes_missing_value_tracks_true");
        if !missing.is_empty() {
            attributes.length("nodes_missing_value_tracks_true", missing, self.modes.len())?;
        }
        let node = |at: usize| {
            Ok(Node::Branch {
                feature: attributes.place("nodes_featureids", features[at])?,
                test: self.test(at, members)?,
                if_true: self.child("nodes_truenodeids", if_true[at], true_leaves[at])?,
                if_false: self.child("nodes_falsenodeids", if_false[at], false_leaves[at])?,
                missing_is_true: missing.get(at).is_some_and(|flag| *flag != 0),
            })
        };
        (0..self.modes.len()).map(node).collect()
    }

    fn test(&self, at: usize, members: &Members) -> Result<Test<f64>, NodeError> {
        let comparison = match self.modes[at] {
            0.0 => Comparison::Leq,
            1.0 => Comparison::Lt,
            2.0 => Comparison::Gte,
            3.0 => Comparison::Gt,
            4.0 => Comparison::Eq,
            5.0 => Comparison::Neq,
            mode => {
                let set = members.sets.get(&at).map(|(first, count)| Test::Member(*first, *count));
                return set
                    .ok_or_else(|| self.attributes.error("nodes_modes", format!("{mode} should be from 0 to 6")));
            }
        };
        Ok(Test::Compare(comparison, self.splits[at]))
    }

    /// The place of a child: leaves stand behind the inner nodes.
    fn child(&self, name: &str, id: i64, is_leaf: i64) -> Result<u32, NodeError> {
        let (count, offset) = if is_leaf == 0 { (self.modes.len(), 0) } else { (self.leaves, self.modes.len()) };
        match usize::try_from(id) {
            Ok(id) if id < count => self.attributes.place(name, (id + offset) as i64),
            _ => Err(self.attributes.error(name, format!("{id} should be from 0 to {}", count.saturating_sub(1)))),
        }
    }

    /// A tree of a single leaf is written as a node both of whose children are that leaf.
    fn roots(&self) -> Result<Vec<u32>, NodeError> {
        self.attributes.ints("tree_roots").iter().map(|root| self.child("tree_roots", *root, 0)).collect()
    }
}

/// The same trees with a leaf of its own for every branch that names one.
fn unshared(mut trees: Trees) -> Trees {
    let mut named = vec![false; trees.nodes.len()];
    let mut copies = Vec::new();
    let count = trees.nodes.len();
    for at in 0..count {
        let Node::Branch { mut if_true, mut if_false, feature, test, missing_is_true } = trees.nodes[at] else {
            continue;
        };
        for child in [&mut if_true, &mut if_false] {
            let leaf = trees.nodes[*child as usize];
            let again = std::mem::replace(&mut named[*child as usize], true);
            if again && matches!(leaf, Node::Leaf { .. }) {
                *child = (count + copies.len()) as u32;
                copies.push(leaf);
            }
        }
        trees.nodes[at] = Node::Branch { if_true, if_false, feature, test, missing_is_true };
    }
    trees.nodes.extend(copies);
    trees
}

fn aggregate(attributes: &Attributes<'_>) -> Result<Aggregate, NodeError> {
    match attributes.int("aggregate_function", 1) {
        0 => Ok(Aggregate::Average),
        1 => Ok(Aggregate::Sum),
        2 => Ok(Aggregate::Min),
        3 => Ok(Aggregate::Max),
        other => Err(attributes.error("aggregate_function", format!("{other} should be from 0 to 3"))),
    }
}

/// In onnxruntime's numbers: the specification has 1 and 2 the other way round.
fn transform(attributes: &Attributes<'_>) -> Result<Transform, NodeError> {
    match attributes.int("post_transform", 0) {
        0 => Ok(Transform::None),
        1 => Ok(Transform::Logistic),
        2 => Ok(Transform::Softmax),
        3 => Ok(Transform::SoftmaxZero),
        4 => Ok(Transform::Probit),
        other => Err(attributes.error("post_transform", format!("{other} should be from 0 to 4"))),
    }
}
