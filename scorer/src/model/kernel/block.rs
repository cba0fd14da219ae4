//! Block execution of a plan: 256 rows at a time, one step after the other.
//!
//! Each tree adds once to each row's sum, in the order of the trees.

use super::condition::{self, NAN_KEY};
use super::mask::{self, Bytes, Mask};
use super::plan::{Action, Feature, Group, Plan, Step};
use super::{accumulate, bit_slice, rank, walk};
use crate::model::forest::Forest;
use crate::model::simd::{Level, SimdTask, prefetch};

/// Rows of a block.
pub(super) const ROWS: usize = 256;
/// Rows whose features are gathered together, so that they stay in the cache.
const GATHER_ROWS: usize = 32;
/// f32 values in a cache line.
const LINE_VALUES: usize = 16;
/// Number of thresholds from which a search for each key's rank is faster than comparing all keys with each threshold.
const SEARCH_MIN: usize = 16;

/// Arguments of [`super::Kernel::margins`] with the plan.
pub(super) struct MarginArgs<'a> {
    pub(super) forest: &'a Forest<f32>,
    pub(super) plan: &'a Plan,
    pub(super) rows: &'a [f32],
    pub(super) width: usize,
    pub(super) scores: &'a mut [f32],
}

/// Buffers for a block of rows while a group is run.
#[derive(Default)]
struct Block {
    /// Keys of each of the group's features.
    keys: Vec<[i32; ROWS]>,
    /// Keys as shallow trees need them: with NaN above all others, or below.
    columns: Vec<[i32; ROWS]>,
    /// Rows that satisfy each condition.
    masks: Vec<Mask>,
    /// Rows that have each rank among the thresholds of one feature; zero between features.
    rank_masks: Vec<Bytes>,
    /// Rows that reach each node of one tree.
    reached: Vec<Mask>,
    /// Running sums for each target.
    sums: Vec<[f32; ROWS]>,
}

impl MarginArgs<'_> {
    /// Runs with a given instruction set. Not generic, so that it is compiled with this crate's flags, not with those
    /// of the calling crate.
    pub(super) fn run_at(self, level: Level) {
        level.run(self);
    }
}

impl SimdTask for MarginArgs<'_> {
    #[inline(always)]
    fn run(self) {
        let MarginArgs { forest, plan, rows, width, scores } = self;
        let targets = forest.targets();
        let mut block = Block::new(plan, targets);
        let steps = plan.groups.iter().map(|group| group.steps.len()).sum();
        let blocks = rows.chunks(ROWS * width);
        let next_blocks = blocks.clone().skip(1).chain([&rows[..0]]);
        for ((rows, next), scores) in blocks.zip(next_blocks).zip(scores.chunks_mut(ROWS * targets)) {
            let mut prefetched = prefetch_chunks(next, steps);
            for (sums, base) in block.sums.iter_mut().zip(forest.base()) {
                sums.fill(*base);
            }
            for group in &plan.groups {
                block.load(group, rows, width);
                for step in &group.steps {
                    prefetched.next().unwrap_or_default().chunks(LINE_VALUES).for_each(prefetch);
                    block.run_step(forest, group, step, rows, width);
                }
            }
            for (row, scores) in scores.chunks_exact_mut(targets).enumerate() {
                scores.iter_mut().zip(&block.sums).for_each(|(score, sums)| *score = sums[row]);
            }
        }
    }
}

/// Splits the next block into as many chunks as there are steps: each step prefetches one while it works, since half of
/// the time would be spent waiting for memory.
#[inline(always)]
fn prefetch_chunks(next: &[f32], steps: usize) -> std::slice::Chunks<'_, f32> {
    next.chunks(next.len().div_ceil(steps.max(1)).next_multiple_of(LINE_VALUES).max(LINE_VALUES))
}

impl Block {
    fn new(plan: &Plan, targets: usize) -> Self {
        let largest = |count: fn(&Group) -> usize| plan.groups.iter().map(count).max().unwrap_or(0);
        let thresholds =
            largest(|group| group.features.iter().map(|feature| feature.thresholds.len()).max().unwrap_or(0));
        Block {
            keys: vec![[0; ROWS]; largest(|group| group.features.len())],
            columns: vec![[0; ROWS]; largest(|group| group.columns)],
            masks: vec![Mask::default(); largest(|group| group.masks)],
            rank_masks: vec![Bytes::default(); thresholds + 1],
            reached: vec![Mask::default(); largest(Group::sparse_nodes).max(bit_slice::SCRATCH)],
            sums: vec![[0.0; ROWS]; targets],
        }
    }

