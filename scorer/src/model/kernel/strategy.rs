//! Evaluation strategy of one tree, and its padding: a shallow tree is made complete, so that the index of a leaf is the
//! path to it.

use super::condition::{self, Condition, Predicate};
use crate::model::forest::{Forest, Node};

/// Largest depth of a tree that is evaluated by selecting leaf weights.
pub(super) const SELECT_DEPTH_MAX: usize = 3;
/// Largest depth of a padded tree.
const PADDED_DEPTH_MAX: usize = 8;
/// Most masks per tree: beyond, most of them would be computed in vain.
const MASKS_MAX: usize = 4095;

/// Evaluation of a tree.
pub(super) enum Strategy {
    /// Adds nothing.
    Empty,
    /// Always adds the same weight.
    Constant(f32),
    /// Complete, or padded to be so.
    Complete(CompleteTree),
    /// Too lopsided to be padded.
    Sparse(SparseTree),
    /// Only the node-by-node walk is possible.
    Walk,
}

/// Estimated time of a tree in nanoseconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    /// For a whole block, however few of its rows are used.
    pub(super) block: usize,
    /// For one row on its own.
    pub(super) row: usize,
}

impl Strategy {
    /// Estimates the cost, from measurements on servers of 2023 and 2024.
    pub(super) fn cost(&self) -> Cost {
        let (branches, sliced) = match self {
            Strategy::Empty | Strategy::Constant(_) | Strategy::Walk => return Cost::default(),
            Strategy::Complete(tree) => (tree.conditions.iter().flatten().count(), !tree.selects_leaves()),
            Strategy::Sparse(tree) => (tree.conditions.len(), true),
        };
        let levels = (branches + 1).ilog2() as usize;
        Cost { block: if sliced { 4 * branches + 120 } else { 10 * branches + 100 }, row: 4 * levels }
    }
}

/// A complete tree. The children of node n are 2n + 1, where its condition does not hold, and 2n + 2; leaves are in the
/// order of the last level.
pub(super) struct CompleteTree {
    /// Branches on each path.
    pub(super) depth: usize,
    /// 2^depth - 1 conditions; `None` where both children lead to the same leaf.
    pub(super) conditions: Vec<Option<Condition>>,
    /// 2^depth weights.
    pub(super) leaves: Vec<f32>,
}

/// A tree in its own shape. Nodes are numbered leaves first, from left to right, `leaves.len()` of them; then the
/// branches, each before its children.
pub(super) struct SparseTree {
    /// Condition of each branch.
    pub(super) conditions: Vec<Condition>,
    /// For each branch, the node that follows where its condition does not hold, and where it does.
    pub(super) children: Vec<[u16; 2]>,
    /// Weights, padded to a power of two.
    pub(super) leaves: Vec<f32>,
}

impl CompleteTree {
    /// True when it is shallow and has only threshold conditions.
    pub(super) fn selects_leaves(&self) -> bool {
        let is_threshold = |condition: &Option<Condition>| {
            !matches!(condition, Some(Condition { predicate: Predicate::OneOf(_), .. }))
        };
        self.depth <= SELECT_DEPTH_MAX && self.conditions.iter().all(is_threshold)
    }
}

/// Chooses the strategy for the tree at `root`; returns the target of its weights with it.
pub(super) fn choose(forest: &Forest<f32>, root: u32) -> (u32, Strategy) {
    let Some(size) = measure(forest, root) else { return (0, Strategy::Walk) };
    let target = size.target.unwrap_or_default();
    if size.depth == 0 {
        let constant = size.target.map(|_| Strategy::Constant(leaf_weight(forest, root)));
        return (target, constant.unwrap_or(Strategy::Empty));
    }
    let complete = (1usize << size.depth.min(PADDED_DEPTH_MAX)) - 1;
    let is_dense = size.depth <= PADDED_DEPTH_MAX && complete <= 3 * size.branches + 4;
    let strategy =
        if is_dense { complete_tree(forest, root, size.depth) } else { sparse_tree(forest, root, size.branches) };
    (target, strategy.unwrap_or(Strategy::Walk))
}

