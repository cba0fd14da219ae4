//! Section 4: whether leads are still like those that the model learned from.

use super::super::figure::{Figure, Table};
use super::super::format::{NONE, count, p, percent, short};
use super::super::markup::Markup;
use super::super::reading;
use super::super::svg::Caption;
use super::super::svg::drift::{bars, nearness};
use super::{REPORT, figures, section};
use crate::wire::monitoring::{ColumnDrift, Columns, DriftGroup, Overview};

/// So many columns are drawn, the nearest to their thresholds; the table has all.
const DRAWN_MAX: usize = 14;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let drift = &overview.drift;
    let groups = || [&drift.features, &drift.fields].into_iter().flatten();
    section(main, "drift", "4. Data drift", &reading::drift(drift), |section| {
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
        let address = format!("{REPORT}?{}", overview.choice.query());
        section.element("p", &[("class", "more")], |more| {
            more.leaf("a", &[("href", &address), ("data-way", "report")], "Full report: a distribution per column");
        });
    });
}

fn verdict(section: &mut Markup, features: &DriftGroup) {
    let all = [
        ("Verdict", if features.drift { "drift" } else { "no drift" }.to_owned()),
        ("Drifted features", format!("{} of {}", count(features.drifted), count(features.columns.len() as u64))),
        ("Share", format!("{}\nlimit {}", percent(features.share), percent(features.threshold))),
        ("Moved strongly", count(features.columns.iter().filter(|column| is_strong(column)).count() as u64)),
        ("Missing rate moved", count(features.columns.iter().filter(|column| column.missing.drifted).count() as u64)),
    ];
    figures(section, &all);
}

fn is_strong(column: &ColumnDrift) -> bool {
    column.effect.state == crate::wire::monitoring::EffectState::Strong
}

fn figure(plots: &mut Markup, group: &DriftGroup, simulated: bool) {
    let title = title(group.columns_are);
    let columns = nearest(group);
    let of = match columns.len() {
        all if all > DRAWN_MAX => format!("The {DRAWN_MAX} of {all} that moved most"),
        all => format!("All {all}"),
    };
    let words = format!("{of}, against their thresholds; pale where a difference is real but small.");
    let caption = Caption { title, description: &words, simulated };
    let picture = bars(caption, &columns[..columns.len().min(DRAWN_MAX)]);
    Figure { title, reading: &words, simulated }.write(plots, &picture, &table(title, &columns));
}

/// What a group is called.
pub(in super::super) fn title(columns: Columns) -> &'static str {
    match columns {
        Columns::Features => "Encoded features",
        Columns::Fields => "Fields of the leads",
    }
}

/// The columns of a group: those that drifted first, of them the largest differences, and of those the furthest beyond
/// their thresholds; of equals the earlier.
pub(in super::super) fn nearest(group: &DriftGroup) -> Vec<&ColumnDrift> {
    let mut columns: Vec<&ColumnDrift> = group.columns.iter().collect();
    let key = |column: &ColumnDrift| nearness(column).unwrap_or(-1.0);
    let size = |column: &ColumnDrift| if column.drifted { column.effect.state as u8 + 1 } else { 0 };
    columns.sort_by(|one, other| size(other).cmp(&size(one)).then(key(other).total_cmp(&key(one))));
    columns
}

/// Everything about some columns.
pub(in super::super) fn table<'a>(caption: &'a str, columns: &[&ColumnDrift]) -> Table<'a> {
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
    Table { caption, heads: &HEADS, words: &[1, 4, 5], rows: columns.iter().map(|column| row(column)).collect() }
}

fn row(column: &ColumnDrift) -> Vec<String> {
    let is_p = column.test.is_some_and(|test| test.gives_p_value());
    let score = column.score.map_or(NONE.to_owned(), |score| if is_p { p(score) } else { short(score) });
    let size =
        column.effect.value.map_or(String::new(), |value| format!(" ({} {})", column.effect.measure, short(value)));
    let about = if column.approximate { ", approximate" } else { "" };
    let strangers = match column.new_levels {
        0 => String::new(),
        rows => format!(", new levels in {}", count(rows)),
    };
    vec![
        column.name.clone(),
        column.test.map_or(NONE, reading::test).to_owned(),
        score,
        short(column.threshold),
        format!("{}{about}{strangers}", reading::verdict(column)),
        format!("{}{size}", reading::effect(column.effect.state)),
        column.q_value.map_or(NONE.to_owned(), short),
        percent(column.missing.reference_share),
        format!("{}{}", percent(column.missing.current_share), if column.missing.drifted { ", moved" } else { "" }),
        format!("{} / {}", count(column.reference_count), count(column.current_count)),
    ]
}
