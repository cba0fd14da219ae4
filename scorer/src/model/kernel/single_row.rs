//! Rows on their own: for a few, a block of them is not worth filling.
//!
//! Owns the descent of one row along a plan. In a complete tree it takes as many steps for every row, and each counts an
//! answer into the place that comes next, so that no processor has to guess. May not know how plans are made.

use super::block::Margins;
use super::condition::{self, MISSING};
use super::plan::{Bound, Feature, Group, Plan, Step, What};
use super::walk;
use crate::model::forest::Forest;

/// Whether rows can go on their own: masks of sets are known to blocks only.
pub(super) fn is_able(plan: &Plan) -> bool {
    plan.groups.iter().all(|group| group.features.iter().all(|feature| feature.sets.is_empty()))
}

/// What each mask says of one row, in their order, where there are no sets; behind `columns` keys there are two of each
/// feature, as [`read`] has them.
pub(super) fn bounds(features: &[Feature], columns: usize) -> Vec<Bound> {
    let of_feature = |(place, feature): (usize, &Feature)| {
        let first = columns + 2 * place;
        let bound = move |missing: bool, end: i32| Bound { key: (first + usize::from(missing)) as u32, end };
        feature.thresholds.iter().map(|threshold| bound(threshold.missing, threshold.key)).collect::<Vec<Bound>>()
    };
    features.iter().enumerate().flat_map(of_feature).collect()
}

/// Works out the scores of rows, one after the other.
pub(super) fn run(margins: Margins<'_>) {
    let Margins { forest, plan, rows, width, scores } = margins;
    let most = plan.groups.iter().map(|group| group.columns + 2 * group.features.len()).max();
    let mut keys = vec![0; most.unwrap_or(0)];
    for (row, scores) in rows.chunks_exact(width.max(1)).zip(scores.chunks_exact_mut(forest.targets())) {
        scores.copy_from_slice(forest.base());
        for group in &plan.groups {
            read(group, row, &mut keys);
            for step in &group.steps {
                add(forest, group, step, row, &keys, scores);
            }
        }
    }
}

/// A row's keys: one for each of the group's columns, then two for each feature, with NaN above all others and below.
fn read(group: &Group, row: &[f32], keys: &mut [i32]) {
    let (columns, both) = keys.split_at_mut(group.columns);
    for (feature, both) in group.features.iter().zip(both.as_chunks_mut::<2>().0) {
        let key = condition::key(row[feature.feature]);
        *both = [key, if key == MISSING { i32::MIN } else { key }];
        for (column, key) in feature.columns.iter().zip(*both) {
            if let Some(column) = column {
                columns[*column] = key;
            }
        }
    }
}

#[inline(always)]
fn add(forest: &Forest<f32>, group: &Group, step: &Step, row: &[f32], keys: &[i32], scores: &mut [f32]) {
    let leaves = &group.leaves[step.leaves as usize..];
    let score = &mut scores[step.target as usize];
    match step.what {
        What::Add(count) => *score = leaves[..count as usize].iter().fold(*score, |sum, weight| sum + weight),
        What::Blend(depth) => {
            let questions = &group.questions[step.asks as usize..];
            *score += leaves[complete(depth, keys, |place| questions[place])];
        }
        What::Slice(depth) => {
            let conditions = &group.conditions[step.asks as usize..];
            *score += leaves[complete(depth, keys, |place| group.bounds[usize::from(conditions[place])])];
        }
        What::Grow(branches) => {
            let forks = &group.forks[step.asks as usize..][..usize::from(branches)];
            let branch = (forks.len() + 1).next_power_of_two();
            let mut place = branch;
            while let Some(fork) = place.checked_sub(branch).map(|place| forks[place]) {
                let bound = group.bounds[usize::from(fork.condition)];
                place = usize::from(fork.children[usize::from(holds(bound, keys))]);
            }
            *score += leaves[place];
        }
        What::Walk(root) => {
            for weight in walk::leaf(forest, row, root) {
                scores[weight.target as usize] += weight.value;
            }
        }
    }
}

/// The leaf that a row reaches in a complete tree.
#[inline(always)]
fn complete(depth: u8, keys: &[i32], bound: impl Fn(usize) -> Bound) -> usize {
    let place = (0..depth).fold(0, |place, _| 2 * place + 1 + usize::from(holds(bound(place), keys)));
    place + 1 - (1 << depth)
}

#[inline(always)]
fn holds(bound: Bound, keys: &[i32]) -> bool {
    keys[bound.key as usize] < bound.end
}
