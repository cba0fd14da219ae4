//! Parser of TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml, operator sets 1 to 4).
//!
//! Checks that ids are unique, children are in their tree, and lists have equal lengths.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::{Aggregate, Node, Test, Trees, Weight, aggregate, comparison};
use std::collections::HashMap;

/// Attributes of both operators.
const COMMON: [&str; 13] = [
    "aggregate_function",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_hitrates_as_tensor",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "nodes_values_as_tensor",
    "post_transform",
];

/// Attribute names that differ between the operators.
pub(in super::super) struct AttributeNames {
    /// Prefix of the weight lists: `class` or `target`.
    pub(in super::super) prefix: &'static str,
    /// Attributes of this operator only.
    pub(in super::super) own: &'static [&'static str],
}

/// Parsed lists of a node.
pub(in super::super) struct ParsedEnsemble {
    /// Trees, with the file's base values.
    pub(in super::super) trees: Trees,
    /// True when any number of the file is a double.
    pub(in super::super) has_doubles: bool,
    /// Indices of leaves without a weight, with the values of their nodes.
    pub(in super::super) weightless_leaves: Vec<(usize, f64)>,
}

/// Tree id and node id.
type NodeId = (i64, i64);

/// Weight range of each leaf: first and count.
type LeafRanges = HashMap<u32, (u32, u32)>;

/// Parses the lists; the forest validates features, targets and walks.
pub(in super::super) fn parse_ensemble(
    attributes: &Attributes<'_>,
    names: &AttributeNames,
) -> Result<ParsedEnsemble, NodeError> {
    attributes.check_names(&[COMMON.as_slice(), names.own].concat())?;
    let (values, doubles) = attributes.numbers("nodes_values")?;
    let (base, base_doubles) = attributes.numbers("base_values")?;
    let tree_ids = attributes.ints("nodes_treeids");
    let node_ids = attributes.ints("nodes_nodeids");
    attributes.check_length("nodes_nodeids", node_ids, tree_ids.len())?;
    let ids: Vec<NodeId> = tree_ids.iter().copied().zip(node_ids.iter().copied()).collect();
    let (indices, roots) = node_indices(attributes, &ids)?;
    let (mut leaf_ranges, weights, weight_doubles) = parse_weights(attributes, names.prefix, &indices)?;
    let nodes = parse_nodes(attributes, &ids, &values, &indices, &mut leaf_ranges)?;
    if let Some(index) = leaf_ranges.keys().min() {
        let name = format!("{}_nodeids", names.prefix);
        return Err(attributes.error(&name, format!("the node at place {index} is no leaf")));
    }
    let aggregate: Aggregate = aggregate(attributes, &attributes.string("aggregate_function"))?;
    let is_weightless = |node: &Node<f64>| matches!(node, Node::Leaf { count: 0, .. });
    let weightless_leaves =
        nodes.iter().enumerate().filter(|(_, node)| is_weightless(node)).map(|(at, _)| (at, values[at])).collect();
    let trees = Trees { nodes, roots, weights, members: vec![], base, aggregate };
    Ok(ParsedEnsemble { trees, has_doubles: doubles || base_doubles || weight_doubles, weightless_leaves })
}

/// Index of each node, and the root of each tree: its first node, as in onnxruntime.
fn node_indices(attributes: &Attributes<'_>, ids: &[NodeId]) -> Result<(HashMap<NodeId, u32>, Vec<u32>), NodeError> {
    let mut indices = HashMap::with_capacity(ids.len());
    let mut roots = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let index = attributes.index("nodes_nodeids", at as i64)?;
        if indices.insert(*id, index).is_some() {
            return Err(attributes.error("nodes_nodeids", format!("node {} stands twice in tree {}", id.1, id.0)));
        }
        if at == 0 || ids[at - 1].0 != id.0 {
            roots.push(index);
        }
    }
    Ok((indices, roots))
}

/// Weights of all leaves, grouped by leaf, with each leaf's range; true when they are doubles.
fn parse_weights(
    attributes: &Attributes<'_>,
    prefix: &str,
    indices: &HashMap<NodeId, u32>,
) -> Result<(LeafRanges, Vec<Weight<f64>>, bool), NodeError> {
    let name = |what: &str| format!("{prefix}_{what}");
    let trees = attributes.ints(&name("treeids"));
    let nodes = attributes.ints(&name("nodeids"));
    let targets = attributes.ints(&name("ids"));
    let (values, doubles) = attributes.numbers(&name("weights"))?;
    attributes.check_length(&name("nodeids"), nodes, trees.len())?;
    attributes.check_length(&name("ids"), targets, trees.len())?;
    attributes.check_length(&name("weights"), &values, trees.len())?;
    let mut by_leaf = Vec::with_capacity(trees.len());
    for (at, id) in trees.iter().copied().zip(nodes.iter().copied()).enumerate() {
        let Some(index) = indices.get(&id) else {
            return Err(attributes.error(&name("nodeids"), format!("tree {} has no node {}", id.0, id.1)));
        };
        by_leaf.push((*index, Weight { target: attributes.index(&name("ids"), targets[at])?, value: values[at] }));
    }
    by_leaf.sort_by_key(|(index, _)| *index);
    let mut ranges = LeafRanges::new();
    for (at, (index, _)) in by_leaf.iter().enumerate() {
        ranges.entry(*index).or_insert((at as u32, 0)).1 += 1;
    }
    Ok((ranges, by_leaf.into_iter().map(|(_, weight)| weight).collect(), doubles))
}

fn parse_nodes(
    attributes: &Attributes<'_>,
    ids: &[NodeId],
    values: &[f64],
    indices: &HashMap<NodeId, u32>,
    leaf_ranges: &mut LeafRanges,
) -> Result<Vec<Node<f64>>, NodeError> {
    let list = |name| {
        let list = attributes.ints(name);
        attributes.check_length(name, list, ids.len()).map(|()| list)
    };
    let (features, if_true, if_false) =
        (list("nodes_featureids")?, list("nodes_truenodeids")?, list("nodes_falsenodeids")?);
    let modes = attributes.strings("nodes_modes");
    attributes.check_length("nodes_modes", modes, ids.len())?;
    attributes.check_length("nodes_values", values, ids.len())?;
    let nan_is_true = attributes.flags("nodes_missing_value_tracks_true", ids.len())?;
    let child = |name, tree, id| {
        let index = indices.get(&(tree, id)).copied();
        index.ok_or_else(|| attributes.error(name, format!("tree {tree} has no node {id}")))
    };
    let node = |(at, (tree, _)): (usize, &NodeId)| match comparison(attributes, &modes[at])? {
        Some(comparison) => Ok(Node::Branch {
            feature: attributes.index("nodes_featureids", features[at])?,
            test: Test::Compare(comparison, values[at]),
            if_true: child("nodes_truenodeids", *tree, if_true[at])?,
            if_false: child("nodes_falsenodeids", *tree, if_false[at])?,
            missing_is_true: nan_is_true.get(at).is_some_and(|flag| *flag != 0),
        }),
        None => {
            let (first, count) = leaf_ranges.remove(&(at as u32)).unwrap_or((0, 0));
            Ok(Node::Leaf { first, count })
        }
    };
    ids.iter().enumerate().map(node).collect()
}
