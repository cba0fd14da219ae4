//! Equality chains: LightGBM's exporter writes a test for one of several categories as `x == a → T, else x == b → T, …`.
//!
//! The nodes of a chain share T, so the file holds no tree. A chain is folded into one membership test.

use super::{Comparison, Node, Test, Trees};

/// Folds each chain of equality tests on one feature with the same true child into one node. NaN takes the true branch
/// if it would in any node of the chain.
pub(super) fn fold_chains(mut trees: Trees) -> Trees {
    let mut is_continuation = vec![false; trees.nodes.len()];
    for node in &trees.nodes {
        if let Some(next) = next_in_chain(&trees.nodes, node) {
            is_continuation[next] = true;
        }
    }
    let mut in_chain = vec![false; trees.nodes.len()];
    for (at, is_continuation) in is_continuation.into_iter().enumerate() {
        if !is_continuation && next_in_chain(&trees.nodes, &trees.nodes[at]).is_some() {
            fold_chain(&mut trees, at, &mut in_chain);
        }
    }
    trees
}

/// Next node of a chain: the false child, if it is an equality test of the same feature with the same true child.
fn next_in_chain(nodes: &[Node<f64>], node: &Node<f64>) -> Option<usize> {
    let Node::Branch { feature, test: Test::Compare(Comparison::Eq, _), if_true, if_false, .. } = node else {
        return None;
    };
    match nodes.get(*if_false as usize)? {
        Node::Branch { feature: same, test: Test::Compare(Comparison::Eq, _), if_true: child, .. }
            if same == feature && child == if_true =>
        {
            Some(*if_false as usize)
        }
        _ => None,
    }
}

/// Folds one chain. Nodes of another chain are left alone, which keeps the time linear in the nodes; the forest rejects
/// them as reached twice.
fn fold_chain(trees: &mut Trees, head: usize, in_chain: &mut [bool]) {
    let first = trees.members.len() as u32;
    let (mut at, mut nan_is_true) = (head, false);
    while !std::mem::replace(&mut in_chain[at], true) {
        let Node::Branch { test: Test::Compare(_, value), missing_is_true, .. } = trees.nodes[at] else { break };
        trees.members.push(value);
        nan_is_true |= missing_is_true;
        let Some(next) = next_in_chain(&trees.nodes, &trees.nodes[at]) else { break };
        at = next;
    }
    let count = trees.members.len() as u32 - first;
    if let (Node::Branch { feature, if_true, .. }, Node::Branch { if_false, .. }) = (trees.nodes[head], trees.nodes[at])
    {
        let test = Test::Member(first, count);
        trees.nodes[head] = Node::Branch { feature, test, if_true, if_false, missing_is_true: nan_is_true };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(value: f64, if_true: u32, if_false: u32) -> Node<f64> {
        let test = Test::Compare(Comparison::Eq, value);
        Node::Branch { feature: 3, test, if_true, if_false, missing_is_true: false }
    }

    #[test]
    fn an_equality_chain_becomes_one_membership_test() {
        let leaf = Node::Leaf { first: 0, count: 0 };
        let nodes = vec![equal(1.0, 3, 1), equal(2.0, 3, 2), equal(5.0, 3, 4), leaf, leaf];
        let trees = fold_chains(Trees { nodes, roots: vec![0], base: vec![0.0], ..Trees::default() });
        assert_eq!(trees.members, [1.0, 2.0, 5.0]);
        let test = Test::Member(0, 3);
        assert_eq!(trees.nodes[0], Node::Branch { feature: 3, test, if_true: 3, if_false: 4, missing_is_true: false });
    }

    #[test]
    fn equalities_without_shared_children_are_kept() {
        let leaf = Node::Leaf { first: 0, count: 0 };
        let nodes = vec![equal(1.0, 2, 1), equal(2.0, 3, 4), leaf, leaf, leaf];
        assert_eq!(fold_chains(Trees { nodes: nodes.clone(), ..Trees::default() }).nodes, nodes);
        let cycle = vec![equal(1.0, 1, 0), leaf];
        assert!(!fold_chains(Trees { nodes: cycle, ..Trees::default() }).nodes.is_empty());
    }
}
