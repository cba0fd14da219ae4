//! Both sides of a column, counted alike for a small picture.
//!
//! Owns bins and which levels are shown. Only levels that the reference names have a name here. May not know drawing.

use crate::insight::profile::{Column, ColumnLayout, Kind};
use crate::wire::monitoring::{LevelCounts, Picture};

/// How many bins numbers are shown in.
const BINS: usize = 20;

/// How many levels are shown by name.
const LEVELS: usize = 12;

/// A column with what is known of it beforehand.
pub(super) type Side<'a> = (&'a ColumnLayout, &'a Column);

/// The picture of a column, where there is anything to draw.
pub(super) fn picture(reference: Side<'_>, current: Side<'_>) -> Option<Picture> {
    match current.0.kind {
        Kind::Number => bins(&reference.1.numbers(), &current.1.numbers()),
        Kind::Category => levels(reference, current),
    }
}

fn bins(reference: &[(f64, u64)], current: &[(f64, u64)]) -> Option<Picture> {
    let all = || reference.iter().chain(current).map(|(value, _)| *value);
    let (low, high) = (all().min_by(f64::total_cmp)?, all().max_by(f64::total_cmp)?);
    // A single value gets a bin around it.
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, low + 0.5) };
    let width = (high - low) / BINS as f64;
    if !width.is_finite() || width <= 0.0 {
        return None;
    }
    let edges: Vec<f64> = (0..=BINS).map(|edge| low + width * edge as f64).collect();
    if !edges.is_sorted_by(|one, next| one < next) {
        return None;
    }
    let count = |values: &[(f64, u64)]| {
        let mut counts = vec![0_u64; BINS];
        for (value, count) in values {
            let bin = (((value - low) / width) as usize).min(BINS - 1);
            counts[bin] = counts[bin].saturating_add(*count);
        }
        counts
    };
    Some(Picture::Bins { reference: count(reference), current: count(current), edges })
}

fn levels((known, reference): Side<'_>, (named, current): Side<'_>) -> Option<Picture> {
    let count = |layout: &ColumnLayout, column: &Column, level: &String| {
        layout.levels.binary_search(level).ok().and_then(|place| column.levels().get(place).copied()).unwrap_or(0)
    };
    let mut levels: Vec<LevelCounts> = known
        .levels
        .iter()
        .map(|level| LevelCounts {
            level: level.clone(),
            reference: count(known, reference, level),
            current: count(named, current, level),
        })
        .collect();
    levels.sort_by(|one, other| {
        let frequency = |counts: &LevelCounts| counts.reference.saturating_add(counts.current);
        frequency(other).cmp(&frequency(one)).then_with(|| one.level.cmp(&other.level))
    });
    levels.truncate(LEVELS);
    let shown = |of: fn(&LevelCounts) -> u64| levels.iter().map(of).fold(0_u64, u64::saturating_add);
    let rest = LevelCounts {
        level: String::new(),
        reference: reference.present().saturating_sub(shown(|level| level.reference)),
        current: current.present().saturating_sub(shown(|level| level.current)),
    };
    if rest.reference > 0 || rest.current > 0 {
        levels.push(rest);
    }
    (!levels.is_empty()).then_some(Picture::Levels { levels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bin() {
        let Some(Picture::Bins { edges, reference, current }) = bins(&[(0.0, 2), (1.0, 3)], &[(0.5, 4)]) else {
            panic!("no bins")
        };
        assert_eq!((edges.len(), edges[0], edges[20]), (21, 0.0, 1.0));
        assert_eq!((reference[0], reference[19], current[10]), (2, 3, 4));
    }

    #[test]
    fn a_constant_is_one_bin_and_what_no_bins_hold_is_not_drawn() {
        let Some(Picture::Bins { reference, .. }) = bins(&[(7.0, 2)], &[]) else { panic!("no bins") };
        assert_eq!(reference.iter().sum::<u64>(), 2);
        assert_eq!(bins(&[], &[]), None);
        assert_eq!(bins(&[(-f64::MAX, 1)], &[(f64::MAX, 1)]), None);
    }
}
