//! Section 5: recent predictions, page by page, without the leads' contents.

use super::super::captions;
use super::super::figure::DataTable;
use super::super::format::{NONE, ms};
use super::super::markup::Markup;
use super::controls::{form, share_input};
use super::section;
use crate::wire::monitoring::{Choice, Overview, RecentRow};

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let (recent, choice) = (&overview.recent, &overview.choice);
    section(main, "recent", "5. Recent predictions", &captions::recent(recent.rows.len(), choice), |section| {
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
            let headers = ["Time", "Score", "Label", "Grade", "Model", "Time taken", "Id"];
            let rows = recent.rows.iter().map(row).collect();
            DataTable { caption: "Recent predictions", headers: &headers, text_columns: &[2, 3, 4, 6], rows }
                .write(section);
        }
        pagination(section, choice, recent.next.as_deref());
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

fn pagination(section: &mut Markup, choice: &Choice, next: Option<&str>) {
    let address = |cursor: Option<&str>| {
        format!("?{}#recent", Choice { cursor: cursor.map(str::to_owned), ..choice.clone() }.to_query())
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
