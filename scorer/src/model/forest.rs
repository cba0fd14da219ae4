//! The flat forest: every tree's nodes in one list, validated when built.
//!
//! Owns the form and the proof that walking it ends: children lie inside the tree, behind their parent's reach no
//! cycle. May not know ONNX, tract or leads.

use thiserror::Error;

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
    pub fn holds(self, value: f32, threshold: f32) -> bool {
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

/// A node of a tree; children are places in the forest's list of nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    /// Compares and goes on.
    Branch {
        /// Which feature of the row.
        feature: u32,
        /// How.
        comparison: Comparison,
        /// With what; never NaN.
        threshold: f32,
        /// Where to go if it holds.
        if_true: u32,
        /// Where to go if not.
        if_false: u32,
        /// Whether NaN goes to the true branch.
        missing_is_true: bool,
    },
    /// Adds to the sums of the row.
    Leaf {
        /// The first of its weights in the forest's list.
        first: u32,
        /// How many there are.
        count: u32,
    },
}

/// What a leaf adds to one of the sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// Which sum.
    pub target: u32,
    /// How much.
    pub value: f32,
}

/// A forest, proved safe to walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    weights: Vec<Weight>,
    targets: usize,
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
    /// A node that can be reached in two ways, or from itself.
    #[error("node {0} is reached more than once")]
    ReachedTwice(u32),
    /// A threshold that nothing can be compared with.
    #[error("node {0} compares with NaN")]
    NanThreshold(usize),
    /// A leaf whose weights are not there.
    #[error("leaf {0} has weights out of range")]
    WeightsOutOfRange(usize),
    /// A sum that is not there.
    #[error("weight {weight} adds to target {target}, but there are {targets}")]
    TargetOutOfRange {
        /// The weight.
        weight: usize,
        /// The sum it names.
        target: u32,
        /// How many there are.
        targets: usize,
    },
}

impl Forest {
    /// Checks that every walk from a root ends in a leaf whose weights exist.
    pub fn new(nodes: Vec<Node>, roots: Vec<u32>, weights: Vec<Weight>, targets: usize) -> Result<Self, ForestError> {
        if roots.is_empty() || targets == 0 {
            return Err(ForestError::Empty);
        }
        for (place, weight) in weights.iter().enumerate() {
            if weight.target as usize >= targets {
                return Err(ForestError::TargetOutOfRange { weight: place, target: weight.target, targets });
            }
        }
        let mut features = 0;
        for (place, node) in nodes.iter().enumerate() {
            check_node(place, node, &nodes, &weights)?;
            if let Node::Branch { feature, .. } = node {
                features = features.max(*feature as usize + 1);
            }
        }
        check_walks(&nodes, &roots)?;
        Ok(Forest { nodes, roots, weights, targets, features })
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The first node of each tree, in the file's order.
    pub fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// What leaves add.
    pub fn weights(&self) -> &[Weight] {
        &self.weights
    }

    /// How many sums a row has.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// How many features a row must have at least.
    pub fn features(&self) -> usize {
        self.features
    }
}

fn check_node(place: usize, node: &Node, nodes: &[Node], weights: &[Weight]) -> Result<(), ForestError> {
    match *node {
        Node::Branch { threshold, .. } if threshold.is_nan() => Err(ForestError::NanThreshold(place)),
        Node::Branch { if_true, if_false, .. } => {
            let outside = [if_true, if_false].into_iter().find(|child| *child as usize >= nodes.len());
            outside.map_or(Ok(()), |child| Err(ForestError::ChildOutOfRange { node: place, child, nodes: nodes.len() }))
        }
        Node::Leaf { first, count } => {
            let end = (first as usize).saturating_add(count as usize);
            if end <= weights.len() { Ok(()) } else { Err(ForestError::WeightsOutOfRange(place)) }
        }
    }
}

/// Every node is reached at most once, so no walk can come back to where it was.
fn check_walks(nodes: &[Node], roots: &[u32]) -> Result<(), ForestError> {
    let mut reached = vec![false; nodes.len()];
    let mut waiting: Vec<u32> = roots.to_vec();
    while let Some(place) = waiting.pop() {
        let Some(seen) = reached.get_mut(place as usize) else {
            return Err(ForestError::ChildOutOfRange { node: 0, child: place, nodes: nodes.len() });
        };
        if std::mem::replace(seen, true) {
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

    fn branch(if_true: u32, if_false: u32) -> Node {
        let (comparison, threshold) = (Comparison::Lt, 0.5);
        Node::Branch { feature: 0, comparison, threshold, if_true, if_false, missing_is_true: false }
    }

    const LEAF: Node = Node::Leaf { first: 0, count: 1 };
    const ONE: Weight = Weight { target: 0, value: 1.0 };

    #[test]
    fn a_walk_that_would_not_end_is_refused() {
        let built = |nodes, roots| Forest::new(nodes, roots, vec![ONE], 1);
        assert!(built(vec![branch(1, 2), LEAF, LEAF], vec![0]).is_ok());
        assert_eq!(built(vec![branch(0, 1), LEAF], vec![0]), Err(ForestError::ReachedTwice(0)));
        assert_eq!(built(vec![branch(1, 1), LEAF], vec![0]), Err(ForestError::ReachedTwice(1)));
        let outside = ForestError::ChildOutOfRange { node: 0, child: 7, nodes: 2 };
        assert_eq!(built(vec![branch(1, 7), LEAF], vec![0]), Err(outside));
        assert_eq!(built(vec![LEAF], vec![]), Err(ForestError::Empty));
        assert!(built(vec![LEAF], vec![3]).is_err());
    }

    #[test]
    fn what_cannot_be_compared_or_added_is_refused() {
        let mut node = branch(1, 2);
        if let Node::Branch { threshold, .. } = &mut node {
            *threshold = f32::NAN;
        }
        let nan = Forest::new(vec![node, LEAF, LEAF], vec![0], vec![ONE], 1);
        assert_eq!(nan, Err(ForestError::NanThreshold(0)));
        assert_eq!(Forest::new(vec![LEAF], vec![0], vec![], 1), Err(ForestError::WeightsOutOfRange(0)));
        let target = Forest::new(vec![LEAF], vec![0], vec![Weight { target: 3, value: 1.0 }], 1);
        assert_eq!(target, Err(ForestError::TargetOutOfRange { weight: 0, target: 3, targets: 1 }));
    }
}
