//! Reader of the benchmark's `forest.json`.

use scorer::model::forest::{Aggregate, Comparison, Forest, ForestParts, Node, Test, Weight};
use serde::Deserialize;

/// Trees and base value. tests/bench/forest.py documents the columns of a tree.
#[derive(Deserialize)]
struct Document {
    base: f32,
    trees: Vec<Tree>,
}

#[derive(Deserialize)]
struct Tree {
    feature: Vec<i64>,
    threshold: Vec<f32>,
    yes: Vec<u32>,
    no: Vec<u32>,
    missing_is_yes: Vec<bool>,
}

pub(crate) fn parse(json: &str) -> Forest<f32> {
    let document: Document = serde_json::from_str(json).unwrap();
    let (mut nodes, mut roots, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for tree in &document.trees {
        let root = nodes.len() as u32;
        roots.push(root);
        for at in 0..tree.feature.len() {
            let Ok(feature) = u32::try_from(tree.feature[at]) else {
                nodes.push(Node::Leaf { first: weights.len() as u32, count: 1 });
                weights.push(Weight { target: 0, value: tree.threshold[at] });
                continue;
            };
            let test = Test::Compare(Comparison::Lt, tree.threshold[at]);
            let (if_true, if_false) = (root + tree.yes[at], root + tree.no[at]);
            nodes.push(Node::Branch { feature, test, if_true, if_false, missing_is_true: tree.missing_is_yes[at] });
        }
    }
    let base = vec![document.base];
    Forest::new(ForestParts { nodes, roots, weights, members: Vec::new(), base, aggregate: Aggregate::Sum }).unwrap()
}
