//! The flat forest: every tree's nodes in one list, validated when built.
//!
//! Owns the form, and the proof that walking it ends: every child is there, and no node is reached twice. May not know
//! ONNX, tract or leads.

use std::fmt::Debug;
use std::ops::{Add, Div};
use thiserror::Error;

/// The numbers that a forest compares and adds: f32 or f64.
pub trait Scalar: Copy + Debug + Default + PartialOrd + Add<Output = Self> + Div<Output = Self> + 'static {
    /// Whether it is no number.
    fn is_nan(self) -> bool;

    /// A count as a number.
    fn of_count(count: usize) -> Self;

    /// The same numbers, if they are f32.
    fn floats(values: &[Self]) -> Option<&[f32]>;

    /// The same numbers, if they are f32.
    fn floats_mut(values: &mut [Self]) -> Option<&mut [f32]>;
}

impl Scalar for f32 {
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn of_count(count: usize) -> Self {
        count as f32
    }

    fn floats(values: &[f32]) -> Option<&[f32]> {
        Some(values)
    }

    fn floats_mut(values: &mut [f32]) -> Option<&mut [f32]> {
        Some(values)
    }
}

impl Scalar for f64 {
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn of_count(count: usize) -> Self {
        count as f64
    }

    fn floats(_: &[f64]) -> Option<&[f32]> {
        None
    }

    fn floats_mut(_: &mut [f64]) -> Option<&mut [f32]> {
        None
    }
}

/// How a node compares its feature with its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `x <= threshold`
    Leq,
    /// `x < threshold`
    Lt,
    /// `x >= threshold`
    Gte,
    /// `x > threshold`
    Gt,
    /// `x == threshold`
    Eq,
    /// `x != threshold`, true for NaN
    Neq,
}

impl Comparison {
    /// Whether a value goes to the true branch.
    pub fn holds<T: PartialOrd>(self, value: T, threshold: T) -> bool {
        match self {
            Comparison::Leq => value <= threshold,
            Comparison::Lt => value < threshold,
            Comparison::Gte => value >= threshold,
            Comparison::Gt => value > threshold,
            Comparison::Eq => value == threshold,
            Comparison::Neq => value != threshold,
        }
    }
}

/// What a node asks of its feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test<T> {
    /// Compares with a threshold, which is never NaN.
    Compare(Comparison, T),
    /// Is equal to one of the forest's [`Parts::members`]: the first of them, and how many.
    Member(u32, u32),
}

/// A node of a tree; children are places in the forest's list of nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node<T> {
    /// Asks and goes on.
    Branch {
        /// Which feature of the row.
        feature: u32,
        /// What it asks.
        test: Test<T>,
        /// Where to go if it holds.
        if_true: u32,
        /// Where to go if not.
        if_false: u32,
        /// Whether NaN goes to the true branch, whatever the test says of it.
        missing_is_true: bool,
    },
    /// Adds to the scores of the row.
    Leaf {
        /// The first of its weights in the forest's list.
        first: u32,
        /// How many there are.
        count: u32,
    },
}

/// What a leaf adds to one of the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight<T> {
    /// Which score.
    pub target: u32,
    /// How much.
    pub value: T,
}

/// What is made of the weights that a row reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aggregate {
    /// The base value, then the weights in the order of the trees, added one by one.
    #[default]
    Sum,
    /// The sum of the weights in the order of the trees, divided by the number of trees, then the base value added.
    Average,
    /// The smallest weight, or 0 where none was reached, and the base value added.
    Min,
    /// The largest weight, or 0 where none was reached, and the base value added.
    Max,
}

/// What a forest is built of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts<T> {
    /// All nodes, in any order.
    pub nodes: Vec<Node<T>>,
    /// The first node of each tree; the order of the trees is that of the sums.
    pub roots: Vec<u32>,
    /// What leaves add.
    pub weights: Vec<Weight<T>>,
    /// What [`Test::Member`] compares with.
    pub members: Vec<T>,
    /// The base value of each score: as long as there are scores.
    pub base: Vec<T>,
    /// What is made of the weights.
    pub aggregate: Aggregate,
}

