//! The plain walk: node after node by the file's own numbers, tree after tree in the file's order.

use crate::file::Ensemble;

/// Whose scores they are: onnxruntime treats leaves without a weight in a way of its own in each.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    /// Of one score, such a leaf adds the number that its node holds; of several, it adds nothing.
    Regressor,
    /// Such a leaf adds nothing. A row that reaches no weight at all has the score 0, whatever the base value.
    Classifier,
}

/// The scores of a row, as ONNX-ML defines them and onnxruntime gives them.
pub(crate) fn margins(ensemble: &Ensemble, operator: Operator, row: &[f32]) -> Vec<f32> {
    let targets = usize::try_from(ensemble.n_targets).unwrap();
    let mut trees: Vec<i64> = ensemble.nodes_treeids.clone();
    trees.dedup();
    let reached: Vec<(usize, f32)> = trees.iter().flat_map(|tree| weights(ensemble, operator, *tree, row)).collect();
    let base = |target: usize| ensemble.base_values.get(target).copied().unwrap_or(0.0);
    (0..targets)
        .map(|target| {
            let of_target: Vec<f32> =
                reached.iter().filter(|(of, _)| *of == target).map(|(_, weight)| *weight).collect();
            if of_target.is_empty() {
                return 0.0;
            }
            let add = |from: f32| of_target.iter().fold(from, |sum, weight| sum + weight);
            match ensemble.aggregate_function {
                "SUM" => add(base(target)),
                "AVERAGE" => add(0.0) / trees.len() as f32 + base(target),
                "MIN" => {
                    of_target.iter().copied().reduce(|best, next| if next < best { next } else { best }).unwrap_or(0.0)
                        + base(target)
                }
                "MAX" => {
                    of_target.iter().copied().reduce(|best, next| if next > best { next } else { best }).unwrap_or(0.0)
                        + base(target)
                }
                other => panic!("{other}"),
            }
        })
        .collect()
}

/// The weights of the leaf that a row reaches in a tree, in the file's order.
fn weights(ensemble: &Ensemble, operator: Operator, tree: i64, row: &[f32]) -> Vec<(usize, f32)> {
    let find = |node: i64| {
        (0..ensemble.nodes_treeids.len())
            .find(|at| ensemble.nodes_treeids[*at] == tree && ensemble.nodes_nodeids[*at] == node)
            .unwrap()
    };
    let mut at = ensemble.nodes_treeids.iter().position(|of| *of == tree).unwrap();
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
    let of_leaf = |at: &usize| ensemble.target_treeids[*at] == tree && ensemble.target_nodeids[*at] == leaf;
    let weight = |at: usize| (usize::try_from(ensemble.target_ids[at]).unwrap(), ensemble.target_weights[at]);
    let found: Vec<(usize, f32)> = (0..ensemble.target_ids.len()).filter(of_leaf).map(weight).collect();
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