    /// Computes the keys and masks that a group's trees need.
    #[inline(always)]
    fn load(&mut self, group: &Group, rows: &[f32], width: usize) {
        for (part, rows) in rows.chunks(GATHER_ROWS * width).enumerate() {
            for (keys, feature) in self.keys.iter_mut().zip(&group.features) {
                let values = rows[feature.index..].iter().step_by(width);
                keys[part * GATHER_ROWS..]
                    .iter_mut()
                    .zip(values)
                    .for_each(|(key, value)| *key = value.to_bits() as i32);
            }
        }
        for (keys, feature) in self.keys.iter_mut().zip(&group.features) {
            keys.iter_mut().for_each(|key| *key = condition::key(f32::from_bits(*key as u32)));
            if let Some(column) = feature.columns[0] {
                self.columns[column] = *keys;
            }
            if let Some(column) = feature.columns[1] {
                self.columns[column] = keys.map(|key| if key == NAN_KEY { i32::MIN } else { key });
            }
            if !feature.thresholds.is_empty() {
                fill_masks(feature, keys, &mut self.masks, &mut self.rank_masks);
            }
        }
    }

    #[inline(always)]
    fn run_step(&mut self, forest: &Forest<f32>, group: &Group, step: &Step, rows: &[f32], width: usize) {
        let sums = &mut self.sums[step.target as usize];
        let leaves = &group.leaves[step.leaves as usize..];
        match step.action {
            Action::AddConstants(count) => accumulate::add_constants(&leaves[..count as usize], sums),
            Action::SelectLeaves(depth) => {
                let column_bounds = &group.column_bounds[step.first_test as usize..];
                accumulate::add_complete(depth, &self.columns, column_bounds, leaves, sums);
            }
            Action::SliceComplete(depth) => {
                let mask_indices = &group.mask_indices[step.first_test as usize..];
                bit_slice::add_complete(depth, &self.masks, mask_indices, leaves, &mut self.reached, sums);
            }
            Action::SliceSparse(branches) => {
                let branches = &group.branches[step.first_test as usize..][..usize::from(branches)];
                bit_slice::add_sparse(&self.masks, branches, leaves, &mut self.reached, sums);
            }
            Action::Walk(root) => {
                for (index, row) in rows.chunks_exact(width).enumerate() {
                    for weight in walk::leaf_weights(forest, row, root) {
                        self.sums[weight.target as usize][index] += weight.value;
                    }
                }
            }
        }
    }
}

/// Computes the masks of all conditions on a feature.
#[inline(always)]
fn fill_masks(feature: &Feature, keys: &[i32; ROWS], masks: &mut [Mask], rank_masks: &mut [Bytes]) {
    let not_nan = mask::less_than(keys, NAN_KEY);
    let is_nan = not_nan.map(|word| !word);
    let thresholds = &feature.thresholds;
    let masks_of_thresholds = masks[feature.masks..].iter_mut().zip(thresholds);
    if thresholds.len() < SEARCH_MIN && feature.sets.is_empty() {
        for (mask, threshold) in masks_of_thresholds {
            *mask = mask::or(&mask::less_than(keys, threshold.key), &mask::only_if(threshold.nan_matches, &is_nan));
        }
        return;
    }
    let ranks = rank::ranks(&feature.search_table, keys);
    let rank_masks = &mut rank_masks[..=thresholds.len()];
    for (row, rank) in ranks.into_iter().enumerate() {
        mask::set(&mut rank_masks[usize::from(rank).min(thresholds.len())], row);
    }
    let mut reached = Mask::default();
    for ((mask, threshold), rank_mask) in masks_of_thresholds.zip(&*rank_masks) {
        reached = mask::or(&reached, &mask::from_bytes(rank_mask));
        *mask = mask::or(&reached, &mask::only_if(threshold.nan_matches, &is_nan));
    }
    for set in &feature.sets {
        let start = mask::only_if(set.nan_matches, &is_nan);
        let members = set.ranks.iter().map(|rank| mask::from_bytes(&rank_masks[usize::from(*rank)]));
        masks[set.mask] = members.fold(start, |all, rank| mask::or(&all, &rank));
    }
    rank_masks.fill(Bytes::default());
}