/// A forest, proved safe to walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest<T> {
    parts: Parts<T>,
    features: usize,
}

/// Why nodes are no forest. Nodes are named by their place in the list they came in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForestError {
    /// Nothing to walk.
    #[error("there are no trees")]
    Empty,
    /// A child that is not there.
    #[error("node {node} has child {child}, but there are {nodes} nodes")]
    ChildOutOfRange {
        /// The node.
        node: usize,
        /// Its child.
        child: u32,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A root that is not there.
    #[error("tree {tree} starts at node {root}, but there are {nodes} nodes")]
    RootOutOfRange {
        /// The tree.
        tree: usize,
        /// Its first node.
        root: u32,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A node that can be reached in two ways, or from itself.
    #[error("node {0} is reached more than once")]
    ReachedTwice(u32),
    /// A threshold or a member of a set that nothing can be compared with.
    #[error("node {0} compares with NaN")]
    NanThreshold(usize),
    /// A leaf whose weights are not there.
    #[error("leaf {0} has weights out of range")]
    WeightsOutOfRange(usize),
    /// A node whose set is not there.
    #[error("node {0} has members out of range")]
    MembersOutOfRange(usize),
    /// A score that is not there.
    #[error("weight {weight} adds to target {target}, but there are {targets}")]
    TargetOutOfRange {
        /// The weight.
        weight: usize,
        /// The score it names.
        target: u32,
        /// How many there are.
        targets: usize,
    },
}

impl<T: Scalar> Forest<T> {
    /// Checks that every walk from a root ends in a leaf whose weights exist.
    pub fn new(parts: Parts<T>) -> Result<Self, ForestError> {
        let targets = parts.base.len();
        if parts.roots.is_empty() || targets == 0 {
            return Err(ForestError::Empty);
        }
        for (place, weight) in parts.weights.iter().enumerate() {
            if weight.target as usize >= targets {
                return Err(ForestError::TargetOutOfRange { weight: place, target: weight.target, targets });
            }
        }
        let mut features = 0;
        for (place, node) in parts.nodes.iter().enumerate() {
            check_node(place, node, &parts)?;
            if let Node::Branch { feature, .. } = node {
                features = features.max(*feature as usize + 1);
            }
        }
        check_walks(&parts.nodes, &parts.roots)?;
        Ok(Forest { parts, features })
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node<T>] {
        &self.parts.nodes
    }

    /// The first node of each tree, in the file's order.
    pub fn roots(&self) -> &[u32] {
        &self.parts.roots
    }

    /// What leaves add.
    pub fn weights(&self) -> &[Weight<T>] {
        &self.parts.weights
    }

    /// What [`Test::Member`] compares with.
    pub fn members(&self) -> &[T] {
        &self.parts.members
    }

    /// The base value of each score.
    pub fn base(&self) -> &[T] {
        &self.parts.base
    }

    /// What is made of the weights.
    pub fn aggregate(&self) -> Aggregate {
        self.parts.aggregate
    }

    /// How many scores a row has.
    pub fn targets(&self) -> usize {
        self.parts.base.len()
    }

    /// How many features a row must have at least.
    pub fn features(&self) -> usize {
        self.features
    }
}

fn check_node<T: Scalar>(place: usize, node: &Node<T>, parts: &Parts<T>) -> Result<(), ForestError> {
    match *node {
        Node::Branch { test, if_true, if_false, .. } => {
            check_test(place, test, &parts.members)?;
            let nodes = parts.nodes.len();
            let outside = [if_true, if_false].into_iter().find(|child| *child as usize >= nodes);
            outside.map_or(Ok(()), |child| Err(ForestError::ChildOutOfRange { node: place, child, nodes }))
        }
        Node::Leaf { first, count } => {
            let end = (first as usize).saturating_add(count as usize);
            if end <= parts.weights.len() { Ok(()) } else { Err(ForestError::WeightsOutOfRange(place)) }
        }
    }
}

fn check_test<T: Scalar>(place: usize, test: Test<T>, members: &[T]) -> Result<(), ForestError> {
    let compared = match test {
        Test::Compare(_, ref threshold) => std::slice::from_ref(threshold),
        Test::Member(first, count) => {
            let set = members.get(first as usize..(first as usize).saturating_add(count as usize));
            set.ok_or(ForestError::MembersOutOfRange(place))?
        }
    };
    if compared.iter().any(|value| value.is_nan()) { Err(ForestError::NanThreshold(place)) } else { Ok(()) }
}

/// Every node is reached at most once, so no walk can come back to where it was.
fn check_walks<T>(nodes: &[Node<T>], roots: &[u32]) -> Result<(), ForestError> {
    let mut reached = vec![false; nodes.len()];
    let outside = roots.iter().enumerate().find(|(_, root)| **root as usize >= nodes.len());
    if let Some((tree, root)) = outside {
        return Err(ForestError::RootOutOfRange { tree, root: *root, nodes: nodes.len() });
    }
    let mut waiting: Vec<u32> = roots.to_vec();
    while let Some(place) = waiting.pop() {
        if std::mem::replace(&mut reached[place as usize], true) {
            return Err(ForestError::ReachedTwice(place));
        }
        if let Node::Branch { if_true, if_false, .. } = nodes[place as usize] {
            waiting.extend([if_true, if_false]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(if_true: u32, if_false: u32) -> Node<f32> {
        let test = Test::Compare(Comparison::Lt, 0.5);
        Node::Branch { feature: 0, test, if_true, if_false, missing_is_true: false }
    }

    const LEAF: Node<f32> = Node::Leaf { first: 0, count: 1 };
    const ONE: Weight<f32> = Weight { target: 0, value: 1.0 };

    fn parts(nodes: Vec<Node<f32>>, roots: Vec<u32>) -> Parts<f32> {
        Parts { nodes, roots, weights: vec![ONE], base: vec![0.0], ..Parts::default() }
    }

    #[test]
    fn a_walk_that_would_not_end_is_refused() {
        let built = |nodes, roots| Forest::new(parts(nodes, roots));
        assert!(built(vec![branch(1, 2), LEAF, LEAF], vec![0]).is_ok());
        assert_eq!(built(vec![branch(0, 1), LEAF], vec![0]), Err(ForestError::ReachedTwice(0)));
        assert_eq!(built(vec![branch(1, 1), LEAF], vec![0]), Err(ForestError::ReachedTwice(1)));
        let outside = ForestError::ChildOutOfRange { node: 0, child: 7, nodes: 2 };
        assert_eq!(built(vec![branch(1, 7), LEAF], vec![0]), Err(outside));
        assert_eq!(built(vec![LEAF], vec![]), Err(ForestError::Empty));
        assert_eq!(built(vec![LEAF], vec![3]), Err(ForestError::RootOutOfRange { tree: 0, root: 3, nodes: 1 }));
    }

    #[test]
    fn what_cannot_be_compared_or_added_is_refused() {
        let asking = |test| Node::Branch { feature: 0, test, if_true: 1, if_false: 2, missing_is_true: false };
        let built = |test| Forest::new(parts(vec![asking(test), LEAF, LEAF], vec![0]));
        assert_eq!(built(Test::Compare(Comparison::Eq, f32::NAN)), Err(ForestError::NanThreshold(0)));
        assert_eq!(built(Test::Member(0, 1)), Err(ForestError::MembersOutOfRange(0)));
        let alone = Parts { weights: vec![], ..parts(vec![LEAF], vec![0]) };
        assert_eq!(Forest::new(alone), Err(ForestError::WeightsOutOfRange(0)));
        let stray = Parts { weights: vec![Weight { target: 3, value: 1.0 }], ..parts(vec![LEAF], vec![0]) };
        assert_eq!(Forest::new(stray), Err(ForestError::TargetOutOfRange { weight: 0, target: 3, targets: 1 }));
    }
}
