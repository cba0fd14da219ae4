//! Bit-sliced tree traversal: the paths of 256 rows are computed at once, bit by bit, from masks.

use super::block::ROWS;
use super::mask::{self, Mask};
use super::plan::Branch;

/// Scratch masks that [`add_complete`] needs at most.
pub(super) const SCRATCH: usize = 256;

/// Adds the weight of the leaf that each row reaches in a complete tree of depth 1 to 8.
#[inline(always)]
pub(super) fn add_complete(
    depth: u8,
    masks: &[Mask],
    mask_indices: &[u16],
    leaves: &[f32],
    scratch: &mut [Mask],
    sums: &mut [f32; ROWS],
) {
    match depth {
        1 => add_depth::<1, 2>(masks, mask_indices, leaves, scratch, sums),
        2 => add_depth::<2, 4>(masks, mask_indices, leaves, scratch, sums),
        3 => add_depth::<3, 8>(masks, mask_indices, leaves, scratch, sums),
        4 => add_depth::<4, 16>(masks, mask_indices, leaves, scratch, sums),
        5 => add_depth::<5, 32>(masks, mask_indices, leaves, scratch, sums),
        6 => add_depth::<6, 64>(masks, mask_indices, leaves, scratch, sums),
        7 => add_depth::<7, 128>(masks, mask_indices, leaves, scratch, sums),
        _ => add_depth::<8, 256>(masks, mask_indices, leaves, scratch, sums),
    }
}

#[inline(always)]
fn add_depth<const DEPTH: usize, const LEAVES: usize>(
    masks: &[Mask],
    mask_indices: &[u16],
    leaves: &[f32],
    scratch: &mut [Mask],
    sums: &mut [f32; ROWS],
) {
    let (Some(mask_indices), Some(leaves), Some(results)) =
        (mask_indices.first_chunk::<LEAVES>(), leaves.first_chunk::<LEAVES>(), scratch.first_chunk_mut::<LEAVES>())
    else {
        return;
    };
    let path = path_bits::<DEPTH, LEAVES>(masks, mask_indices, results);
    let reached = mask::transpose(path);
    for (sum, leaf) in sums.iter_mut().zip(reached) {
        *sum += leaves[usize::from(leaf) % LEAVES];
    }
}

/// Bits of the paths, the last first: together they are the index of a leaf. `results` is overwritten.
#[inline(always)]
fn path_bits<const DEPTH: usize, const LEAVES: usize>(
    masks: &[Mask],
    mask_indices: &[u16; LEAVES],
    results: &mut [Mask; LEAVES],
) -> [Mask; 8] {
    let mut path = [Mask::default(); 8];
    path[DEPTH - 1] = masks[usize::from(mask_indices[0])];
    for level in 1..DEPTH {
        // Results of this level's nodes, halved by each known bit of the path until one is left.
        let nodes = &mask_indices[(1 << level) - 1..];
        let bit = path[DEPTH - level];
        for index in 0..1 << (level - 1) {
            let [no, yes] = [nodes[2 * index], nodes[2 * index + 1]].map(|node| masks[usize::from(node)]);
            results[index] = mask::select(&bit, &yes, &no);
        }
        for halving in 1..level {
            let bit = path[DEPTH - level + halving];
            for index in 0..1 << (level - 1 - halving) {
                results[index] = mask::select(&bit, &results[2 * index + 1], &results[2 * index]);
            }
        }
        path[DEPTH - 1 - level] = results[0];
    }
    path
}

/// Adds the weight of the leaf that each row reaches in a sparse tree. `leaves` begins with the tree's own, a power of
/// two; `reached` is overwritten.
#[inline(always)]
pub(super) fn add_sparse(
    masks: &[Mask],
    branches: &[Branch],
    leaves: &[f32],
    reached: &mut [Mask],
    sums: &mut [f32; ROWS],
) {
    let count = (branches.len() + 1).next_power_of_two();
    let (leaves, reached) = (&leaves[..count], &mut reached[..count + branches.len()]);
    reached[branches.len() + 1..count].fill(Mask::default());
    reached[count] = Mask::default().map(|word: u64| !word);
    for (index, branch) in branches.iter().enumerate() {
        let (at_branch, condition) = (reached[count + index], masks[usize::from(branch.mask)]);
        let [fails, holds] = branch.children.map(usize::from);
        reached[fails] = mask::and_not(&at_branch, &condition);
        reached[holds] = mask::and(&at_branch, &condition);
    }
    let [low, high] = index_bits(&mut reached[..count]);
    let low = mask::transpose(low);
    if count <= 256 {
        for (sum, low) in sums.iter_mut().zip(low) {
            *sum += leaves[usize::from(low)];
        }
        return;
    }
    for (sum, (low, high)) in sums.iter_mut().zip(low.into_iter().zip(mask::transpose(high))) {
        *sum += leaves[usize::from(high) << 8 | usize::from(low)];
    }
}

/// Bits of the indices of the leaves that rows reach, the lowest first, in two groups of eight.
#[inline(always)]
fn index_bits(reached: &mut [Mask]) -> [[Mask; 8]; 2] {
    let mut bits = [[Mask::default(); 8]; 2];
    let mut count = reached.len();
    for bit in bits.as_flattened_mut() {
        count /= 2;
        let mut with_bit = Mask::default();
        // Of each pair that is left, the second has this bit set; then the pair is merged.
        for index in 0..count {
            let [first, second] = [reached[2 * index], reached[2 * index + 1]];
            with_bit = mask::or(&with_bit, &second);
            reached[index] = mask::or(&first, &second);
        }
        *bit = with_bit;
    }
    bits
}
