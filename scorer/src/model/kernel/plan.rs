//! Execution plan of a forest for blocks of rows: every distinct condition once, and the trees as steps.
//!
//! Its size is at most a few times that of the forest, whatever the trees are like.

use super::plan_builder::GroupBuilder;
use super::{single_row, strategy};
use crate::model::forest::{Aggregate, Forest};

/// Batches up to this size are run row by row whatever the trees are like: block buffers would not pay.
const SINGLE_ROWS_MAX: usize = 4;
/// Largest number of targets: beyond, the sums of a block would not stay in the cache.
const TARGETS_MAX: usize = 1024;

/// Groups of trees, in the order of the trees.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// Smallest batch for which a block is faster than single rows.
    pub(super) min_block_rows: usize,
    /// True when single rows can use the plan; otherwise small batches are walked.
    pub(super) supports_single_rows: bool,
}

/// Consecutive trees that share their conditions.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Group {
    /// Features that are read.
    pub(super) features: Vec<Feature>,
    /// Number of masks.
    pub(super) masks: usize,
    /// Number of key columns.
    pub(super) columns: usize,
    /// Trees in order.
    pub(super) steps: Vec<Step>,
    /// Bounds on columns, for shallow trees.
    pub(super) column_bounds: Vec<UpperBound>,
    /// Bounds behind the masks, for [`super::single_row`].
    pub(super) mask_bounds: Vec<UpperBound>,
    /// Mask indices, for complete trees.
    pub(super) mask_indices: Vec<u16>,
    /// Branches of sparse trees.
    pub(super) branches: Vec<Branch>,
    /// Leaf weights.
    pub(super) leaves: Vec<f32>,
}

impl Group {
    /// Number of nodes, with padding, of the largest sparse tree.
    pub(super) fn sparse_nodes(&self) -> usize {
        let nodes = |step: &Step| match step.action {
            Action::SliceSparse(branches) => usize::from(branches) + (usize::from(branches) + 1).next_power_of_two(),
            _ => 0,
        };
        self.steps.iter().map(nodes).max().unwrap_or(0)
    }
}

/// A feature with all conditions on it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Feature {
    /// Index in a row.
    pub(super) index: usize,
    /// Distinct thresholds, sorted.
    pub(super) thresholds: Vec<Threshold>,
    /// The thresholds as a search table: see [`super::rank`].
    pub(super) search_table: Vec<i32>,
    /// Index of the first threshold's mask.
    pub(super) masks: usize,
    /// Indices of its key columns: with NaN above all other keys, and below.
    pub(super) columns: [Option<usize>; 2],
    /// Sets that its key is tested against.
    pub(super) sets: Vec<Set>,
}

/// Exclusive upper bound on keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Threshold {
    /// The bound.
    pub(super) key: i32,
    /// True when NaN satisfies the condition.
    pub(super) nan_matches: bool,
}

/// A set of keys; key k takes the thresholds k and k + 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Set {
    /// Index of its mask.
    pub(super) mask: usize,
    /// True when NaN is a member.
    pub(super) nan_matches: bool,
    /// Keys, until they are replaced by ranks.
    pub(super) keys: Vec<i32>,
    /// Number of thresholds at or below each key.
    pub(super) ranks: Vec<u16>,
}

/// Condition `keys[key] < end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct UpperBound {
    /// Index of the key.
    pub(super) key: u32,
    /// Exclusive upper bound.
    pub(super) end: i32,
}

/// Branch of a sparse tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Branch {
    /// Index of its condition's mask.
    pub(super) mask: u16,
    /// Nodes that follow where the condition does not hold, and where it does: see [`super::strategy::SparseTree`].
    pub(super) children: [u16; 2],
}

/// A tree, or several constant ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Index of the score.
    pub(super) target: u32,
    /// Index of its first bound, mask index or branch.
    pub(super) first_test: u32,
    /// Index of its first leaf weight.
    pub(super) leaves: u32,
    /// Operation to run.
    pub(super) action: Action,
}

/// Operation of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Action {
    /// Adds this many constants.
    AddConstants(u32),
    /// Evaluates a complete tree of this depth by selecting leaf weights.
    SelectLeaves(u8),
    /// Evaluates a complete tree of this depth in bit slices.
    SliceComplete(u8),
    /// Evaluates a sparse tree with this many branches in bit slices.
    SliceSparse(u16),
    /// Walks from this node.
    Walk(u32),
}

impl Plan {
    /// Plans a forest; `None` for an aggregate other than the sum, or very many targets.
    pub(super) fn new(forest: &Forest<f32>) -> Option<Self> {
        if forest.aggregate() != Aggregate::Sum || forest.targets() > TARGETS_MAX {
            return None;
        }
        let mut plan = Plan::default();
        let mut builder = GroupBuilder::default();
        let (mut block, mut row) = (0, 0);
        for root in forest.roots() {
            if builder.is_full() {
                plan.groups.push(std::mem::take(&mut builder).build());
            }
            let (target, strategy) = strategy::choose(forest, *root);
            let cost = strategy.cost();
            (block, row) = (block + cost.block, row + cost.row);
            builder.push(*root, target, strategy);
        }
        plan.groups.push(builder.build());
        plan.supports_single_rows = single_row::is_supported(&plan);
        // The walk takes about twice as long.
        let row = if plan.supports_single_rows { row } else { 2 * row };
        plan.min_block_rows = block.checked_div(row).unwrap_or(0).max(SINGLE_ROWS_MAX);
        Some(plan)
    }
}
