//! A summary beside its model's reference: what the page shows of drift and of the scores.
//!
//! Owns the way into the page's shapes. May not know how verdicts come about, nor drawing.

use super::histogram_data::{Side, picture};
use super::hour_aggregate::scores;
use super::weighted_stats;
use crate::insight::drift::{self, DriftReport, Group, Measure, Options};
use crate::insight::profile::{LevelKey, Profile};
use crate::wire::monitoring::{
    ColumnDrift, Columns, Drift, DriftGroup, Effect, EffectState, Kind, MissingDrift, ScoreShift, Test,
};
use std::collections::BTreeMap;

const NO_REFERENCE: &str =
    "The model brings no profile of the leads that it learned from, so there is nothing to compare with.";
const NO_ROWS: &str = "There are no predictions in this window.";

/// Both sides of drift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) reference: Option<&'a Profile>,
    pub(super) current: Option<&'a Profile>,
    pub(super) key: LevelKey,
}

/// Drift of columns, and of the scores.
pub(super) fn compare(sides: Sides<'_>) -> (Drift, Option<ScoreShift>) {
    let note = |note: &str| (Drift { note: Some(note.to_owned()), ..Drift::default() }, None);
    let Some(current) = sides.current.filter(|profile| profile.rows() > 0) else { return note(NO_ROWS) };
    let Some(reference) = sides.reference else { return note(NO_REFERENCE) };
    let report = drift::compare(reference, current, &Options::new(sides.key));
    let group = |group, are| of_group(&report, group, are, reference, current);
    let features = group(Group::Feature, Columns::Features);
    let fields = group(Group::Field, Columns::Fields);
    (Drift { features, fields, note: None }, shift(&report, reference, current))
}

fn of_group(
    report: &DriftReport,
    group: Group,
    columns_are: Columns,
    reference: &Profile,
    current: &Profile,
) -> Option<DriftGroup> {
    let titled = |profile| titled(profile, group);
    let (known, seen) = (titled(reference), titled(current));
    let of_group = report.columns.iter().filter(|column| column.group == group);
    let columns: Vec<_> = of_group
        .map(|column| {
            let sides = known.get(&column.name).zip(seen.get(&column.name));
            let picture = sides.and_then(|(reference, current)| picture(*reference, *current));
            ColumnDrift { picture, ..of_column(column) }
        })
        .collect();
    let (drifted, compared) = report.count(group);
    let share = if compared == 0 { 0.0 } else { drifted as f64 / compared as f64 };
    let drift = compared > 0 && share >= report.threshold;
    (!columns.is_empty()).then_some(DriftGroup {
        columns_are,
        columns,
        drifted: drifted as u64,
        share,
        threshold: report.threshold,
        drift,
    })
}

/// The columns of a group by the names that a report calls them by.
fn titled(profile: &Profile, group: Group) -> BTreeMap<String, Side<'_>> {
    let columns = profile.columns().filter(|(layout, _)| layout.group == group);
    columns.map(|(layout, column)| (layout.title(), (layout, column))).collect()
}

fn of_column(column: &drift::ColumnDrift) -> ColumnDrift {
    ColumnDrift {
        name: column.name.clone(),
        kind: match column.kind {
            drift::Kind::Number => Kind::Number,
            drift::Kind::Category => Kind::Category,
        },
        test: column.test.map(|test| match test {
            drift::Test::KolmogorovSmirnov => Test::KolmogorovSmirnov,
            drift::Test::ChiSquare => Test::ChiSquare,
            drift::Test::ZTest => Test::ZTest,
            drift::Test::Wasserstein => Test::Wasserstein,
            drift::Test::JensenShannon => Test::JensenShannon,
        }),
        score: finite(column.score),
        threshold: column.threshold,
        drifted: column.drifted,
        effect: Effect {
            measure: name(column.effect.measure).to_owned(),
            value: finite(column.effect.value),
            state: match column.effect.state {
                drift::EffectState::None => EffectState::None,
                drift::EffectState::Moderate => EffectState::Moderate,
                drift::EffectState::Strong => EffectState::Strong,
            },
        },
        q_value: column.q_value.and_then(finite),
        too_few: column.too_few,
        missing: MissingDrift {
            reference_share: column.missing.reference_share,
            current_share: column.missing.current_share,
            p_value: finite(column.missing.p_value),
            drifted: column.missing.drifted,
        },
        new_levels: column.new_levels,
        approximate: column.approximate,
        reference_count: column.reference_count,
        current_count: column.current_count,
        picture: None,
    }
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Wasserstein => "Wasserstein distance",
        Measure::CramersV => "Cramér's V",
        Measure::StabilityIndex => "Population stability index",
    }
}

/// JSON holds no other numbers.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

fn shift(report: &DriftReport, reference: &Profile, current: &Profile) -> Option<ScoreShift> {
    let column = report.columns.iter().find(|column| column.group == Group::Score)?;
    let (known, seen) = (scores(reference), scores(current));
    Some(ScoreShift {
        statistic: weighted_stats::distance(&known, &seen)?,
        p_value: finite(column.score)?,
        mean_change: weighted_stats::mean(&seen)? - weighted_stats::mean(&known)?,
        too_few: column.too_few,
        approximate: column.approximate,
    })
}
