//! A forest, sorted out for running down blocks of rows: every different condition once, and the trees as steps.
//!
//! Owns where masks and columns lie. Its size is at most a few times that of the forest, whatever the trees are like.
//! May not know how steps are run.

use super::draft::Draft;
use super::{shape, single};
use crate::model::forest::{Aggregate, Forest};

/// Rows that go on their own whatever the trees are like: for so few, buffers are not worth having.
const FEW: usize = 4;
/// Scores that a row may have: beyond, sums of a block would not stay in the cache.
const TARGETS: usize = 1024;

/// Everything that is run, in the order of the trees.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// With fewer rows, each on its own is quicker than a block.
    pub(super) few: usize,
    /// Whether rows can go on their own: where not, few are walked.
    pub(super) singly: bool,
}

/// Consecutive trees that share their conditions.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Group {
    /// The features that are asked for, in their order.
    pub(super) features: Vec<Feature>,
    /// How many masks there are.
    pub(super) masks: usize,
    /// How many columns of keys there are.
    pub(super) columns: usize,
    /// The trees.
    pub(super) steps: Vec<Step>,
    /// What blended trees ask of columns.
    pub(super) questions: Vec<Bound>,
    /// What masks say of a row on its own: see [`super::single`].
    pub(super) bounds: Vec<Bound>,
    /// What sliced trees ask: places of masks.
    pub(super) conditions: Vec<u16>,
    /// What grown trees ask, and where that leads.
    pub(super) forks: Vec<Fork>,
    /// Weights of leaves.
    pub(super) leaves: Vec<f32>,
}

impl Group {
    /// The places of its largest grown tree.
    pub(super) fn places(&self) -> usize {
        let places = |step: &Step| match step.what {
            What::Grow(branches) => usize::from(branches) + (usize::from(branches) + 1).next_power_of_two(),
            _ => 0,
        };
        self.steps.iter().map(places).max().unwrap_or(0)
    }
}

/// A feature and all that is asked of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Feature {
    /// Its place in a row.
    pub(super) feature: usize,
    /// All that it is compared with, in their order.
    pub(super) thresholds: Vec<Threshold>,
    /// The same as a search tree: see [`super::rank`].
    pub(super) search: Vec<i32>,
    /// Where the masks of its thresholds begin.
    pub(super) masks: usize,
    /// Where its columns of keys are: with NaN above all others, and below.
    pub(super) columns: [Option<usize>; 2],
    /// The sets that it is looked for in.
    pub(super) sets: Vec<Set>,
}

/// What keys should be below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Threshold {
    /// The key.
    pub(super) key: i32,
    /// Whether it holds for NaN.
    pub(super) missing: bool,
}

/// A set of keys; key k is between the threshold k and the threshold k + 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Set {
    /// Where its mask is.
    pub(super) mask: usize,
    /// Whether NaN belongs to it.
    pub(super) missing: bool,
    /// Its keys, until they have ranks.
    pub(super) keys: Vec<i32>,
    /// How many thresholds are at or below each of its keys.
    pub(super) ranks: Vec<u16>,
}

/// What is asked of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bound {
    /// Where it is among the keys.
    pub(super) key: u32,
    /// What it should be below.
    pub(super) end: i32,
}

/// A branch of a tree as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fork {
    /// Where the mask of its condition is.
    pub(super) condition: u16,
    /// The places to go to where it does not hold, and where it does: see [`super::shape::Grown`].
    pub(super) children: [u16; 2],
}

/// A tree, or several that always add the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// The score.
    pub(super) target: u32,
    /// The first of its questions, conditions or forks.
    pub(super) asks: u32,
    /// The first of its leaves.
    pub(super) leaves: u32,
    /// What to do.
    pub(super) what: What,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    /// Adds so many weights.
    Add(u32),
    /// Blends the leaves of a tree of this depth.
    Blend(u8),
    /// Slices a tree of this depth.
    Slice(u8),
    /// Slices a tree as it is, with so many branches.
    Grow(u16),
    /// Walks from this node.
    Walk(u32),
}

impl Plan {
    /// Sorts out a forest; `None` for one that is not summed, or has very many scores.
    pub(super) fn new(forest: &Forest<f32>) -> Option<Self> {
        if forest.aggregate() != Aggregate::Sum || forest.targets() > TARGETS {
            return None;
        }
        let mut plan = Plan::default();
        let mut draft = Draft::default();
        let (mut block, mut row) = (0, 0);
        for root in forest.roots() {
            if draft.is_full() {
                plan.groups.push(std::mem::take(&mut draft).finish());
            }
            let (target, way) = shape::of(forest, *root);
            let cost = way.cost();
            (block, row) = (block + cost.block, row + cost.row);
            draft.add(*root, target, way);
        }
        plan.groups.push(draft.finish());
        plan.singly = single::is_able(&plan);
        // Walking takes about twice as long.
        let row = if plan.singly { row } else { 2 * row };
        plan.few = block.checked_div(row).unwrap_or(0).max(FEW);
        Some(plan)
    }
}
