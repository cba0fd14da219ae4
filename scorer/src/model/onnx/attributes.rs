//! Reads the settings of ONNX-ML nodes into classifiers and scalers.
//!
//! Owns the attributes' names and every check on their lengths and values. May not know how a graph is run.

use super::NodeError;
use crate::model::classifier::{Classifier, Source, Transform};
use crate::model::forest::{Comparison, Forest, Node, Weight};
use std::collections::HashMap;
use tract_onnx::pb::{AttributeProto, NodeProto};

/// A node with its attributes at hand.
pub(super) struct Attributes<'a> {
    node: &'a NodeProto,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(node: &'a NodeProto) -> Self {
        Attributes { node }
    }

    fn find(&self, name: &str) -> Option<&'a AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// What is not known would be left out of the score in silence.
    fn known(&self, names: &[&str]) -> Result<(), NodeError> {
        match self.node.attribute.iter().find(|attribute| !names.contains(&attribute.name.as_str())) {
            Some(unknown) => Err(self.error(&unknown.name, "is not served")),
            None => Ok(()),
        }
    }

    fn floats(&self, name: &str) -> &'a [f32] {
        self.find(name).map_or(&[], |attribute| &attribute.floats)
    }

    fn ints(&self, name: &str) -> &'a [i64] {
        self.find(name).map_or(&[], |attribute| &attribute.ints)
    }

    fn strings(&self, name: &str) -> &'a [Vec<u8>] {
        self.find(name).map_or(&[], |attribute| &attribute.strings)
    }

    fn text(&self, name: &str) -> String {
        self.find(name).map_or_else(String::new, |attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    /// An error that names the node and the attribute.
    fn error(&self, attribute: &str, reason: impl Into<String>) -> NodeError {
        NodeError {
            node: if self.node.name.is_empty() { self.node.output.concat() } else { self.node.name.clone() },
            operator: self.node.op_type.clone(),
            attribute: attribute.to_owned(),
            reason: reason.into(),
        }
    }

    fn length<T>(&self, name: &str, values: &[T], expected: usize) -> Result<(), NodeError> {
        if values.len() == expected {
            return Ok(());
        }
        Err(self.error(name, format!("has {} values where {expected} are expected", values.len())))
    }

    /// A place in a list, from a number of the file.
    fn place(&self, name: &str, value: i64) -> Result<u32, NodeError> {
        u32::try_from(value).map_err(|_| self.error(name, format!("{value} should be from 0 to {}", u32::MAX)))
    }

    fn finite(&self, name: &str, values: &'a [f32]) -> Result<&'a [f32], NodeError> {
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(self.error(name, format!("{value} should be a finite number"))),
            None => Ok(values),
        }
    }
}

const TREE_ATTRIBUTES: [&str; 17] = [
    "base_values",
    "class_ids",
    "class_nodeids",
    "class_treeids",
    "class_weights",
    "classlabels_int64s",
    "classlabels_strings",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "post_transform",
];

const LINEAR_ATTRIBUTES: [&str; 6] =
    ["classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class", "post_transform"];

/// The most labels that a classifier may have.
const LABELS_MAX: usize = 4096;

/// Offset and scale of an ai.onnx.ml.Scaler; each has one value, or one per feature.
pub(super) fn scaler(node: &NodeProto) -> Result<(Vec<f32>, Vec<f32>), NodeError> {
    let attributes = Attributes::of(node);
    attributes.known(&["offset", "scale"])?;
    let offset = attributes.finite("offset", attributes.floats("offset"))?;
    let scale = attributes.finite("scale", attributes.floats("scale"))?;
    if offset.is_empty() {
        return Err(attributes.error("offset", "is missing"));
    }
    attributes.length("scale", scale, offset.len())?;
    Ok((offset.to_vec(), scale.to_vec()))
}

/// An ai.onnx.ml.LinearClassifier.
pub(super) fn linear_classifier(node: &NodeProto) -> Result<Classifier, NodeError> {
    let attributes = Attributes::of(node);
    attributes.known(&LINEAR_ATTRIBUTES)?;
    let labels = labels(&attributes, "classlabels_ints")?;
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?.to_vec();
    let intercepts = attributes.finite("intercepts", attributes.floats("intercepts"))?;
    let targets = if intercepts.is_empty() { labels.len() } else { intercepts.len() };
    if targets != labels.len() && !(targets == 1 && labels.len() == 2) {
        return Err(attributes.error("intercepts", format!("has {targets} values for {} labels", labels.len())));
    }
    let width = coefficients.len() / targets;
    if width == 0 || width * targets != coefficients.len() {
        let reason = format!("has {} values, which is no multiple of {targets}", coefficients.len());
        return Err(attributes.error("coefficients", reason));
    }
    let base = if intercepts.is_empty() { vec![0.0; targets] } else { intercepts.to_vec() };
    let transform = transform(&attributes, targets, labels.len())?;
    Ok(Classifier { source: Source::Linear { coefficients, width }, base, transform, labels })
}

/// An ai.onnx.ml.TreeEnsembleClassifier.
pub(super) fn tree_classifier(node: &NodeProto) -> Result<Classifier, NodeError> {
    let attributes = Attributes::of(node);
    attributes.known(&TREE_ATTRIBUTES)?;
    let labels = labels(&attributes, "classlabels_int64s")?;
    let class_ids = attributes.ints("class_ids");
    // onnxruntime's case of two labels and one class id: one sum, that of the second label.
    let binary = labels.len() == 2 && class_ids.iter().all(|id| *id == 0);
    let targets = if binary { 1 } else { labels.len() };
    if labels.len() == 2 && !binary && class_ids.iter().all(|id| *id == 1) {
        return Err(attributes.error("class_ids", "all ids are 1; two labels with one class id are served with id 0"));
    }
    let base_values = attributes.finite("base_values", attributes.floats("base_values"))?;
    let base = if base_values.is_empty() { vec![0.0; targets] } else { base_values.to_vec() };
    attributes.length("base_values", &base, targets)?;
    let forest = forest(&attributes, targets)?;
    let transform = transform(&attributes, targets, labels.len())?;
    if transform == Transform::Logistic && targets > 1 && !every_leaf_has_all(&forest) {
        // onnxruntime treats a class that no leaf spoke of in a way of its own.
        return Err(attributes.error("class_ids", "with LOGISTIC, every leaf should have a weight for each class"));
    }
    Ok(Classifier { source: Source::Forest(forest), base, transform, labels })
}

fn labels(attributes: &Attributes<'_>, name: &str) -> Result<Vec<i64>, NodeError> {
    if !attributes.strings("classlabels_strings").is_empty() {
        return Err(attributes.error("classlabels_strings", "labels of text are not served; export whole numbers"));
    }
    let labels = attributes.ints(name);
    if !(2..=LABELS_MAX).contains(&labels.len()) {
        return Err(attributes.error(name, format!("has {} labels; from 2 to {LABELS_MAX} are served", labels.len())));
    }
    Ok(labels.to_vec())
}

fn every_leaf_has_all(forest: &Forest) -> bool {
    forest.nodes().iter().all(|node| match node {
        Node::Leaf { count, .. } => *count as usize == forest.targets(),
        Node::Branch { .. } => true,
    })
}

fn transform(attributes: &Attributes<'_>, targets: usize, labels: usize) -> Result<Transform, NodeError> {
    match attributes.text("post_transform").as_str() {
        "SOFTMAX" if targets < labels => {
            Err(attributes.error("post_transform", "SOFTMAX needs a sum for each label; there is one for two"))
        }
        "" | "NONE" => Ok(Transform::None),
        "LOGISTIC" => Ok(Transform::Logistic),
        "SOFTMAX" => Ok(Transform::Softmax),
        other => Err(attributes.error("post_transform", format!("{other} should be NONE, LOGISTIC or SOFTMAX"))),
    }
}

/// A node's name in the file: its tree and its number there.
type Id = (i64, i64);

/// Where the weights of each leaf stand: the first, and how many.
type Ranges = HashMap<u32, (u32, u32)>;

fn forest(attributes: &Attributes<'_>, targets: usize) -> Result<Forest, NodeError> {
    let tree_ids = attributes.ints("nodes_treeids");
    let node_ids = attributes.ints("nodes_nodeids");
    attributes.length("nodes_nodeids", node_ids, tree_ids.len())?;
    let ids = || tree_ids.iter().copied().zip(node_ids.iter().copied());
    let mut places: HashMap<Id, u32> = HashMap::with_capacity(tree_ids.len());
    let mut roots = Vec::new();
    let mut last_tree = None;
    for (place, id) in ids().enumerate() {
        let place = attributes.place("nodes_nodeids", place as i64)?;
        if places.insert(id, place).is_some() {
            return Err(attributes.error("nodes_nodeids", format!("node {} stands twice in tree {}", id.1, id.0)));
        }
        // The first node of a tree is its root, as onnxruntime takes it.
        if last_tree != Some(id.0) {
            roots.push(place);
            last_tree = Some(id.0);
        }
    }
    let (mut weights_of, weights) = weights(attributes, &places)?;
    let nodes = nodes(attributes, ids(), &places, &mut weights_of)?;
    Forest::new(nodes, roots, weights, targets).map_err(|error| attributes.error("nodes_*", error.to_string()))
}

/// The weights of all leaves, those of one leaf side by side, and where each leaf's stand.
fn weights(attributes: &Attributes<'_>, places: &HashMap<Id, u32>) -> Result<(Ranges, Vec<Weight>), NodeError> {
    let trees = attributes.ints("class_treeids");
    let nodes = attributes.ints("class_nodeids");
    let targets = attributes.ints("class_ids");
    let values = attributes.finite("class_weights", attributes.floats("class_weights"))?;
    attributes.length("class_nodeids", nodes, trees.len())?;
    attributes.length("class_ids", targets, trees.len())?;
    attributes.length("class_weights", values, trees.len())?;
    let mut of_leaf = Vec::with_capacity(trees.len());
    for (at, id) in trees.iter().copied().zip(nodes.iter().copied()).enumerate() {
        let Some(place) = places.get(&id) else {
            return Err(attributes.error("class_nodeids", format!("tree {} has no node {}", id.0, id.1)));
        };
        of_leaf.push((*place, Weight { target: attributes.place("class_ids", targets[at])?, value: values[at] }));
    }
    of_leaf.sort_by_key(|(place, _)| *place);
    let mut ranges = Ranges::new();
    for (at, (place, _)) in of_leaf.iter().enumerate() {
        ranges.entry(*place).or_insert((at as u32, 0)).1 += 1;
    }
    Ok((ranges, of_leaf.into_iter().map(|(_, weight)| weight).collect()))
}

fn nodes(
    attributes: &Attributes<'_>,
    ids: impl ExactSizeIterator<Item = Id>,
    places: &HashMap<Id, u32>,
    weights_of: &mut Ranges,
) -> Result<Vec<Node>, NodeError> {
    let count = ids.len();
    let features = attributes.ints("nodes_featureids");
    let modes = attributes.strings("nodes_modes");
    let values = attributes.floats("nodes_values");
    let if_true = attributes.ints("nodes_truenodeids");
    let if_false = attributes.ints("nodes_falsenodeids");
    let missing = attributes.ints("nodes_missing_value_tracks_true");
    attributes.length("nodes_featureids", features, count)?;
    attributes.length("nodes_modes", modes, count)?;
    attributes.length("nodes_values", values, count)?;
    attributes.length("nodes_truenodeids", if_true, count)?;
    attributes.length("nodes_falsenodeids", if_false, count)?;
    if !missing.is_empty() {
        attributes.length("nodes_missing_value_tracks_true", missing, count)?;
    }
    let mut nodes = Vec::with_capacity(count);
    for (at, (tree, _)) in ids.enumerate() {
        let child = |name, id| {
            let place = places.get(&(tree, id)).copied();
            place.ok_or_else(|| attributes.error(name, format!("tree {tree} has no node {id}")))
        };
        nodes.push(match comparison(attributes, &modes[at])? {
            Some(comparison) => Node::Branch {
                feature: attributes.place("nodes_featureids", features[at])?,
                comparison,
                threshold: values[at],
                if_true: child("nodes_truenodeids", if_true[at])?,
                if_false: child("nodes_falsenodeids", if_false[at])?,
                missing_is_true: missing.get(at).is_some_and(|flag| *flag != 0),
            },
            None => {
                let (first, count) = weights_of.remove(&(at as u32)).unwrap_or((0, 0));
                Node::Leaf { first, count }
            }
        });
    }
    match weights_of.keys().min() {
        Some(place) => Err(attributes.error("class_nodeids", format!("the node at place {place} is no leaf"))),
        None => Ok(nodes),
    }
}

/// How a node compares; `None` for a leaf.
fn comparison(attributes: &Attributes<'_>, mode: &[u8]) -> Result<Option<Comparison>, NodeError> {
    Ok(Some(match mode {
        b"BRANCH_LEQ" => Comparison::Leq,
        b"BRANCH_LT" => Comparison::Lt,
        b"BRANCH_GTE" => Comparison::Gte,
        b"BRANCH_GT" => Comparison::Gt,
        b"BRANCH_EQ" => Comparison::Eq,
        b"BRANCH_NEQ" => Comparison::Neq,
        b"LEAF" => return Ok(None),
        other => {
            let reason = format!("{:?} is no mode of a node", String::from_utf8_lossy(other));
            return Err(attributes.error("nodes_modes", reason));
        }
    }))
}