fn complete_tree(forest: &Forest<f32>, root: u32, depth: usize) -> Option<Strategy> {
    let leaves = 1 << depth;
    let mut tree = CompleteTree { depth, conditions: vec![None; leaves - 1], leaves: vec![0.0; leaves] };
    fill_subtree(forest, root, 0, &mut tree.conditions, &mut tree.leaves)?;
    Some(Strategy::Complete(tree))
}

fn sparse_tree(forest: &Forest<f32>, root: u32, branches: usize) -> Option<Strategy> {
    let leaves = (branches + 1).next_power_of_two();
    let mut tree = SparseTree { conditions: Vec::new(), children: Vec::new(), leaves: Vec::with_capacity(leaves) };
    // Each node with its parent branch and the side it is on.
    let mut stack = vec![(root, None)];
    while let Some((index, parent)) = stack.pop() {
        let slot = match forest.nodes()[index as usize] {
            Node::Leaf { .. } => {
                tree.leaves.push(leaf_weight(forest, index));
                tree.leaves.len() - 1
            }
            Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
                let condition = Condition::from_test(forest, feature, test, missing_is_true)?;
                let (holds, fails) = if condition.negated { (if_false, if_true) } else { (if_true, if_false) };
                let branch = tree.conditions.len();
                stack.extend([(holds, Some((branch, 1))), (fails, Some((branch, 0)))]);
                tree.conditions.push(condition);
                tree.children.push([0; 2]);
                leaves + branch
            }
        };
        if let Some((branch, side)) = parent {
            tree.children[branch][side] = slot as u16;
        }
    }
    tree.leaves.resize(leaves, 0.0);
    Some(Strategy::Sparse(tree))
}

/// Size of a tree.
struct TreeSize {
    depth: usize,
    branches: usize,
    /// `None` where no leaf has a weight.
    target: Option<u32>,
}

/// Measures a tree; `None` where it is too large, or its leaves have several weights or targets.
fn measure(forest: &Forest<f32>, root: u32) -> Option<TreeSize> {
    let mut size = TreeSize { depth: 0, branches: 0, target: None };
    let mut masks = 0;
    let mut stack = vec![(root, 0)];
    while let Some((index, depth)) = stack.pop() {
        size.depth = size.depth.max(depth);
        match forest.nodes()[index as usize] {
            Node::Branch { test, if_true, if_false, .. } => {
                size.branches += 1;
                masks += condition::max_masks(test);
                stack.extend([(if_true, depth + 1), (if_false, depth + 1)]);
            }
            Node::Leaf { count: 0, .. } => {}
            Node::Leaf { first, count } => {
                let target = forest.weights()[first as usize].target;
                if count > 1 || *size.target.get_or_insert(target) != target {
                    return None;
                }
            }
        }
        if masks > MASKS_MAX {
            return None;
        }
    }
    Some(size)
}

/// Fills in the subtree at node `at` of a complete tree, whose leaves are `leaves`.
fn fill_subtree(
    forest: &Forest<f32>,
    index: u32,
    at: usize,
    conditions: &mut [Option<Condition>],
    leaves: &mut [f32],
) -> Option<()> {
    match forest.nodes()[index as usize] {
        Node::Leaf { .. } => leaves.fill(leaf_weight(forest, index)),
        Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
            let condition = Condition::from_test(forest, feature, test, missing_is_true)?;
            let (holds, fails) = if condition.negated { (if_false, if_true) } else { (if_true, if_false) };
            conditions[at] = Some(condition);
            let (left, right) = leaves.split_at_mut(leaves.len() / 2);
            fill_subtree(forest, fails, 2 * at + 1, conditions, left)?;
            fill_subtree(forest, holds, 2 * at + 2, conditions, right)?;
        }
    }
    Some(())
}

/// Weight of a leaf. A leaf without one has -0, the only value that changes no sum, not even -0 itself.
fn leaf_weight(forest: &Forest<f32>, index: u32) -> f32 {
    match forest.nodes()[index as usize] {
        Node::Leaf { first, count: 1 } => forest.weights()[first as usize].value,
        _ => -0.0,
    }
}
