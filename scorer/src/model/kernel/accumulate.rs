//! Shallow trees: all their questions are asked of all rows, and the leaves' weights selected by the answers.
//!
//! Owns what is quickest up to depth 3. May not know masks.

use super::block::ROWS;
use super::plan::Bound;

/// Rows that are kept in registers.
const TOGETHER: usize = 32;

/// Adds weights to every row's sum, one after the other.
#[inline(always)]
pub(super) fn add(weights: &[f32], sums: &mut [f32; ROWS]) {
    for sums in sums.as_chunks_mut::<TOGETHER>().0 {
        let mut added = *sums;
        for weight in weights {
            added.iter_mut().for_each(|sum| *sum += weight);
        }
        *sums = added;
    }
}

/// Adds the weights of the leaves that rows reach in a complete tree of a depth from 1 to 3.
#[inline(always)]
pub(super) fn tree(depth: u8, columns: &[[i32; ROWS]], questions: &[Bound], leaves: &[f32], sums: &mut [f32; ROWS]) {
    match depth {
        1 => each::<1, 2>(columns, questions, leaves, sums, |[a], [f, t]| pick(a, t, f)),
        2 => each::<3, 4>(columns, questions, leaves, sums, |[a, b, c], [ff, ft, tf, tt]| {
            pick(a, pick(c, tt, tf), pick(b, ft, ff))
        }),
        _ => {
            each::<7, 8>(columns, questions, leaves, sums, |[a, b, c, d, e, f, g], [l0, l1, l2, l3, l4, l5, l6, l7]| {
                let fails = pick(b, pick(e, l3, l2), pick(d, l1, l0));
                pick(a, pick(c, pick(g, l7, l6), pick(f, l5, l4)), fails)
            })
        }
    }
}

#[inline(always)]
fn pick(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

#[inline(always)]
fn each<const ASKS: usize, const LEAVES: usize>(
    columns: &[[i32; ROWS]],
    questions: &[Bound],
    leaves: &[f32],
    sums: &mut [f32; ROWS],
    weight: impl Fn([bool; ASKS], [f32; LEAVES]) -> f32,
) {
    let (Some(questions), Some(leaves)) = (questions.first_chunk::<ASKS>(), leaves.first_chunk::<LEAVES>()) else {
        return;
    };
    let asked = questions.map(|Bound { key, end }| (&columns[key as usize], end));
    for row in 0..ROWS {
        sums[row] += weight(asked.map(|(keys, end)| keys[row] < end), *leaves);
    }
}
