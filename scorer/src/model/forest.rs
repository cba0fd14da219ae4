//! Flat forest: the nodes of all trees in one list, validated on construction.
//!
//! Validation proves that every walk ends: all children exist, and no node is reached twice.

use std::fmt::Debug;
use std::ops::{Add, Div};
use thiserror::Error;

/// Number type of thresholds and weights: f32 or f64.
pub trait Scalar: Copy + Debug + Default + PartialOrd + Add<Output = Self> + Div<Output = Self> + 'static {
    /// True for NaN.
    fn is_nan(self) -> bool;

    /// Converts a count.
    fn from_count(count: usize) -> Self;

    /// The slice as f32, if it is.
    fn as_f32(values: &[Self]) -> Option<&[f32]>;

    /// The mutable slice as f32, if it is.
    fn as_f32_mut(values: &mut [Self]) -> Option<&mut [f32]>;
}

impl Scalar for f32 {
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn from_count(count: usize) -> Self {
        count as f32
    }

    fn as_f32(values: &[f32]) -> Option<&[f32]> {
        Some(values)
    }

    fn as_f32_mut(values: &mut [f32]) -> Option<&mut [f32]> {
        Some(values)
    }
}

impl Scalar for f64 {
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn from_count(count: usize) -> Self {
        count as f64
    }

    fn as_f32(_: &[f64]) -> Option<&[f32]> {
        None
    }

    fn as_f32_mut(_: &mut [f64]) -> Option<&mut [f32]> {
        None
    }
}

/// Comparison of a feature with a threshold.
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
    /// True when the value takes the true branch.
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

/// Test of a branch on its feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test<T> {
    /// Comparison with a threshold, which is never NaN.
    Compare(Comparison, T),
    /// Membership in a set: the first of its [`ForestParts::members`], and their number.
    Member(u32, u32),
}

/// A node of a tree; children are indices into the forest's nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node<T> {
    /// Decision node.
    Branch {
        /// Index of the feature in the row.
        feature: u32,
        /// Test on the feature.
        test: Test<T>,
        /// Child if the test holds.
        if_true: u32,
        /// Child otherwise.
        if_false: u32,
        /// True when NaN takes the true branch, whatever the test's result.
        missing_is_true: bool,
    },
    /// Leaf, whose weights go into the scores.
    Leaf {
        /// Index of its first weight.
        first: u32,
        /// Number of its weights.
        count: u32,
    },
}

/// A leaf's contribution to one target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight<T> {
    /// Index of the score.
    pub target: u32,
    /// Value to aggregate.
    pub value: T,
}

/// Aggregation of the weights that a row reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aggregate {
    /// Base value, then the weights in the order of the trees, added one by one.
    #[default]
    Sum,
    /// Sum of the weights in the order of the trees, divided by the number of trees, plus the base value.
    Average,
    /// Smallest weight, or 0 where none was reached, plus the base value.
    Min,
    /// Largest weight, or 0 where none was reached, plus the base value.
    Max,
}

/// Unvalidated contents of a forest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForestParts<T> {
    /// Nodes of all trees, in any order.
    pub nodes: Vec<Node<T>>,
    /// Root of each tree; their order is the order of summation.
    pub roots: Vec<u32>,
    /// Leaf weights.
    pub weights: Vec<Weight<T>>,
    /// Members of the sets of [`Test::Member`].
    pub members: Vec<T>,
    /// Base value of each target; its length is the number of targets.
    pub base: Vec<T>,
    /// Aggregation of the weights.
    pub aggregate: Aggregate,
}

/// A validated forest.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest<T> {
    parts: ForestParts<T>,
    features: usize,
}

/// Validation errors. Nodes are named by their index in the list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForestError {
    /// No trees or no targets.
    #[error("there are no trees")]
    Empty,
    /// Child index out of range.
    #[error("node {node} has child {child}, but there are {nodes} nodes")]
    ChildOutOfRange {
        /// Index of the node.
        node: usize,
        /// Index of its child.
        child: u32,
        /// Number of nodes.
        nodes: usize,
    },
    /// Root index out of range.
    #[error("tree {tree} starts at node {root}, but there are {nodes} nodes")]
    RootOutOfRange {
        /// Index of the tree.
        tree: usize,
        /// Index of its root.
        root: u32,
        /// Number of nodes.
        nodes: usize,
    },
    /// A node with two parents, or in a cycle.
    #[error("node {0} is reached more than once")]
    ReachedTwice(u32),
    /// A threshold or a set member is NaN.
    #[error("node {0} compares with NaN")]
    NanThreshold(usize),
    /// Weight range of a leaf out of bounds.
    #[error("leaf {0} has weights out of range")]
    WeightsOutOfRange(usize),
    /// Member range of a set out of bounds.
    #[error("node {0} has members out of range")]
    MembersOutOfRange(usize),
    /// Target index out of range.
    #[error("weight {weight} adds to target {target}, but there are {targets}")]
    TargetOutOfRange {
        /// Index of the weight.
        weight: usize,
        /// Index of its target.
        target: u32,
        /// Number of targets.
        targets: usize,
    },
}

