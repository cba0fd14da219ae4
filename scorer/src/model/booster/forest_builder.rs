//! Collects the trees of a library's file in one forest. Each tree is walked from its root, so that a node that is reached
//! twice, or that does not exist, is an error here, and nodes that a library has deleted are left out.

use super::{BoosterError, PARTS_MAX};
use crate::model::forest::{Comparison, ForestParts, Node, Test, Weight};

/// Node of a tree in a file; children are indices in the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawNode {
    /// Decision.
    Branch {
        /// Column that is compared.
        column: u32,
        /// Condition of the true child.
        test: RawTest,
        /// Index of the child where the condition holds.
        if_true: usize,
        /// Index of the other child.
        if_false: usize,
        /// True when a missing value goes to the true child.
        missing_is_true: bool,
    },
    /// Leaf with its value.
    Leaf(f64),
}

/// Condition of a decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawTest {
    /// Comparison with a threshold.
    Compare(Comparison, f64),
    /// Membership in a set of categories.
    Member(Vec<f64>),
}

/// Builder of a forest.
#[derive(Debug, Default)]
pub(super) struct ForestBuilder {
    parts: ForestParts<f64>,
}

impl ForestBuilder {
    /// Appends a tree that is a constant.
    pub(super) fn push_constant(&mut self, value: f64) {
        self.parts.roots.push(self.parts.nodes.len() as u32);
        self.push_leaf(value, 0);
    }

    /// Appends a tree, whose root is its first node. `tree` is its index in messages, `target` the score that it adds to.
    pub(super) fn push(&mut self, tree: usize, target: u32, raw: &[RawNode]) -> Result<(), BoosterError> {
        let mut reached = vec![false; raw.len()];
        let mut stack: Vec<(usize, Option<(usize, bool)>)> = vec![(0, None)];
        self.parts.roots.push(self.parts.nodes.len() as u32);
        while let Some((at, parent)) = stack.pop() {
            let Some(node) = raw.get(at) else {
                return Err(BoosterError::tree(tree, format!("node {at} does not exist; there are {}", raw.len())));
            };
            if std::mem::replace(&mut reached[at], true) {
                return Err(BoosterError::tree(tree, format!("node {at} is reached more than once")));
            }
            let index = self.parts.nodes.len();
            self.link(parent, index as u32);
            match node {
                RawNode::Leaf(value) if !value.is_finite() => {
                    return Err(BoosterError::tree(tree, format!("leaf {at} should be a finite number, not {value}")));
                }
                RawNode::Leaf(value) => self.push_leaf(*value, target),
                RawNode::Branch { column, test, if_true, if_false, missing_is_true } => {
                    let test = self.test(test).map_err(|reason| BoosterError::tree(tree, reason))?;
                    let (feature, missing_is_true) = (*column, *missing_is_true);
                    self.parts.nodes.push(Node::Branch { feature, test, if_true: 0, if_false: 0, missing_is_true });
                    stack.extend([(*if_false, Some((index, false))), (*if_true, Some((index, true)))]);
                }
            }
            self.check_size()?;
        }
        Ok(())
    }

    /// The collected forest, for a number of targets.
    pub(super) fn build(self, targets: usize) -> ForestParts<f64> {
        ForestParts { base: vec![0.0; targets], ..self.parts }
    }

    fn push_leaf(&mut self, value: f64, target: u32) {
        self.parts.nodes.push(Node::Leaf { first: self.parts.weights.len() as u32, count: 1 });
        self.parts.weights.push(Weight { target, value });
    }

    fn link(&mut self, parent: Option<(usize, bool)>, child: u32) {
        let Some((parent, is_true)) = parent else { return };
        if let Some(Node::Branch { if_true, if_false, .. }) = self.parts.nodes.get_mut(parent) {
            *(if is_true { if_true } else { if_false }) = child;
        }
    }

    fn test(&mut self, test: &RawTest) -> Result<Test<f64>, String> {
        match test {
            RawTest::Compare(_, threshold) if threshold.is_nan() => Err("a threshold is NaN".to_owned()),
            RawTest::Compare(comparison, threshold) => Ok(Test::Compare(*comparison, *threshold)),
            RawTest::Member(members) => {
                let first = self.parts.members.len() as u32;
                self.parts.members.extend(members);
                Ok(Test::Member(first, members.len() as u32))
            }
        }
    }

    fn check_size(&self) -> Result<(), BoosterError> {
        let counts = [("nodes", self.parts.nodes.len()), ("categories in its sets", self.parts.members.len())];
        match counts.into_iter().find(|(_, count)| *count > PARTS_MAX) {
            Some((what, _)) => Err(BoosterError::TooLarge { what, limit: PARTS_MAX }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::forest::Forest;

    fn branch(if_true: usize, if_false: usize) -> RawNode {
        let test = RawTest::Compare(Comparison::Lt, 0.5);
        RawNode::Branch { column: 1, test, if_true, if_false, missing_is_true: true }
    }

    fn built(raw: &[RawNode]) -> Result<ForestParts<f64>, BoosterError> {
        let mut builder = ForestBuilder::default();
        builder.push(7, 0, raw)?;
        Ok(builder.build(1))
    }

    #[test]
    fn reachable_nodes_become_a_valid_forest() {
        let parts = built(&[branch(3, 1), RawNode::Leaf(1.0), RawNode::Leaf(9.0), RawNode::Leaf(2.0)]).unwrap();
        assert_eq!(parts.weights.iter().map(|weight| weight.value).collect::<Vec<_>>(), [2.0, 1.0]);
        assert!(Forest::new(parts).is_ok());
    }

    #[test]
    fn cycles_and_missing_children_are_rejected() {
        let message = |raw: &[RawNode]| built(raw).unwrap_err().to_string();
        assert_eq!(message(&[branch(0, 1), RawNode::Leaf(1.0)]), "tree 7: node 0 is reached more than once");
        assert_eq!(message(&[branch(1, 9), RawNode::Leaf(1.0)]), "tree 7: node 9 does not exist; there are 2");
        assert!(message(&[RawNode::Leaf(f64::NAN)]).contains("finite"));
        assert!(message(&[]).contains("does not exist"));
    }
}
