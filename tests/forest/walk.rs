//! Reference evaluation: walks the file's lists node by node, tree by tree in the file's order.

use crate::file::Ensemble;

/// Operator whose scores are computed: onnxruntime treats leaves without a weight differently in each.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    /// With a single target, such a leaf adds its node's value; with several, nothing.
    Regressor,
    /// Such a leaf adds nothing. A row without any weight scores 0, ignoring the base value.
    Classifier,
}

/// Scores of a row, with the semantics of ONNX-ML and onnxruntime.
pub(crate) fn margins(ensemble: &Ensemble, operator: Operator, row: &[f32]) -> Vec<f32> {
    let targets = usize::try_from(ensemble.n_targets).unwrap();
    let mut trees: Vec<i64> = ensemble.nodes_treeids.clone();
    trees.dedup();
    let reached: Vec<(usize, f32)> = trees.iter().flat_map(|tree| weights(ensemble, operator, *tree, row)).collect();
    let base = |target: usize| ensemble.base_values.get(target).copied().unwrap_or(0.0);
    (0..targets)
        .map(|target| {
            let target_weights: Vec<f32> =
                reached.iter().filter(|(id, _)| *id == target).map(|(_, weight)| *weight).collect();
            if target_weights.is_empty() {
                return 0.0;
            }
            let add = |from: f32| target_weights.iter().fold(from, |sum, weight| sum + weight);
            match ensemble.aggregate_function {
                "SUM" => add(base(target)),
                "AVERAGE" => add(0.0) / trees.len() as f32 + base(target),
                "MIN" => {
                    target_weights
                        .iter()
                        .copied()
                        .reduce(|best, next| if next < best { next } else { best })
                        .unwrap_or(0.0)
                        + base(target)
                }
                "MAX" => {
                    target_weights
                        .iter()
                        .copied()
                        .reduce(|best, next| if next > best { next } else { best })
                        .unwrap_or(0.0)
                        + base(target)
                }
                other => panic!("{other}"),
            }
        })
        .collect()
}

/// Weights of the leaf that a row reaches in a tree, in the file's order.
fn weights(ensemble: &Ensemble, operator: Operator, tree: i64, row: &[f32]) -> Vec<(usize, f32)> {
    let find = |node: i64| {
        (0..ensemble.nodes_treeids.len())
            .find(|at| ensemble.nodes_treeids[*at] == tree && ensemble.nodes_nodeids[*at] == node)
            .unwrap()
    };
    let mut at = ensemble.nodes_treeids.iter().position(|id| *id == tree).unwrap();
    while ensemble.nodes_modes[at] != "LEAF" {
        let value = row[usize::try_from(ensemble.nodes_featureids[at]).unwrap()];
        let missing = value.is_nan() && ensemble.nodes_missing_value_tracks_true[at] != 0;
        let children = if holds(ensemble.nodes_modes[at], value, ensemble.nodes_values[at]) || missing {
            &ensemble.nodes_truenodeids
        } else {
            &ensemble.nodes_falsenodeids
        };
        at = find(children[at]);
    }
    let leaf = ensemble.nodes_nodeids[at];
    let is_of_leaf = |at: &usize| ensemble.target_treeids[*at] == tree && ensemble.target_nodeids[*at] == leaf;
    let weight = |at: usize| (usize::try_from(ensemble.target_ids[at]).unwrap(), ensemble.target_weights[at]);
    let found: Vec<(usize, f32)> = (0..ensemble.target_ids.len()).filter(is_of_leaf).map(weight).collect();
    if found.is_empty() && operator == Operator::Regressor && ensemble.n_targets == 1 {
        return vec![(0, ensemble.nodes_values[at])];
    }
    found
}

fn holds(mode: &str, value: f32, threshold: f32) -> bool {
    match mode {
        "BRANCH_LEQ" => value <= threshold,
        "BRANCH_LT" => value < threshold,
        "BRANCH_GTE" => value >= threshold,
        "BRANCH_GT" => value > threshold,
        "BRANCH_EQ" => value == threshold,
        "BRANCH_NEQ" => value != threshold,
        other => panic!("{other}"),
    }
}
