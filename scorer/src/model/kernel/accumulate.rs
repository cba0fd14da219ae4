//! Shallow trees, up to depth 3: every predicate is evaluated for all rows, and leaf weights are selected by the results.
//! Without masks, this is the fastest way for such trees.

use super::block::ROWS;
use super::plan::UpperBound;

/// Rows whose sums are kept in registers.
const REGISTER_ROWS: usize = 32;

/// Adds constant weights to every row's sum, in order.
#[inline(always)]
pub(super) fn add_constants(weights: &[f32], sums: &mut [f32; ROWS]) {
    for sums in sums.as_chunks_mut::<REGISTER_ROWS>().0 {
        let mut added = *sums;
        for weight in weights {
            added.iter_mut().for_each(|sum| *sum += weight);
        }
        *sums = added;
    }
}

/// Adds the weight of the leaf that each row reaches in a complete tree of depth 1 to 3.
#[inline(always)]
pub(super) fn add_complete(
    depth: u8,
    columns: &[[i32; ROWS]],
    bounds: &[UpperBound],
    leaves: &[f32],
    sums: &mut [f32; ROWS],
) {
    match depth {
        1 => add_selected::<1, 2>(columns, bounds, leaves, sums, |[a], [f, t]| select(a, t, f)),
        2 => add_selected::<3, 4>(columns, bounds, leaves, sums, |[a, b, c], [ff, ft, tf, tt]| {
            select(a, select(c, tt, tf), select(b, ft, ff))
        }),
        _ => add_selected::<7, 8>(
            columns,
            bounds,
            leaves,
            sums,
            |[a, b, c, d, e, f, g], [l0, l1, l2, l3, l4, l5, l6, l7]| {
                let fails = select(b, select(e, l3, l2), select(d, l1, l0));
                select(a, select(c, select(g, l7, l6), select(f, l5, l4)), fails)
            },
        ),
    }
}

#[inline(always)]
fn select(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

#[inline(always)]
fn add_selected<const BRANCHES: usize, const LEAVES: usize>(
    columns: &[[i32; ROWS]],
    bounds: &[UpperBound],
    leaves: &[f32],
    sums: &mut [f32; ROWS],
    weight: impl Fn([bool; BRANCHES], [f32; LEAVES]) -> f32,
) {
    let (Some(bounds), Some(leaves)) = (bounds.first_chunk::<BRANCHES>(), leaves.first_chunk::<LEAVES>()) else {
        return;
    };
    let columns_and_ends = bounds.map(|UpperBound { key, end }| (&columns[key as usize], end));
    for row in 0..ROWS {
        sums[row] += weight(columns_and_ends.map(|(keys, end)| keys[row] < end), *leaves);
    }
}
