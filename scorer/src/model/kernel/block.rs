//! Running a plan: blocks of rows, one step after the other.
//!
//! Owns the buffers of a block and the order of the sums: each tree adds once to each row's sum, in the order of the
//! trees. May not know how plans are made.

use super::condition::{self, MISSING};
use super::mask::{self, Bytes, Mask};
use super::plan::{Feature, Group, Plan, Step, What};
use super::{blend, rank, slice, walk};
use crate::model::forest::Forest;
use crate::model::simd::{Level, Work, prefetch};

/// Rows of a block.
pub(super) const ROWS: usize = 256;
/// Rows whose features are read together, so that they stay in the cache meanwhile.
const READ: usize = 32;
/// Values in a line of the cache.
const LINE: usize = 16;
/// With so many thresholds, searching the rank of each key is quicker than comparing all keys with each.
const SEARCHED: usize = 16;

/// What is worked out: the scores of rows, as [`super::Kernel::margins`].
pub(super) struct Margins<'a> {
    pub(super) forest: &'a Forest<f32>,
    pub(super) plan: &'a Plan,
    pub(super) rows: &'a [f32],
    pub(super) width: usize,
    pub(super) scores: &'a mut [f32],
}

/// What is known of a block of rows while a group is run.
#[derive(Default)]
struct Block {
    /// The keys of each of the group's features.
    keys: Vec<[i32; ROWS]>,
    /// The same, or with NaN below all others, as blended trees want them.
    columns: Vec<[i32; ROWS]>,
    /// Which rows each condition holds for.
    masks: Vec<Mask>,
    /// Which rows have each rank among the thresholds of one feature; empty between features.
    ranked: Vec<Bytes>,
    /// Which rows reach each place of one tree.
    reached: Vec<Mask>,
    /// What the scores are so far, for each target.
    sums: Vec<[f32; ROWS]>,
}

impl Margins<'_> {
    /// Works them out with the instructions of a level. Not generic, so that it is compiled as this crate is, whatever
    /// the crate that asks.
    pub(super) fn run_at(self, level: Level) {
        level.run(self);
    }
}

impl Work for Margins<'_> {
    #[inline(always)]
    fn run(self) {
        let Margins { forest, plan, rows, width, scores } = self;
        let targets = forest.targets();
        let mut block = Block::new(plan, targets);
        let steps = plan.groups.iter().map(|group| group.steps.len()).sum();
        let blocks = rows.chunks(ROWS * width);
        let following = blocks.clone().skip(1).chain([&rows[..0]]);
        for ((rows, next), scores) in blocks.zip(following).zip(scores.chunks_mut(ROWS * targets)) {
            let mut ahead = ahead(next, steps);
            for (sums, base) in block.sums.iter_mut().zip(forest.base()) {
                sums.fill(*base);
            }
            for group in &plan.groups {
                block.look(group, rows, width);
                for step in &group.steps {
                    ahead.next().unwrap_or_default().chunks(LINE).for_each(prefetch);
                    block.step(forest, group, step, rows, width);
                }
            }
            for (row, scores) in scores.chunks_exact_mut(targets).enumerate() {
                scores.iter_mut().zip(&block.sums).for_each(|(score, sums)| *score = sums[row]);
            }
        }
    }
}

/// The next block in as many parts as there are steps: what each step has fetched while it works, since half of the time
/// would be spent waiting for memory.
#[inline(always)]
fn ahead(next: &[f32], steps: usize) -> std::slice::Chunks<'_, f32> {
    next.chunks(next.len().div_ceil(steps.max(1)).next_multiple_of(LINE).max(LINE))
}

impl Block {
    fn new(plan: &Plan, targets: usize) -> Self {
        let most = |count: fn(&Group) -> usize| plan.groups.iter().map(count).max().unwrap_or(0);
        let thresholds = most(|group| group.features.iter().map(|feature| feature.thresholds.len()).max().unwrap_or(0));
        Block {
            keys: vec![[0; ROWS]; most(|group| group.features.len())],
            columns: vec![[0; ROWS]; most(|group| group.columns)],
            masks: vec![Mask::default(); most(|group| group.masks)],
            ranked: vec![Bytes::default(); thresholds + 1],
            reached: vec![Mask::default(); most(Group::places).max(slice::SCRATCH)],
            sums: vec![[0.0; ROWS]; targets],
        }
    }

