//! The lists of TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml, operator sets 1 to 4).
//!
//! Owns the names of the lists and every check on them: ids that exist once, children inside their tree, equal lengths.
//! May not know what the scores mean.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::{Aggregate, Node, Test, Trees, Weight, aggregate, comparison};
use std::collections::HashMap;

/// The names that both operators share.
const SHARED: [&str; 13] = [
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

/// How an operator calls the lists that say what leaves add.
pub(in super::super) struct Lists {
    /// `class` or `target`.
    pub(in super::super) prefix: &'static str,
    /// The names that only this operator has.
    pub(in super::super) own: &'static [&'static str],
}

/// The lists of a node, read.
pub(in super::super) struct Read {
    /// The trees; as many base values as the file has.
    pub(in super::super) trees: Trees,
    /// Whether any number of the file is a double.
    pub(in super::super) doubles: bool,
    /// The leaves without a weight, and what their nodes hold in the place of a threshold.
    pub(in super::super) silent: Vec<(usize, f64)>,
}

/// A node's name in the file: its tree and its number there.
type Id = (i64, i64);

/// Where the weights of each leaf stand: the first, and how many.
type Ranges = HashMap<u32, (u32, u32)>;

/// Reads the lists of a node; what they say of features, classes and walks is checked by who builds the forest.
pub(in super::super) fn lists(attributes: &Attributes<'_>, names: &Lists) -> Result<Read, NodeError> {
    attributes.known(&[SHARED.as_slice(), names.own].concat())?;
    let (values, doubles) = attributes.numbers("nodes_values")?;
    let (base, base_doubles) = attributes.numbers("base_values")?;
    let tree_ids = attributes.ints("nodes_treeids");
    let node_ids = attributes.ints("nodes_nodeids");
    attributes.length("nodes_nodeids", node_ids, tree_ids.len())?;
    let ids: Vec<Id> = tree_ids.iter().copied().zip(node_ids.iter().copied()).collect();
    let (places, roots) = places(attributes, &ids)?;
    let (mut weights_of, weights, weight_doubles) = weights(attributes, names.prefix, &places)?;
    let nodes = nodes(attributes, &ids, &values, &places, &mut weights_of)?;
    if let Some(place) = weights_of.keys().min() {
        let name = format!("{}_nodeids", names.prefix);
        return Err(attributes.error(&name, format!("the node at place {place} is no leaf")));
    }
    let aggregate: Aggregate = aggregate(attributes, &attributes.text("aggregate_function"))?;
    let is_silent = |node: &Node<f64>| matches!(node, Node::Leaf { count: 0, .. });
    let silent = nodes.iter().enumerate().filter(|(_, node)| is_silent(node)).map(|(at, _)| (at, values[at])).collect();
    let trees = Trees { nodes, roots, weights, members: vec![], base, aggregate };
    Ok(Read { trees, doubles: doubles || base_doubles || weight_doubles, silent })
}

/// Where each node stands, and the first of each tree, which is its root as onnxruntime takes it.
fn places(attributes: &Attributes<'_>, ids: &[Id]) -> Result<(HashMap<Id, u32>, Vec<u32>), NodeError> {
    let mut places = HashMap::with_capacity(ids.len());
    let mut roots = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let place = attributes.place("nodes_nodeids", at as i64)?;
        if places.insert(*id, place).is_some() {
            return Err(attributes.error("nodes_nodeids", format!("node {} stands twice in tree {}", id.1, id.0)));
        }
        if at == 0 || ids[at - 1].0 != id.0 {
            roots.push(place);
        }
    }
    Ok((places, roots))
}

/// The weights of all leaves, those of one leaf side by side, and where each leaf's stand.
fn weights(
    attributes: &Attributes<'_>,
    prefix: &str,
    places: &HashMap<Id, u32>,
) -> Result<(Ranges, Vec<Weight<f64>>, bool), NodeError> {
    let name = |what: &str| format!("{prefix}_{what}");
    let trees = attributes.ints(&name("treeids"));
    let nodes = attributes.ints(&name("nodeids"));
    let targets = attributes.ints(&name("ids"));
    let (values, doubles) = attributes.numbers(&name("weights"))?;
    attributes.length(&name("nodeids"), nodes, trees.len())?;
    attributes.length(&name("ids"), targets, trees.len())?;
    attributes.length(&name("weights"), &values, trees.len())?;
    let mut of_leaf = Vec::with_capacity(trees.len());
    for (at, id) in trees.iter().copied().zip(nodes.iter().copied()).enumerate() {
        let Some(place) = places.get(&id) else {
            return Err(attributes.error(&name("nodeids"), format!("tree {} has no node {}", id.0, id.1)));
        };
        of_leaf.push((*place, Weight { target: attributes.place(&name("ids"), targets[at])?, value: values[at] }));
    }
    of_leaf.sort_by_key(|(place, _)| *place);
    let mut ranges = Ranges::new();
    for (at, (place, _)) in of_leaf.iter().enumerate() {
        ranges.entry(*place).or_insert((at as u32, 0)).1 += 1;
    }
    Ok((ranges, of_leaf.into_iter().map(|(_, weight)| weight).collect(), doubles))
}

fn nodes(
    attributes: &Attributes<'_>,
    ids: &[Id],
    values: &[f64],
    places: &HashMap<Id, u32>,
    weights_of: &mut Ranges,
) -> Result<Vec<Node<f64>>, NodeError> {
    let list = |name| {
        let list = attributes.ints(name);
        attributes.length(name, list, ids.len()).map(|()| list)
    };
    let (features, if_true, if_false) =
        (list("nodes_featureids")?, list("nodes_truenodeids")?, list("nodes_falsenodeids")?);
    let modes = attributes.strings("nodes_modes");
    attributes.length("nodes_modes", modes, ids.len())?;
    attributes.length("nodes_values", values, ids.len())?;
    let missing = attributes.ints("nodes_missing_value_tracks_true");
    if !missing.is_empty() {
        attributes.length("nodes_missing_value_tracks_true", missing, ids.len())?;
    }
    let child = |name, tree, id| {
        let place = places.get(&(tree, id)).copied();
        place.ok_or_else(|| attributes.error(name, format!("tree {tree} has no node {id}")))
    };
    let node = |(at, (tree, _)): (usize, &Id)| match comparison(attributes, &modes[at])? {
        Some(comparison) => Ok(Node::Branch {
            feature: attributes.place("nodes_featureids", features[at])?,
            test: Test::Compare(comparison, values[at]),
            if_true: child("nodes_truenodeids", *tree, if_true[at])?,
            if_false: child("nodes_falsenodeids", *tree, if_false[at])?,
            missing_is_true: missing.get(at).is_some_and(|flag| *flag != 0),
        }),
        None => {
            let (first, count) = weights_of.remove(&(at as u32)).unwrap_or((0, 0));
            Ok(Node::Leaf { first, count })
        }
    };
    ids.iter().enumerate().map(node).collect()
}
