//! One tree, looked over: whether blocks of rows can be run down it, and how.
//!
//! Owns the choice between the ways, and padding: a shallow tree is made complete, so that the place of a leaf is the
//! path to it. May not know where masks and columns lie.

use super::condition::{self, Ask, Condition};
use crate::model::forest::{Forest, Node};

/// Trees up to this depth are blended: every leaf's weight, selected by comparing.
pub(super) const BLENDED: usize = 3;
/// Trees up to this depth may be padded.
const PADDED: usize = 8;
/// What a tree may ask at most: beyond, most of it would be worked out in vain.
const ASKS: usize = 4095;

/// How a tree is run.
pub(super) enum Way {
    /// It adds nothing.
    Nothing,
    /// It always adds the same weight.
    Constant(f32),
    /// It is complete, or made so.
    Padded(Padded),
    /// It is too lopsided for that.
    Grown(Grown),
    /// Only the plain walk will do.
    Walk,
}

/// About how long a tree takes, in nanoseconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    /// For a whole block of rows, however few of them are wanted.
    pub(super) block: usize,
    /// For one row on its own.
    pub(super) row: usize,
}

impl Way {
    /// What running a tree this way costs, as measured on servers of 2023 and 2024.
    pub(super) fn cost(&self) -> Cost {
        let (branches, sliced) = match self {
            Way::Nothing | Way::Constant(_) | Way::Walk => return Cost::default(),
            Way::Padded(padded) => (padded.conditions.iter().flatten().count(), !padded.is_blended()),
            Way::Grown(grown) => (grown.conditions.len(), true),
        };
        let levels = (branches + 1).ilog2() as usize;
        Cost { block: if sliced { 4 * branches + 120 } else { 10 * branches + 100 }, row: 4 * levels }
    }
}

/// A complete tree. The children of node n are 2n + 1, where its condition does not hold, and 2n + 2; the leaves stand
/// in the order of the last level.
pub(super) struct Padded {
    /// Branches on each path.
    pub(super) depth: usize,
    /// 2^depth - 1; `None` where both ways lead to the same leaf.
    pub(super) conditions: Vec<Option<Condition>>,
    /// 2^depth.
    pub(super) leaves: Vec<f32>,
}

/// A tree as it is. Its places: first the leaves, from left to right, as many as there are in `leaves`; then the
/// branches, each before its children.
pub(super) struct Grown {
    /// What each branch asks.
    pub(super) conditions: Vec<Condition>,
    /// For each branch, the place to go to where its condition does not hold, and where it does.
    pub(super) children: Vec<[u16; 2]>,
    /// Filled up to a power of two.
    pub(super) leaves: Vec<f32>,
}

impl Padded {
    /// Whether it is shallow and asks for nothing but an order.
    pub(super) fn is_blended(&self) -> bool {
        let is_order = |condition: &Option<Condition>| !matches!(condition, Some(Condition { ask: Ask::Among(_), .. }));
        self.depth <= BLENDED && self.conditions.iter().all(is_order)
    }
}

/// Looks over the tree that starts at `root`: the target of its weights and how it is run.
pub(super) fn of(forest: &Forest<f32>, root: u32) -> (u32, Way) {
    let Some(extent) = extent(forest, root) else { return (0, Way::Walk) };
    let target = extent.target.unwrap_or_default();
    if extent.depth == 0 {
        return (target, if extent.target.is_none() { Way::Nothing } else { Way::Constant(weight(forest, root)) });
    }
    let complete = (1usize << extent.depth.min(PADDED)) - 1;
    let is_dense = extent.depth <= PADDED && complete <= 3 * extent.branches + 4;
    let way = if is_dense { padded(forest, root, extent.depth) } else { grown(forest, root, extent.branches) };
    (target, way.unwrap_or(Way::Walk))
}

