//! Chains of equalities: how LightGBM's exporter writes that a category is one of several.
//!
//! `x == a → T, else x == b → T, else …` shares T between its nodes, so it is no tree. Such a chain asks one question,
//! whether x is a member of a set, and is read as that. May not know the lists that nodes came in.

use super::{Comparison, Node, Test, Trees};

/// The same trees with each chain of equalities on one feature with one true child as a single node. NaN takes the true
/// branch where it would have taken it in any of the chain's nodes.
pub(super) fn folded(mut trees: Trees) -> Trees {
    let mut continues = vec![false; trees.nodes.len()];
    for node in &trees.nodes {
        if let Some(next) = next(&trees.nodes, node) {
            continues[next] = true;
        }
    }
    let mut taken = vec![false; trees.nodes.len()];
    for (at, continues) in continues.into_iter().enumerate() {
        if !continues && next(&trees.nodes, &trees.nodes[at]).is_some() {
            fold(&mut trees, at, &mut taken);
        }
    }
    trees
}

/// The node that goes on where an equality left off: the false child, if it asks another equality of the same feature
/// and has the same true child.
fn next(nodes: &[Node<f64>], node: &Node<f64>) -> Option<usize> {
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

/// Makes one node of a chain. Nodes that another chain took are left alone, so that no file makes this take longer than
/// it has nodes; the forest refuses them as reached twice.
fn fold(trees: &mut Trees, head: usize, taken: &mut [bool]) {
    let first = trees.members.len() as u32;
    let (mut at, mut missing) = (head, false);
    while !std::mem::replace(&mut taken[at], true) {
        let Node::Branch { test: Test::Compare(_, value), missing_is_true, .. } = trees.nodes[at] else { break };
        trees.members.push(value);
        missing |= missing_is_true;
        let Some(following) = next(&trees.nodes, &trees.nodes[at]) else { break };
        at = following;
    }
    let count = trees.members.len() as u32 - first;
    if let (Node::Branch { feature, if_true, .. }, Node::Branch { if_false, .. }) = (trees.nodes[head], trees.nodes[at])
    {
        let test = Test::Member(first, count);
        trees.nodes[head] = Node::Branch { feature, test, if_true, if_false, missing_is_true: missing };
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
    fn a_chain_of_equalities_is_one_question() {
        let leaf = Node::Leaf { first: 0, count: 0 };
        let nodes = vec![equal(1.0, 3, 1), equal(2.0, 3, 2), equal(5.0, 3, 4), leaf, leaf];
        let trees = folded(Trees { nodes, roots: vec![0], base: vec![0.0], ..Trees::default() });
        assert_eq!(trees.members, [1.0, 2.0, 5.0]);
        let test = Test::Member(0, 3);
        assert_eq!(trees.nodes[0], Node::Branch { feature: 3, test, if_true: 3, if_false: 4, missing_is_true: false });
    }

    #[test]
    fn equalities_with_children_of_their_own_stay_as_they_are() {
        let leaf = Node::Leaf { first: 0, count: 0 };
        let nodes = vec![equal(1.0, 2, 1), equal(2.0, 3, 4), leaf, leaf, leaf];
        assert_eq!(folded(Trees { nodes: nodes.clone(), ..Trees::default() }).nodes, nodes);
        let cycle = vec![equal(1.0, 1, 0), leaf];
        assert!(!folded(Trees { nodes: cycle, ..Trees::default() }).nodes.is_empty());
    }
}
