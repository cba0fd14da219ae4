//! Small histograms: both sides of a column counted in the same bins or levels.

use super::{ColumnKind, ProfiledColumn};
use crate::insight::profile::{ColumnLayout, ColumnProfile};
use serde::{Deserialize, Serialize};

/// Number of bins of a numeric column.
const BINS: usize = 20;

/// Maximum number of levels shown by name.
const LEVELS_MAX: usize = 12;

/// Both sides of a column, counted alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Picture))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Histogram {
    /// Numbers in adjacent bins; about 20.
    Bins {
        /// Bin edges, ascending and finite, one more than counts.
        edges: Vec<f64>,
        /// Count per bin.
        reference: Vec<u64>,
        /// Count per bin.
        current: Vec<u64>,
    },
    /// Levels, most frequent first; at most about 12, the rest pooled under an empty name. Only levels that the
    /// reference names appear by name: others are personal data.
    Levels {
        /// Counts per level.
        levels: Vec<LevelCounts>,
    },
}

/// Counts of a level on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::LevelCounts))]
pub struct LevelCounts {
    /// Name of the level; empty for all others together.
    pub level: String,
    /// Count in the reference.
    pub reference: u64,
    /// Count in the current data.
    pub current: u64,
}

impl Histogram {
    /// `None` where there is nothing to draw.
    pub(super) fn new(reference: ProfiledColumn<'_>, current: ProfiledColumn<'_>) -> Option<Self> {
        match current.0.kind {
            ColumnKind::Number => bins(&reference.1.numbers(), &current.1.numbers()),
            ColumnKind::Category => levels(reference, current),
        }
    }
}

fn bins(reference: &[(f64, u64)], current: &[(f64, u64)]) -> Option<Histogram> {
    let all = || reference.iter().chain(current).map(|(value, _)| *value);
    let (low, high) = (all().min_by(f64::total_cmp)?, all().max_by(f64::total_cmp)?);
    // A constant is in the middle of a range of width 1.
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, low + 0.5) };
    let width = (high - low) / BINS as f64;
    if !width.is_finite() || width <= 0.0 {
        return None;
    }
    let edges: Vec<f64> = (0..=BINS).map(|edge| low + width * edge as f64).collect();
    if !edges.is_sorted_by(|left, right| left < right) {
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
    Some(Histogram::Bins { reference: count(reference), current: count(current), edges })
}

fn levels(
    (reference_layout, reference): ProfiledColumn<'_>,
    (current_layout, current): ProfiledColumn<'_>,
) -> Option<Histogram> {
    let count = |layout: &ColumnLayout, column: &ColumnProfile, level: &String| {
        layout.levels.binary_search(level).ok().and_then(|index| column.levels().get(index).copied()).unwrap_or(0)
    };
    let named = reference_layout.levels.iter().map(|level| LevelCounts {
        level: level.clone(),
        reference: count(reference_layout, reference, level),
        current: count(current_layout, current, level),
    });
    let mut levels: Vec<LevelCounts> = named.collect();
    levels.sort_by(|a, b| {
        let frequency = |counts: &LevelCounts| counts.reference.saturating_add(counts.current);
        frequency(b).cmp(&frequency(a)).then_with(|| a.level.cmp(&b.level))
    });
    levels.truncate(LEVELS_MAX);
    let shown = |side: fn(&LevelCounts) -> u64| levels.iter().map(side).fold(0_u64, u64::saturating_add);
    let rest = LevelCounts {
        level: String::new(),
        reference: reference.present().saturating_sub(shown(|level| level.reference)),
        current: current.present().saturating_sub(shown(|level| level.current)),
    };
    if rest.reference > 0 || rest.current > 0 {
        levels.push(rest);
    }
    (!levels.is_empty()).then_some(Histogram::Levels { levels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_cover_every_value() {
        let Some(Histogram::Bins { edges, reference, current }) = bins(&[(0.0, 2), (1.0, 3)], &[(0.5, 4)]) else {
            panic!("no bins")
        };
        assert_eq!((edges.len(), edges[0], edges[20]), (21, 0.0, 1.0));
        assert_eq!((reference[0], reference[19], current[10]), (2, 3, 4));
    }

    #[test]
    fn a_constant_has_one_bin_and_an_overflowing_range_none() {
        let Some(Histogram::Bins { reference, .. }) = bins(&[(7.0, 2)], &[]) else { panic!("no bins") };
        assert_eq!(reference.iter().sum::<u64>(), 2);
        assert_eq!(bins(&[], &[]), None);
        assert_eq!(bins(&[(-f64::MAX, 1)], &[(f64::MAX, 1)]), None);
    }
}
