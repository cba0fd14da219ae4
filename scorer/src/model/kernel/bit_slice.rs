//! Trees in bit slices: the path of 256 rows is worked out at once, one bit of it after the other.
//!
//! Owns the way from masks to leaves. May not know how masks are made.

use super::block::ROWS;
use super::mask::{self, Mask};
use super::plan::Fork;

/// Masks that [`complete`] needs at most to write down what it knows meanwhile.
pub(super) const SCRATCH: usize = 256;

/// Adds the weights of the leaves that rows reach in a complete tree of a depth from 1 to 8.
#[inline(always)]
pub(super) fn complete(
    depth: u8,
    masks: &[Mask],
    conditions: &[u16],
    leaves: &[f32],
    scratch: &mut [Mask],
    sums: &mut [f32; ROWS],
) {
    match depth {
        1 => of_depth::<1, 2>(masks, conditions, leaves, scratch, sums),
        2 => of_depth::<2, 4>(masks, conditions, leaves, scratch, sums),
        3 => of_depth::<3, 8>(masks, conditions, leaves, scratch, sums),
        4 => of_depth::<4, 16>(masks, conditions, leaves, scratch, sums),
        5 => of_depth::<5, 32>(masks, conditions, leaves, scratch, sums),
        6 => of_depth::<6, 64>(masks, conditions, leaves, scratch, sums),
        7 => of_depth::<7, 128>(masks, conditions, leaves, scratch, sums),
        _ => of_depth::<8, 256>(masks, conditions, leaves, scratch, sums),
    }
}

#[inline(always)]
fn of_depth<const DEPTH: usize, const LEAVES: usize>(
    masks: &[Mask],
    conditions: &[u16],
    leaves: &[f32],
    scratch: &mut [Mask],
    sums: &mut [f32; ROWS],
) {
    let (Some(conditions), Some(leaves), Some(answers)) =
        (conditions.first_chunk::<LEAVES>(), leaves.first_chunk::<LEAVES>(), scratch.first_chunk_mut::<LEAVES>())
    else {
        return;
    };
    let path = path::<DEPTH, LEAVES>(masks, conditions, answers);
    let reached = mask::transposed(path);
    for (sum, leaf) in sums.iter_mut().zip(reached) {
        *sum += leaves[usize::from(leaf) % LEAVES];
    }
}

/// The bits of the paths, the last of them first: together they are the number of a leaf. `answers` is overwritten.
#[inline(always)]
fn path<const DEPTH: usize, const LEAVES: usize>(
    masks: &[Mask],
    conditions: &[u16; LEAVES],
    answers: &mut [Mask; LEAVES],
) -> [Mask; 8] {
    let mut path = [Mask::default(); 8];
    path[DEPTH - 1] = masks[usize::from(conditions[0])];
    for level in 1..DEPTH {
        // What the nodes of this level answer, halved by each bit that is known until one is left.
        let nodes = &conditions[(1 << level) - 1..];
        let known = path[DEPTH - level];
        for place in 0..1 << (level - 1) {
            let [no, yes] = [nodes[2 * place], nodes[2 * place + 1]].map(|node| masks[usize::from(node)]);
            answers[place] = mask::choose(&known, &yes, &no);
        }
        for halving in 1..level {
            let known = path[DEPTH - level + halving];
            for place in 0..1 << (level - 1 - halving) {
                answers[place] = mask::choose(&known, &answers[2 * place + 1], &answers[2 * place]);
            }
        }
        path[DEPTH - 1 - level] = answers[0];
    }
    path
}

/// Adds the weights of the leaves that rows reach in a tree as it is. `leaves` begins with the tree's own, as many as a
/// power of two; `reached` is overwritten.
#[inline(always)]
pub(super) fn grown(masks: &[Mask], forks: &[Fork], leaves: &[f32], reached: &mut [Mask], sums: &mut [f32; ROWS]) {
    let count = (forks.len() + 1).next_power_of_two();
    let (leaves, reached) = (&leaves[..count], &mut reached[..count + forks.len()]);
    reached[forks.len() + 1..count].fill(Mask::default());
    reached[count] = Mask::default().map(|word: u64| !word);
    for (place, fork) in forks.iter().enumerate() {
        let (here, condition) = (reached[count + place], masks[usize::from(fork.condition)]);
        let [fails, holds] = fork.children.map(usize::from);
        reached[fails] = mask::without(&here, &condition);
        reached[holds] = mask::and(&here, &condition);
    }
    let [low, high] = numbers(&mut reached[..count]);
    let low = mask::transposed(low);
    if count <= 256 {
        for (sum, low) in sums.iter_mut().zip(low) {
            *sum += leaves[usize::from(low)];
        }
        return;
    }
    for (sum, (low, high)) in sums.iter_mut().zip(low.into_iter().zip(mask::transposed(high))) {
        *sum += leaves[usize::from(high) << 8 | usize::from(low)];
    }
}

/// The bits of the numbers of the leaves that rows reach, the lowest first, eight and eight.
#[inline(always)]
fn numbers(reached: &mut [Mask]) -> [[Mask; 8]; 2] {
    let mut bits = [[Mask::default(); 8]; 2];
    let mut count = reached.len();
    for bit in bits.as_flattened_mut() {
        count /= 2;
        let mut with_bit = Mask::default();
        // Of each two that are left, the second has this bit; then both become one.
        for place in 0..count {
            let [first, second] = [reached[2 * place], reached[2 * place + 1]];
            with_bit = mask::or(&with_bit, &second);
            reached[place] = mask::or(&first, &second);
        }
        *bit = with_bit;
    }
    bits
}
