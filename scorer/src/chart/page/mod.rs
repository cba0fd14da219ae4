//! The monitoring page, one section per file: a whole document in the server, the content of `body` in the static site.
//!
//! Links and forms are query strings on the page's own address (`?window=hour`), except for the report and the JSON.

mod alerts;
mod controls;
mod drift;
mod health;
mod outcomes;
mod performance;
mod recent;
mod scores;

pub(super) use drift::{ranked, table as drift_table, title as drift_title};

use super::markup::Markup;
use super::{captions, timestamp};
use crate::wire::monitoring::{Choice, Overview};

/// Style sheet, served at `monitoring/style.css` relative to the page.
pub const STYLE: &str = concat!(
    include_str!("../../../../static/style/tokens.css"),
    include_str!("../../../../static/style/monitoring.css")
);

/// Content-Security-Policy of the document: its own style sheet and forms, nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Relative address of the drift report.
pub const REPORT: &str = "monitoring/report";
/// Relative address of the overview as JSON.
pub const DATA: &str = "monitoring/data";

/// Renders the whole document, for `GET /monitoring`.
pub fn document(overview: &Overview) -> String {
    let mut page = Markup::new();
    page.raw(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"monitoring/style.css\">\
         <title>Leadlight monitoring</title></head><body>",
    );
    write(&mut page, overview);
    page.raw("</body></html>\n");
    page.into_string()
}

/// Renders the content of the document's `body`.
pub fn content(overview: &Overview) -> String {
    let mut page = Markup::new();
    write(&mut page, overview);
    page.into_string()
}

fn write(page: &mut Markup, overview: &Overview) {
    page.element("header", &[("class", "top")], |header| head(header, overview));
    page.element("main", &[("class", "monitoring")], |main| {
        notice(main, overview);
        alerts::write(main, overview);
        health::write(main, overview);
        scores::write(main, overview);
        performance::write(main, overview);
        drift::write(main, overview);
        recent::write(main, overview);
        outcomes::write(main, overview);
    });
    page.element("footer", &[("class", "bottom")], |footer| foot(footer, overview));
}

fn head(header: &mut Markup, overview: &Overview) {
    header.element("div", &[("class", "title")], |title| {
        title.leaf("h1", &[], "Monitoring");
        let model = overview.model.as_ref().map_or("no model in service".to_owned(), |model| {
            let age = model.age_days.map_or(String::new(), |days| format!(", {days} days old"));
            format!("model {} {}{age}", model.name, model.version)
        });
        title.leaf(
            "p",
            &[("class", "quiet")],
            &format!("{model} · {} UTC", timestamp::display(&overview.generated_at)),
        );
    });
    controls::write(header, overview);
    header.element("p", &[("class", "about")], |about| {
        about.text("Shown: ");
        about.leaf("strong", &[], &captions::choice(&overview.choice));
        about.text(".");
    });
}

/// Notice that data is simulated, or that there is none yet.
fn notice(main: &mut Markup, overview: &Overview) {
    let other = Choice { simulated: !overview.simulated, cursor: None, ..overview.choice.clone() };
    let address = format!("?{}", other.to_query());
    if overview.simulated {
        main.element("p", &[("class", "notice")], |notice| {
            notice.leaf("strong", &[], "Simulated data: nothing on this page was measured. ");
            notice.leaf("a", &[("href", &address)], "Show what was measured");
        });
    } else if overview.health.predictions_logged == 0 {
        main.element("p", &[("class", "notice")], |notice| {
            notice.leaf("strong", &[], "No predictions yet. ");
            notice.leaf("a", &[("href", &address)], "Show the page with simulated data");
        });
    }
}

fn foot(footer: &mut Markup, overview: &Overview) {
    let query = overview.choice.to_query();
    footer.element("p", &[("class", "quiet")], |line| {
        line.leaf("a", &[("href", &format!("{DATA}?{query}")), ("data-way", "data")], "All of this as JSON");
        line.text(" · Every time is UTC.");
    });
    if let Some(model) = &overview.model {
        footer.leaf("p", &[("class", "quiet hash")], &format!("Model file sha256 {}", model.sha256));
    }
}

/// Section with its heading and one sentence.
fn section(main: &mut Markup, id: &'static str, title: &'static str, caption: &str, inside: impl FnOnce(&mut Markup)) {
    main.element("section", &[("id", id)], |section| {
        section.leaf("h2", &[], title);
        section.leaf("p", &[("class", "reading")], caption);
        inside(section);
    });
}

/// Metrics by name; the text after a line break is a note.
fn metric_list(section: &mut Markup, metrics: &[(&str, String)]) {
    section.element("dl", &[("class", "figures")], |list| {
        for (name, value) in metrics {
            let (value, note) = value.split_once('\n').unwrap_or((value, ""));
            list.element("div", &[], |pair| {
                pair.leaf("dt", &[], name);
                pair.leaf("dd", &[], value);
                if !note.is_empty() {
                    pair.leaf("dd", &[("class", "note")], note);
                }
            });
        }
    });
}