fn padded(forest: &Forest<f32>, root: u32, depth: usize) -> Option<Way> {
    let leaves = 1 << depth;
    let mut padded = Padded { depth, conditions: vec![None; leaves - 1], leaves: vec![0.0; leaves] };
    pad(forest, root, 0, &mut padded.conditions, &mut padded.leaves)?;
    Some(Way::Padded(padded))
}

fn grown(forest: &Forest<f32>, root: u32, branches: usize) -> Option<Way> {
    let leaves = (branches + 1).next_power_of_two();
    let mut grown = Grown { conditions: Vec::new(), children: Vec::new(), leaves: Vec::with_capacity(leaves) };
    // Each node with the branch that it belongs to and the side of it.
    let mut waiting = vec![(root, None)];
    while let Some((place, parent)) = waiting.pop() {
        let slot = match forest.nodes()[place as usize] {
            Node::Leaf { .. } => {
                grown.leaves.push(weight(forest, place));
                grown.leaves.len() - 1
            }
            Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
                let condition = Condition::of(forest, feature, test, missing_is_true)?;
                let (holds, fails) = if condition.swapped { (if_false, if_true) } else { (if_true, if_false) };
                let branch = grown.conditions.len();
                waiting.extend([(holds, Some((branch, 1))), (fails, Some((branch, 0)))]);
                grown.conditions.push(condition);
                grown.children.push([0; 2]);
                leaves + branch
            }
        };
        if let Some((branch, side)) = parent {
            grown.children[branch][side] = slot as u16;
        }
    }
    grown.leaves.resize(leaves, 0.0);
    Some(Way::Grown(grown))
}

/// What a tree is like.
struct Extent {
    depth: usize,
    branches: usize,
    /// `None` where no leaf has a weight.
    target: Option<u32>,
}

/// `None` where the tree is too large, or its leaves have several weights or targets.
fn extent(forest: &Forest<f32>, root: u32) -> Option<Extent> {
    let mut extent = Extent { depth: 0, branches: 0, target: None };
    let mut asks = 0;
    let mut waiting = vec![(root, 0)];
    while let Some((place, depth)) = waiting.pop() {
        extent.depth = extent.depth.max(depth);
        match forest.nodes()[place as usize] {
            Node::Branch { test, if_true, if_false, .. } => {
                extent.branches += 1;
                asks += condition::asks(test);
                waiting.extend([(if_true, depth + 1), (if_false, depth + 1)]);
            }
            Node::Leaf { count: 0, .. } => {}
            Node::Leaf { first, count } => {
                let target = forest.weights()[first as usize].target;
                if count > 1 || *extent.target.get_or_insert(target) != target {
                    return None;
                }
            }
        }
        if asks > ASKS {
            return None;
        }
    }
    Some(extent)
}

/// Fills in the part of a complete tree that starts at node `at` and ends in `leaves`.
fn pad(
    forest: &Forest<f32>,
    place: u32,
    at: usize,
    conditions: &mut [Option<Condition>],
    leaves: &mut [f32],
) -> Option<()> {
    match forest.nodes()[place as usize] {
        Node::Leaf { .. } => leaves.fill(weight(forest, place)),
        Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
            let condition = Condition::of(forest, feature, test, missing_is_true)?;
            let (holds, fails) = if condition.swapped { (if_false, if_true) } else { (if_true, if_false) };
            conditions[at] = Some(condition);
            let (left, right) = leaves.split_at_mut(leaves.len() / 2);
            pad(forest, fails, 2 * at + 1, conditions, left)?;
            pad(forest, holds, 2 * at + 2, conditions, right)?;
        }
    }
    Some(())
}

/// What a leaf adds. Without a weight that is -0, which alone changes no sum, not even -0 itself.
fn weight(forest: &Forest<f32>, place: u32) -> f32 {
    match forest.nodes()[place as usize] {
        Node::Leaf { first, count: 1 } => forest.weights()[first as usize].value,
        _ => -0.0,
    }
}
