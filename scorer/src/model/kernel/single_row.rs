//! Single rows: for small batches a block is not worth filling.
//!
//! In a complete tree, every row takes the same number of steps, and each result is added into the next node's index, so
//! that there is no branch to mispredict.

use super::block::MarginArgs;
use super::condition::{self, NAN_KEY};
use super::plan::{Action, Feature, Group, Plan, Step, Threshold, UpperBound};
use super::walk;
use crate::model::forest::Forest;

/// True when single rows can use the plan: masks of sets exist in blocks only.
pub(super) fn is_supported(plan: &Plan) -> bool {
    plan.groups.iter().all(|group| group.features.iter().all(|feature| feature.sets.is_empty()))
}

/// The bound behind each mask, in the order of the masks, where there are no sets. Keys are as [`load_keys`]
/// lays them out: `columns` keys, then two of each feature.
pub(super) fn mask_bounds(features: &[Feature], columns: usize) -> Vec<UpperBound> {
    let feature_bounds = |(index, feature): (usize, &Feature)| {
        let first = columns + 2 * index;
        let bound = move |threshold: &Threshold| UpperBound {
            key: (first + usize::from(threshold.nan_matches)) as u32,
            end: threshold.key,
        };
        feature.thresholds.iter().map(bound).collect::<Vec<UpperBound>>()
    };
    features.iter().enumerate().flat_map(feature_bounds).collect()
}

/// Computes the scores of rows, one after the other.
pub(super) fn run(args: MarginArgs<'_>) {
    let MarginArgs { forest, plan, rows, width, scores } = args;
    let key_count = plan.groups.iter().map(|group| group.columns + 2 * group.features.len()).max();
    let mut keys = vec![0; key_count.unwrap_or(0)];
    for (row, scores) in rows.chunks_exact(width.max(1)).zip(scores.chunks_exact_mut(forest.targets())) {
        scores.copy_from_slice(forest.base());
        for group in &plan.groups {
            load_keys(group, row, &mut keys);
            for step in &group.steps {
                run_step(forest, group, step, row, &keys, scores);
            }
        }
    }
}

/// Computes a row's keys: one for each of the group's columns, then two for each feature, with NaN above all and below.
fn load_keys(group: &Group, row: &[f32], keys: &mut [i32]) {
    let (columns, both) = keys.split_at_mut(group.columns);
    for (feature, both) in group.features.iter().zip(both.as_chunks_mut::<2>().0) {
        let key = condition::key(row[feature.index]);
        *both = [key, if key == NAN_KEY { i32::MIN } else { key }];
        for (column, key) in feature.columns.iter().zip(*both) {
            if let Some(column) = column {
                columns[*column] = key;
            }
        }
    }
}

#[inline(always)]
fn run_step(forest: &Forest<f32>, group: &Group, step: &Step, row: &[f32], keys: &[i32], scores: &mut [f32]) {
    let leaves = &group.leaves[step.leaves as usize..];
    let score = &mut scores[step.target as usize];
    match step.action {
        Action::AddConstants(count) => {
            *score = leaves[..count as usize].iter().fold(*score, |sum, weight| sum + weight)
        }
        Action::SelectLeaves(depth) => {
            let column_bounds = &group.column_bounds[step.first_test as usize..];
            *score += leaves[complete_leaf(depth, keys, |index| column_bounds[index])];
        }
        Action::SliceComplete(depth) => {
            let mask_indices = &group.mask_indices[step.first_test as usize..];
            *score += leaves[complete_leaf(depth, keys, |index| group.mask_bounds[usize::from(mask_indices[index])])];
        }
        Action::SliceSparse(branches) => {
            let branches = &group.branches[step.first_test as usize..][..usize::from(branches)];
            let leaf_count = (branches.len() + 1).next_power_of_two();
            let mut index = leaf_count;
            while let Some(branch) = index.checked_sub(leaf_count).map(|index| branches[index]) {
                let bound = group.mask_bounds[usize::from(branch.mask)];
                index = usize::from(branch.children[usize::from(holds(bound, keys))]);
            }
            *score += leaves[index];
        }
        Action::Walk(root) => {
            for weight in walk::leaf_weights(forest, row, root) {
                scores[weight.target as usize] += weight.value;
            }
        }
    }
}

/// Index of the leaf that a row reaches in a complete tree.
#[inline(always)]
fn complete_leaf(depth: u8, keys: &[i32], bound: impl Fn(usize) -> UpperBound) -> usize {
    let index = (0..depth).fold(0, |index, _| 2 * index + 1 + usize::from(holds(bound(index), keys)));
    index + 1 - (1 << depth)
}

#[inline(always)]
fn holds(bound: UpperBound, keys: &[i32]) -> bool {
    keys[bound.key as usize] < bound.end
}
