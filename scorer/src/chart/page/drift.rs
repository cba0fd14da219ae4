//! Section 4: data drift.

use super::super::captions;
use super::super::figure::{DataTable, Figure};
use super::super::format::{NONE, count, p_value, percent, significant};
use super::super::markup::Markup;
use super::super::svg::Caption;
use super::super::svg::drift_bars::{drift_bars, threshold_ratio};
use super::{REPORT, metric_list, section};
use crate::insight::drift::{ColumnDrift, ComparedColumns, DriftGroup, DriftTest, EffectState};
use crate::wire::monitoring::Overview;

/// Maximum number of columns in the chart; the table has all.
const DRAWN_MAX: usize = 14;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let drift = &overview.drift;
    let groups = || [&drift.features, &drift.fields].into_iter().flatten();
    section(main, "drift", "4. Data drift", &captions::drift(drift), |section| {
        if groups().next().is_none() {
            return;
        }
        if let Some(features) = &drift.features {
            verdict(section, features);
        }
        section.element("div", &[("class", "plots")], |plots| {
            groups()
                .filter(|group| !group.columns.is_empty())
                .for_each(|group| figure(plots, group, overview.simulated));
        });
        let address = format!("{REPORT}?{}", overview.choice.to_query());
        section.element("p", &[("class", "more")], |more| {
            more.leaf("a", &[("href", &address), ("data-way", "report")], "Full report: a distribution per column");
        });
    });
}

fn verdict(section: &mut Markup, features: &DriftGroup) {
    let metrics = [
        ("Verdict", if features.drift { "drift" } else { "no drift" }.to_owned()),
        ("Drifted features", format!("{} of {}", count(features.drifted), count(features.columns.len() as u64))),
        ("Share", format!("{}\nlimit {}", percent(features.share), percent(features.threshold))),
        ("Moved strongly", count(features.columns.iter().filter(|column| is_strong(column)).count() as u64)),
        ("Missing rate moved", count(features.columns.iter().filter(|column| column.missing.drifted).count() as u64)),
    ];
    metric_list(section, &metrics);
}

fn is_strong(column: &ColumnDrift) -> bool {
    column.effect.state == EffectState::Strong
}

fn figure(plots: &mut Markup, group: &DriftGroup, simulated: bool) {
    let title = title(group.columns_are);
    let columns = ranked(group);
    let shown = match columns.len() {
        all if all > DRAWN_MAX => format!("The {DRAWN_MAX} of {all} that moved most"),
        all => format!("All {all}"),
    };
    let caption = format!("{shown}, against their thresholds; pale where a difference is real but small.");
    let chart_caption = Caption { title, description: &caption, simulated };
    let chart = drift_bars(chart_caption, &columns[..columns.len().min(DRAWN_MAX)]);
    Figure { title, caption: &caption, simulated }.write(plots, &chart, &table(title, &columns));
}

/// Title of a group.
pub(in super::super) fn title(columns: ComparedColumns) -> &'static str {
    match columns {
        ComparedColumns::Features => "Encoded features",
        ComparedColumns::Fields => "Fields of the leads",
    }
}

/// Columns of a group ranked by drift, effect size and ratio to the threshold; ties keep their order.
pub(in super::super) fn ranked(group: &DriftGroup) -> Vec<&ColumnDrift> {
    let mut columns: Vec<&ColumnDrift> = group.columns.iter().collect();
    let ratio = |column: &ColumnDrift| threshold_ratio(column).unwrap_or(-1.0);
    let effect = |column: &ColumnDrift| if column.drifted { column.effect.state as u8 + 1 } else { 0 };
    columns.sort_by(|a, b| effect(b).cmp(&effect(a)).then(ratio(b).total_cmp(&ratio(a))));
    columns
}

/// Table of all results of some columns.
pub(in super::super) fn table<'a>(caption: &'a str, columns: &[&ColumnDrift]) -> DataTable<'a> {
    const HEADS: [&str; 10] = [
        "Column",
        "Test",
        "Score",
        "Limit",
        "Verdict",
        "Effect",
        "q",
        "Missing then",
        "Missing now",
        "Rows then / now",
    ];
    DataTable {
        caption,
        headers: &HEADS,
        text_columns: &[1, 4, 5],
        rows: columns.iter().map(|column| row(column)).collect(),
    }
}

fn row(column: &ColumnDrift) -> Vec<String> {
    let is_p_value = column.test.is_some_and(DriftTest::has_p_value);
    let score =
        column.score.map_or(NONE.to_owned(), |score| if is_p_value { p_value(score) } else { significant(score) });
    let effect = column
        .effect
        .value
        .map_or(String::new(), |value| format!(" ({} {})", column.effect.measure.name(), significant(value)));
    let approximate = if column.approximate { ", approximate" } else { "" };
    let new_levels = match column.new_levels {
        0 => String::new(),
        rows => format!(", new levels in {}", count(rows)),
    };
    vec![
        column.name.clone(),
        column.test.map_or(NONE, captions::test_name).to_owned(),
        score,
        significant(column.threshold),
        format!("{}{approximate}{new_levels}", captions::verdict(column)),
        format!("{}{effect}", captions::effect(column.effect.state)),
        column.q_value.map_or(NONE.to_owned(), significant),
        percent(column.missing.reference_share),
        format!("{}{}", percent(column.missing.current_share), if column.missing.drifted { ", moved" } else { "" }),
        format!("{} / {}", count(column.reference_count), count(column.current_count)),
    ]
}
