//! What the page holds.

use crate::document::count;
use crate::sample::{MARK, NOW, overview};
use scorer::chart::{page, simulation};
use scorer::wire::monitoring::{Choice, Outcomes, Overview, Recent, Window};
use std::fs;

/// Keeps a page to be looked at.
pub(crate) fn keep(name: &str, html: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("monitoring");
    fs::create_dir_all(folder.join("monitoring")).unwrap();
    fs::write(folder.join(name), html).unwrap();
    fs::write(folder.join("monitoring/style.css"), page::STYLE).unwrap();
}

fn simulated() -> Overview {
    simulation::overview(&Choice { window: Window::Week, ..Choice::default() }, NOW)
}

/// A service of which nothing is known yet.
fn empty() -> Overview {
    let mut overview = simulated();
    overview.simulated = false;
    overview.choice.simulated = false;
    overview.alerts.clear();
    (overview.health.predictions_logged, overview.health.predictions, overview.health.engaged) = (0, 0, 0);
    overview.health.calls.count = 0;
    overview.scores.current.fill(0);
    (overview.scores.quantiles, overview.scores.shift) = (None, None);
    (overview.scores.engaged, overview.scores.not_engaged) = (0, 0);
    (overview.performance.times, overview.performance.trend) = (None, Vec::new());
    (overview.drift.features, overview.drift.fields) = (None, None);
    overview.drift.note = Some("No predictions in this window.".to_owned());
    overview.recent = Recent { rows: Vec::new(), next: None };
    overview.outcomes = Outcomes::default();
    overview
}

#[test]
fn every_picture_has_its_numbers_as_a_table_its_name_and_one_sentence() {
    for html in [page::document(&overview()), page::document(&simulated())] {
        let figures = count(&html, "figure", Some("plot"));
        assert_eq!(figures, 12);
        // Where there are grades, labels and grades are two pictures of one figure.
        assert_eq!(count(&html, "svg", Some("chart")), figures + 1);
        let parts: Vec<&str> = html.split("<figure").skip(1).collect();
        for part in parts {
            let figure = part.split("</figure>").next().unwrap();
            assert!(figure.contains("<table>") && figure.contains("<p class=\"reading\">") && figure.contains("<h3>"));
            assert!(figure.contains("role=\"img\"><title>") && figure.contains("<desc>"), "{figure}");
            let sentence = figure.split("<p class=\"reading\">").nth(1).unwrap();
            assert!(!sentence.starts_with('<') && figure.find("reading") < figure.find("<svg"), "{figure}");
        }
    }
}

#[test]
fn six_sections_stand_in_the_order_of_the_contract() {
    let html = page::document(&overview());
    let places: Vec<usize> = ["alerts", "health", "scores", "performance", "drift", "recent", "outcomes"]
        .map(|id| html.find(&format!("<section id=\"{id}\"")).unwrap())
        .to_vec();
    assert!(places.is_sorted());
    assert!(html.contains("1,204 rows wait in the spool") && html.contains("(limit 5 %)"), "alerts are told");
}

#[test]
fn simulated_data_is_marked_on_every_picture_and_real_data_on_none() {
    let html = page::document(&simulated());
    let figures = count(&html, "figure", Some("plot"));
    assert_eq!(count(&html, "span", Some("mark")), figures);
    assert_eq!(count(&html, "text", Some("ink-simulated")), figures + 1);
    assert!(html.contains("Simulated data: nothing on this page was measured."));
    let real = page::document(&overview());
    assert!(!real.to_lowercase().contains("simulated"));
}

#[test]
fn without_predictions_simulated_data_is_offered_and_nothing_is_drawn() {
    let html = page::document(&empty());
    assert!(
        html.contains("No predictions yet.") && html.contains("href=\"?window=week&amp;simulated=true\""),
        "{html}"
    );
    assert_eq!(count(&html, "svg", None), 0);
    keep("empty.html", &html);
}

#[test]
fn links_and_forms_keep_the_rest_of_the_choice_and_begin_at_the_newest_row() {
    let html = page::document(&overview());
    let version = "model_version=%E2%80%B9outside%E2%80%BA2026.8.1";
    assert!(html.contains(&format!("<a href=\"?window=hour&amp;{version}\">Hour</a>")), "{html}");
    assert!(html.contains(&format!("<a href=\"?window=week&amp;{version}\" aria-current=\"true\">Week</a>")));
    let hidden = format!("<input type=\"hidden\" name=\"model_version\" value=\"{MARK}2026.8.1\">");
    assert_eq!(html.matches(&hidden).count(), 2, "in the forms that do not choose the version");
    assert!(!html.contains("name=\"cursor\""));
    assert!(html.contains(&format!("?window=week&amp;{version}&amp;cursor=%E2%80%B9outside%E2%80%BAnext#recent")));
}

#[test]
fn the_page_is_drawn_the_same_from_its_json() {
    let overview = overview();
    let json = serde_json::to_string(&overview).unwrap();
    let read: Overview = serde_json::from_str(&json).unwrap();
    assert_eq!(read, overview);
    assert_eq!(page::content(&read), page::content(&overview));
}

#[test]
fn pages_are_kept_to_be_looked_at() {
    let shown = serde_json::to_string(&overview()).unwrap().replace(MARK, "");
    let shown: Overview = serde_json::from_str(&shown).unwrap();
    keep("page.html", &page::document(&shown));
    keep("simulated.html", &page::document(&simulated()));
    keep("report.html", &scorer::chart::report::document(&shown));
    assert!(page::document(&shown).len() < 400_000);
}
