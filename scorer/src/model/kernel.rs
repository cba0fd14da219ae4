//! The hot loop: rows -> sums over trees.
//!
//! Owns the walk. Its one promise: the sums run over trees in file order, in f32, so that every machine gives the same
//! bits; that order is part of the model format. Limits: a row must have as many features as the forest asks for,
//! which its callers check once per matrix. May not know formats or the names of features.

use super::forest::{Forest, Node};

/// Adds every tree's leaf to the sums of each row. `rows` is row-major, rows × width, with `width` at least
/// [`Forest::features`]; `sums` is row-major, rows × [`Forest::targets`], and holds what the sums start from.
pub fn add_forest(forest: &Forest, rows: &[f32], width: usize, sums: &mut [f32]) {
    for (row, sums) in rows.chunks_exact(width.max(1)).zip(sums.chunks_exact_mut(forest.targets())) {
        for root in forest.roots() {
            add_leaf(forest, *root, row, sums);
        }
    }
}

fn add_leaf(forest: &Forest, root: u32, row: &[f32], sums: &mut [f32]) {
    let mut place = root;
    loop {
        match forest.nodes()[place as usize] {
            Node::Branch { feature, comparison, threshold, if_true, if_false, missing_is_true } => {
                let value = row[feature as usize];
                let holds = comparison.holds(value, threshold) || (missing_is_true && value.is_nan());
                place = if holds { if_true } else { if_false };
            }
            Node::Leaf { first, count } => {
                let (first, count) = (first as usize, count as usize);
                for weight in &forest.weights()[first..first + count] {
                    sums[weight.target as usize] += weight.value;
                }
                return;
            }
        }
    }
}

/// Adds the products of a row's features with the coefficients of each target, in the order of the features, in f32.
/// `coefficients` is row-major, targets × width; `sums` as in [`add_forest`].
pub fn add_linear(coefficients: &[f32], rows: &[f32], width: usize, sums: &mut [f32]) {
    let targets = coefficients.len().checked_div(width).unwrap_or(0);
    if targets == 0 {
        return;
    }
    for (row, sums) in rows.chunks_exact(width).zip(sums.chunks_exact_mut(targets)) {
        for (coefficients, sum) in coefficients.chunks_exact(width).zip(sums) {
            for (coefficient, value) in coefficients.iter().zip(row) {
                *sum += coefficient * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::forest::{Comparison, Weight};

    #[test]
    fn missing_values_go_where_the_node_says() {
        let branch = |missing_is_true, comparison| Node::Branch {
            feature: 0,
            comparison,
            threshold: 1.0,
            if_true: 1,
            if_false: 2,
            missing_is_true,
        };
        let leaves = [Node::Leaf { first: 0, count: 1 }, Node::Leaf { first: 1, count: 1 }];
        let weights = vec![Weight { target: 0, value: 1.0 }, Weight { target: 0, value: -1.0 }];
        let walk = |node, value: f32| {
            let forest = Forest::new(vec![node, leaves[0], leaves[1]], vec![0], weights.clone(), 1).unwrap();
            let mut sums = [0.5];
            add_forest(&forest, &[value], 1, &mut sums);
            sums[0]
        };
        assert_eq!(walk(branch(false, Comparison::Lt), 0.9), 1.5);
        assert_eq!(walk(branch(false, Comparison::Lt), 1.0), -0.5);
        assert_eq!(walk(branch(false, Comparison::Lt), f32::NAN), -0.5);
        assert_eq!(walk(branch(true, Comparison::Lt), f32::NAN), 1.5);
        assert_eq!(walk(branch(false, Comparison::Neq), f32::NAN), 1.5);
    }

    #[test]
    fn linear_sums_run_in_the_order_of_the_features() {
        let mut sums = [1.0e8, 0.0];
        add_linear(&[1.0, 1.0, 2.0, 3.0], &[4.0, -1.0e8], 2, &mut sums);
        assert_eq!(sums, [(1.0e8f32 + 4.0) - 1.0e8, 8.0 - 3.0e8]);
    }
}
