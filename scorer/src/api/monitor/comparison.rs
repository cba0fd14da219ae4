//! Drift sections of the dashboard: a window's profile against the reference of its model.

use super::hour_aggregate::scores;
use super::weighted_stats;
use crate::insight::drift::{self, ColumnDrift, DriftOptions};
use crate::insight::profile::{LevelKey, Profile};
use crate::wire::monitoring::{Drift, ScoreShift};

const NO_REFERENCE: &str =
    "The model brings no profile of the leads that it learned from, so there is nothing to compare with.";
const NO_ROWS: &str = "There are no predictions in this window.";

/// Profiles to compare.
#[derive(Debug, Clone, Copy)]
pub(super) struct ComparedProfiles<'a> {
    pub(super) reference: Option<&'a Profile>,
    pub(super) current: Option<&'a Profile>,
    pub(super) key: LevelKey,
}

/// Returns the drift of the columns and of the scores.
pub(super) fn compare(profiles: ComparedProfiles<'_>) -> (Drift, Option<ScoreShift>) {
    let note = |note: &str| (Drift { note: Some(note.to_owned()), ..Drift::default() }, None);
    let Some(current) = profiles.current.filter(|profile| profile.rows() > 0) else { return note(NO_ROWS) };
    let Some(reference) = profiles.reference else { return note(NO_REFERENCE) };
    let report = drift::compare(reference, current, &DriftOptions::new(profiles.key));
    let shift = report.score.and_then(|column| score_shift(&column, reference, current));
    (Drift { features: report.features, fields: report.fields, note: None }, shift)
}

fn score_shift(column: &ColumnDrift, reference: &Profile, current: &Profile) -> Option<ScoreShift> {
    let (reference, current) = (scores(reference), scores(current));
    Some(ScoreShift {
        statistic: weighted_stats::distance(&reference, &current)?,
        p_value: column.score?,
        mean_change: weighted_stats::mean(&current)? - weighted_stats::mean(&reference)?,
        too_few: column.too_few,
        approximate: column.approximate,
    })
}
