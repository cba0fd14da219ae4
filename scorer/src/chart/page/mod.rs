//! The monitoring page: an overview as HTML, one section per file.
//!
//! Owns the page's order, style and policy. May not know where it is shown: in the server it is a whole document, in the
//! static site's document the same content is put into its body. All links and forms are queries on the page's own
//! address (`?window=hour`), but for the report and the JSON, which the server has beside it.

mod alert;
mod control;
mod drift;
mod health;
mod outcome;
mod performance;
mod recent;
mod score;

pub(super) use drift::{nearest, table as drift_table, title as drift_title};

use super::markup::Markup;
use super::{moment, reading};
use crate::wire::monitoring::{Choice, Overview};

/// The style sheet, to be served at `monitoring/style.css` beside the page.
pub const STYLE: &str = concat!(
    include_str!("../../../../static/style/tokens.css"),
    include_str!("../../../../static/style/monitoring.css")
);

/// The policy to serve the document under: its own style sheet and forms to itself, and nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Where the full report and the overview as JSON are, from the page's own address.
pub const REPORT: &str = "monitoring/report";
/// See [`REPORT`].
pub const DATA: &str = "monitoring/data";

/// The whole document, for `GET /monitoring`.
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

/// What stands in the body of such a document.
pub fn content(overview: &Overview) -> String {
    let mut page = Markup::new();
    write(&mut page, overview);
    page.into_string()
}

fn write(page: &mut Markup, overview: &Overview) {
    page.element("header", &[("class", "top")], |header| head(header, overview));
    page.element("main", &[("class", "monitoring")], |main| {
        notice(main, overview);
        alert::write(main, overview);
        health::write(main, overview);
        score::write(main, overview);
        performance::write(main, overview);
        drift::write(main, overview);
        recent::write(main, overview);
        outcome::write(main, overview);
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
        title.leaf("p", &[("class", "quiet")], &format!("{model} · {} UTC", moment::shown(&overview.generated_at)));
    });
    control::write(header, overview);
    header.element("p", &[("class", "about")], |about| {
        about.text("Shown: ");
        about.leaf("strong", &[], &reading::choice(&overview.choice));
        about.text(".");
    });
}

/// What must be known before any figure: that nothing was measured, or that there is nothing yet.
fn notice(main: &mut Markup, overview: &Overview) {
    let other = Choice { simulated: !overview.simulated, cursor: None, ..overview.choice.clone() };
    let address = format!("?{}", other.query());
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
    let query = overview.choice.query();
    footer.element("p", &[("class", "quiet")], |line| {
        line.leaf("a", &[("href", &format!("{DATA}?{query}")), ("data-way", "data")], "All of this as JSON");
        line.text(" · Every time is UTC.");
    });
    if let Some(model) = &overview.model {
        footer.leaf("p", &[("class", "quiet hash")], &format!("Model file sha256 {}", model.sha256));
    }
}

/// A section with its heading and one sentence.
fn section(main: &mut Markup, id: &'static str, title: &'static str, words: &str, inside: impl FnOnce(&mut Markup)) {
    main.element("section", &[("id", id)], |section| {
        section.leaf("h2", &[], title);
        section.leaf("p", &[("class", "reading")], words);
        inside(section);
    });
}

/// Figures, each under its name; what stands behind a line's end is a note to it.
fn figures(section: &mut Markup, all: &[(&str, String)]) {
    section.element("dl", &[("class", "figures")], |list| {
        for (name, figure) in all {
            let (figure, note) = figure.split_once('\n').unwrap_or((figure, ""));
            list.element("div", &[], |pair| {
                pair.leaf("dt", &[], name);
                pair.leaf("dd", &[], figure);
                if !note.is_empty() {
                    pair.leaf("dd", &[("class", "note")], note);
                }
            });
        }
    });
}