impl<T: Scalar> Forest<T> {
    /// Validates the parts: every walk from a root ends in a leaf whose weights exist.
    pub fn new(parts: ForestParts<T>) -> Result<Self, ForestError> {
        let targets = parts.base.len();
        if parts.roots.is_empty() || targets == 0 {
            return Err(ForestError::Empty);
        }
        for (index, weight) in parts.weights.iter().enumerate() {
            if weight.target as usize >= targets {
                return Err(ForestError::TargetOutOfRange { weight: index, target: weight.target, targets });
            }
        }
        let mut features = 0;
        for (index, node) in parts.nodes.iter().enumerate() {
            check_node(index, node, &parts)?;
            if let Node::Branch { feature, .. } = node {
                features = features.max(*feature as usize + 1);
            }
        }
        check_walks(&parts.nodes, &parts.roots)?;
        Ok(Forest { parts, features })
    }

    /// Nodes of all trees.
    pub fn nodes(&self) -> &[Node<T>] {
        &self.parts.nodes
    }

    /// Root of each tree, in the file's order.
    pub fn roots(&self) -> &[u32] {
        &self.parts.roots
    }

    /// Leaf weights.
    pub fn weights(&self) -> &[Weight<T>] {
        &self.parts.weights
    }

    /// Members of the sets of [`Test::Member`].
    pub fn members(&self) -> &[T] {
        &self.parts.members
    }

    /// Base value of each target.
    pub fn base(&self) -> &[T] {
        &self.parts.base
    }

    /// Aggregation of the weights.
    pub fn aggregate(&self) -> Aggregate {
        self.parts.aggregate
    }

    /// Number of scores per row.
    pub fn targets(&self) -> usize {
        self.parts.base.len()
    }

    /// Least number of features per row.
    pub fn features(&self) -> usize {
        self.features
    }
}

fn check_node<T: Scalar>(index: usize, node: &Node<T>, parts: &ForestParts<T>) -> Result<(), ForestError> {
    match *node {
        Node::Branch { test, if_true, if_false, .. } => {
            check_test(index, test, &parts.members)?;
            let nodes = parts.nodes.len();
            let outside = [if_true, if_false].into_iter().find(|child| *child as usize >= nodes);
            outside.map_or(Ok(()), |child| Err(ForestError::ChildOutOfRange { node: index, child, nodes }))
        }
        Node::Leaf { first, count } => {
            let end = (first as usize).saturating_add(count as usize);
            if end <= parts.weights.len() { Ok(()) } else { Err(ForestError::WeightsOutOfRange(index)) }
        }
    }
}

fn check_test<T: Scalar>(index: usize, test: Test<T>, members: &[T]) -> Result<(), ForestError> {
    let compared = match test {
        Test::Compare(_, ref threshold) => std::slice::from_ref(threshold),
        Test::Member(first, count) => {
            let set = members.get(first as usize..(first as usize).saturating_add(count as usize));
            set.ok_or(ForestError::MembersOutOfRange(index))?
        }
    };
    if compared.iter().any(|value| value.is_nan()) { Err(ForestError::NanThreshold(index)) } else { Ok(()) }
}

/// Checks that every node is reached at most once, so that no walk can cycle.
fn check_walks<T>(nodes: &[Node<T>], roots: &[u32]) -> Result<(), ForestError> {
    let mut reached = vec![false; nodes.len()];
    let outside = roots.iter().enumerate().find(|(_, root)| **root as usize >= nodes.len());
    if let Some((tree, root)) = outside {
        return Err(ForestError::RootOutOfRange { tree, root: *root, nodes: nodes.len() });
    }
    let mut stack: Vec<u32> = roots.to_vec();
    while let Some(index) = stack.pop() {
        if std::mem::replace(&mut reached[index as usize], true) {
            return Err(ForestError::ReachedTwice(index));
        }
        if let Node::Branch { if_true, if_false, .. } = nodes[index as usize] {
            stack.extend([if_true, if_false]);
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

    fn parts(nodes: Vec<Node<f32>>, roots: Vec<u32>) -> ForestParts<f32> {
        ForestParts { nodes, roots, weights: vec![ONE], base: vec![0.0], ..ForestParts::default() }
    }

    #[test]
    fn cycles_and_missing_nodes_are_rejected() {
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
    fn nan_thresholds_and_ranges_out_of_bounds_are_rejected() {
        let asking = |test| Node::Branch { feature: 0, test, if_true: 1, if_false: 2, missing_is_true: false };
        let built = |test| Forest::new(parts(vec![asking(test), LEAF, LEAF], vec![0]));
        assert_eq!(built(Test::Compare(Comparison::Eq, f32::NAN)), Err(ForestError::NanThreshold(0)));
        assert_eq!(built(Test::Member(0, 1)), Err(ForestError::MembersOutOfRange(0)));
        let alone = ForestParts { weights: vec![], ..parts(vec![LEAF], vec![0]) };
        assert_eq!(Forest::new(alone), Err(ForestError::WeightsOutOfRange(0)));
        let stray = ForestParts { weights: vec![Weight { target: 3, value: 1.0 }], ..parts(vec![LEAF], vec![0]) };
        assert_eq!(Forest::new(stray), Err(ForestError::TargetOutOfRange { weight: 0, target: 3, targets: 1 }));
    }
}
