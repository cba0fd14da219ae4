//! Section 5: the newest predictions, page by page. Never the lead's contents.

use super::super::figure::Table;
use super::super::format::{NONE, ms};
use super::super::markup::Markup;
use super::super::reading;
use super::control::{form, share_input};
use super::section;
use crate::wire::monitoring::{Choice, Overview, RecentRow};

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let (recent, choice) = (&overview.recent, &overview.choice);
    section(main, "recent", "5. Recent predictions", &reading::recent(recent.rows.len(), choice), |section| {
        form(section, choice, &["score_min", "score_max"], |form| {
            form.element("label", &[], |label| {
                label.text("Score from ");
                share_input(label, "score_min", choice.score_min);
            });
            form.element("label", &[], |label| {
                label.text("to ");
                share_input(label, "score_max", choice.score_max);
            });
            form.leaf("button", &[], "Filter");
        });
        if !recent.rows.is_empty() {
            let heads = ["Time", "Score", "Label", "Grade", "Model", "Time taken", "Id"];
            let rows = recent.rows.iter().map(row).collect();
            Table { caption: "Recent predictions", heads: &heads, words: &[2, 3, 4, 6], rows }.write(section);
        }
        ways(section, choice, recent.next.as_deref());
    });
}

fn row(row: &RecentRow) -> Vec<String> {
    vec![
        row.created_at.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect(),
        format!("{:.4}", row.score),
        row.label.replace('_', " "),
        row.grade.clone().unwrap_or_else(|| NONE.to_owned()),
        row.model_version.clone(),
        ms(row.inference_time_ms),
        row.id.clone(),
    ]
}

fn ways(section: &mut Markup, choice: &Choice, next: Option<&str>) {
    let address = |cursor: Option<&str>| {
        format!("?{}#recent", Choice { cursor: cursor.map(str::to_owned), ..choice.clone() }.query())
    };
    if next.is_none() && choice.cursor.is_none() {
        return;
    }
    section.element("p", &[("class", "more")], |more| {
        if choice.cursor.is_some() {
            more.leaf("a", &[("href", &address(None))], "Newest");
            more.text(" ");
        }
        if let Some(next) = next {
            more.leaf("a", &[("href", &address(Some(next))), ("rel", "next")], "Older");
        }
    });
}
