//! How many of a feature's thresholds are at or below a key.
//!
//! Owns the search: a tree without pointers, walked by all keys in step and without a branch to guess. May not know
//! what thresholds are for.

use super::block::ROWS;
use super::plan::Threshold;

/// Keys that are searched in step, so that the wait for one is spent on the others.
const TOGETHER: usize = 8;

/// Sorted thresholds as a complete search tree: node 1 is the middle, the children of n are 2n and 2n + 1; filled up
/// with a key that is above all.
pub(super) fn search_tree(sorted: &[Threshold]) -> Vec<i32> {
    let mut tree = vec![i32::MAX; (sorted.len() + 1).next_power_of_two()];
    let mut next = sorted.iter();
    fill(&mut tree, 1, &mut next);
    tree
}

/// In the order of the keys: what is left of a node, the node, what is right of it.
fn fill<'a>(tree: &mut [i32], node: usize, next: &mut impl Iterator<Item = &'a Threshold>) {
    if node < tree.len() {
        fill(tree, 2 * node, next);
        if let Some(threshold) = next.next() {
            tree[node] = threshold.key;
        }
        fill(tree, 2 * node + 1, next);
    }
}

/// The rank of each key among the thresholds of a tree. A key above all but NaN's filling may get a rank that is larger
/// than the number of thresholds.
#[inline(always)]
pub(super) fn ranks(tree: &[i32], keys: &[i32; ROWS], ranks: &mut [u16; ROWS]) {
    let levels = tree.len().trailing_zeros();
    for (keys, ranks) in keys.chunks_exact(TOGETHER).zip(ranks.chunks_exact_mut(TOGETHER)) {
        let mut nodes = [1usize; TOGETHER];
        for _ in 0..levels {
            for (node, key) in nodes.iter_mut().zip(keys) {
                *node = 2 * *node + usize::from(tree[*node] <= *key);
            }
        }
        for (rank, node) in ranks.iter_mut().zip(nodes) {
            *rank = (node - tree.len()) as u16;
        }
    }
}
