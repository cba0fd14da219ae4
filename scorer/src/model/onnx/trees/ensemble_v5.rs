//! Parser of TreeEnsemble (ai.onnx.ml, operator set 5), which has separate lists of inner_nodes nodes and leaves.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::{Aggregate, Comparison, Node, Test, Trees, Weight};
use crate::model::post_transform::PostTransform;

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

/// Parses a node: its trees, the transform, and true when its numbers are doubles.
pub(in super::super) fn parse_ensemble_v5(
    attributes: &Attributes<'_>,
) -> Result<(Trees, PostTransform, bool), NodeError> {
    attributes.check_names(&NAMES)?;
    let required = |name| attributes.tensor_values(name)?.ok_or_else(|| attributes.error(name, "is missing"));
    let (weights, doubles) = required("leaf_weights")?;
    let (splits, _) = required("nodes_splits")?;
    let (modes, _) = required("nodes_modes")?;
    let members = MembershipSets::parse(attributes, &modes)?;
    let targets = attributes.ints("leaf_targetids");
    attributes.check_length("leaf_targetids", targets, weights.len())?;
    attributes.finite("leaf_weights", &weights)?;
    let inner_nodes = InnerNodes { attributes, modes, splits, leaves: weights.len() };
    let mut nodes = inner_nodes.parse(&members)?;
    nodes.extend((0..weights.len()).map(|leaf| Node::Leaf { first: leaf as u32, count: 1 }));
    let weight =
        |(target, value): (&i64, f64)| Ok(Weight { target: attributes.index("leaf_targetids", *target)?, value });
    let weights = targets.iter().zip(weights).map(weight).collect::<Result<_, NodeError>>()?;
    let roots = inner_nodes.roots()?;
    let base = vec![0.0; attributes.targets("n_targets")?];
    let trees = Trees { nodes, roots, weights, members: members.values, base, aggregate: aggregate(attributes)? };
    // Leaves with several parents are copied.
    Ok((unshare_leaves(trees), post_transform(attributes)?, doubles))
}

/// Sets of the member nodes, by node index.
struct MembershipSets {
    values: Vec<f64>,
    sets: std::collections::HashMap<usize, (u32, u32)>,
}

/// `nodes_modes` value of a membership test.
const MEMBER: f64 = 6.0;

impl MembershipSets {
    fn parse(attributes: &Attributes<'_>, modes: &[f64]) -> Result<Self, NodeError> {
        let name = "membership_values";
        let list = attributes.tensor_values(name)?.map_or_else(Vec::new, |(values, _)| values);
        let mut members = MembershipSets { values: Vec::new(), sets: std::collections::HashMap::new() };
        // NaN separates sets, and may follow the last.
        let terminated = list.split_last().filter(|(last, _)| last.is_nan()).map_or(list.as_slice(), |(_, rest)| rest);
        let mut sets = terminated.split(|value| value.is_nan());
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

/// Lists of the inner_nodes nodes.
struct InnerNodes<'a> {
    attributes: &'a Attributes<'a>,
    modes: Vec<f64>,
    splits: Vec<f64>,
    leaves: usize,
}

impl InnerNodes<'_> {
    fn list(&self, name: &str) -> Result<&[i64], NodeError> {
        let list = self.attributes.ints(name);
        self.attributes.check_length(name, list, self.modes.len()).map(|()| list)
    }

    fn parse(&self, members: &MembershipSets) -> Result<Vec<Node<f64>>, NodeError> {
        let attributes = self.attributes;
        attributes.check_length("nodes_splits", &self.splits, self.modes.len())?;
        let features = self.list("nodes_featureids")?;
        let (if_true, true_leaves) = (self.list("nodes_truenodeids")?, self.list("nodes_trueleafs")?);
        let (if_false, false_leaves) = (self.list("nodes_falsenodeids")?, self.list("nodes_falseleafs")?);
        let nan_is_true = attributes.flags("nodes_missing_value_tracks_true", self.modes.len())?;
        let node = |at: usize| {
            Ok(Node::Branch {
                feature: attributes.index("nodes_featureids", features[at])?,
                test: self.test(at, members)?,
                if_true: self.child("nodes_truenodeids", if_true[at], true_leaves[at])?,
                if_false: self.child("nodes_falsenodeids", if_false[at], false_leaves[at])?,
                missing_is_true: nan_is_true.get(at).is_some_and(|flag| *flag != 0),
            })
        };
        (0..self.modes.len()).map(node).collect()
    }

    fn test(&self, at: usize, members: &MembershipSets) -> Result<Test<f64>, NodeError> {
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

    /// Index of a child: leaves follow the inner_nodes nodes.
    fn child(&self, name: &str, id: i64, is_leaf: i64) -> Result<u32, NodeError> {
        let (count, offset) = if is_leaf == 0 { (self.modes.len(), 0) } else { (self.leaves, self.modes.len()) };
        match usize::try_from(id) {
            Ok(id) if id < count => self.attributes.index(name, (id + offset) as i64),
            _ => Err(self.attributes.error(name, format!("{id} should be from 0 to {}", count.saturating_sub(1)))),
        }
    }

    /// Roots; a tree of a single leaf has a root both of whose children are that leaf.
    fn roots(&self) -> Result<Vec<u32>, NodeError> {
        self.attributes.ints("tree_roots").iter().map(|root| self.child("tree_roots", *root, 0)).collect()
    }
}

/// Copies leaves so that every branch has its own.
fn unshare_leaves(mut trees: Trees) -> Trees {
    let mut has_parent = vec![false; trees.nodes.len()];
    let mut copies = Vec::new();
    let count = trees.nodes.len();
    for at in 0..count {
        let Node::Branch { mut if_true, mut if_false, feature, test, missing_is_true } = trees.nodes[at] else {
            continue;
        };
        for child in [&mut if_true, &mut if_false] {
            let leaf = trees.nodes[*child as usize];
            let is_shared = std::mem::replace(&mut has_parent[*child as usize], true);
            if is_shared && matches!(leaf, Node::Leaf { .. }) {
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

/// Uses onnxruntime's numbers: the specification swaps 1 and 2.
fn post_transform(attributes: &Attributes<'_>) -> Result<PostTransform, NodeError> {
    match attributes.int("post_transform", 0) {
        0 => Ok(PostTransform::None),
        1 => Ok(PostTransform::Logistic),
        2 => Ok(PostTransform::Softmax),
        3 => Ok(PostTransform::SoftmaxZero),
        4 => Ok(PostTransform::Probit),
        other => Err(attributes.error("post_transform", format!("{other} should be from 0 to 4"))),
    }
}