    /// Finds out all that a group's trees ask of some rows.
    #[inline(always)]
    fn look(&mut self, group: &Group, rows: &[f32], width: usize) {
        for (part, rows) in rows.chunks(READ * width).enumerate() {
            for (keys, feature) in self.keys.iter_mut().zip(&group.features) {
                let values = rows[feature.feature..].iter().step_by(width);
                keys[part * READ..].iter_mut().zip(values).for_each(|(key, value)| *key = value.to_bits() as i32);
            }
        }
        for (keys, feature) in self.keys.iter_mut().zip(&group.features) {
            keys.iter_mut().for_each(|key| *key = condition::key(f32::from_bits(*key as u32)));
            if let Some(column) = feature.columns[0] {
                self.columns[column] = *keys;
            }
            if let Some(column) = feature.columns[1] {
                self.columns[column] = keys.map(|key| if key == MISSING { i32::MIN } else { key });
            }
            if !feature.thresholds.is_empty() {
                look_at(feature, keys, &mut self.masks, &mut self.ranked);
            }
        }
    }

    #[inline(always)]
    fn step(&mut self, forest: &Forest<f32>, group: &Group, step: &Step, rows: &[f32], width: usize) {
        let sums = &mut self.sums[step.target as usize];
        let leaves = &group.leaves[step.leaves as usize..];
        match step.what {
            What::Add(count) => blend::add(&leaves[..count as usize], sums),
            What::Blend(depth) => {
                let questions = &group.questions[step.asks as usize..];
                blend::tree(depth, &self.columns, questions, leaves, sums);
            }
            What::Slice(depth) => {
                let conditions = &group.conditions[step.asks as usize..];
                slice::complete(depth, &self.masks, conditions, leaves, &mut self.reached, sums);
            }
            What::Grow(branches) => {
                let forks = &group.forks[step.asks as usize..][..usize::from(branches)];
                slice::grown(&self.masks, forks, leaves, &mut self.reached, sums);
            }
            What::Walk(root) => {
                for (place, row) in rows.chunks_exact(width).enumerate() {
                    for weight in walk::leaf(forest, row, root) {
                        self.sums[weight.target as usize][place] += weight.value;
                    }
                }
            }
        }
    }
}

/// Makes the masks of all that is asked of a feature.
#[inline(always)]
fn look_at(feature: &Feature, keys: &[i32; ROWS], masks: &mut [Mask], ranked: &mut [Bytes]) {
    let known = mask::below(keys, MISSING);
    let missing = known.map(|word| !word);
    let thresholds = &feature.thresholds;
    let masks_of_thresholds = masks[feature.masks..].iter_mut().zip(thresholds);
    if thresholds.len() < SEARCHED && feature.sets.is_empty() {
        for (mask, threshold) in masks_of_thresholds {
            *mask = mask::or(&mask::below(keys, threshold.key), &mask::only_if(threshold.missing, &missing));
        }
        return;
    }
    let ranks = rank::ranks(&feature.search, keys);
    let ranked = &mut ranked[..=thresholds.len()];
    for (row, rank) in ranks.into_iter().enumerate() {
        mask::set(&mut ranked[usize::from(rank).min(thresholds.len())], row);
    }
    let mut reached = Mask::default();
    for ((mask, threshold), ranked) in masks_of_thresholds.zip(&*ranked) {
        reached = mask::or(&reached, &mask::of_bytes(ranked));
        *mask = mask::or(&reached, &mask::only_if(threshold.missing, &missing));
    }
    for set in &feature.sets {
        let start = mask::only_if(set.missing, &missing);
        let members = set.ranks.iter().map(|rank| mask::of_bytes(&ranked[usize::from(*rank)]));
        masks[set.mask] = members.fold(start, |all, rank| mask::or(&all, &rank));
    }
    ranked.fill(Bytes::default());
}
