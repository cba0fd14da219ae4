//! Content of the monitoring page.

use crate::document::count;
use crate::sample::{MARK, NOW, overview};
use scorer::chart::{page, simulation};
use scorer::wire::monitoring::{Choice, Outcomes, Overview, Recent, Window};
use std::fs;

/// Saves a page for visual inspection.
fn save(name: &str, html: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("monitoring");
    fs::create_dir_all(folder.join("monitoring")).unwrap();
    fs::write(folder.join(name), html).unwrap();
    fs::write(folder.join("monitoring/style.css"), page::STYLE).unwrap();
}

fn simulated() -> Overview {
    simulation::overview(&Choice { window: Window::Week, ..Choice::default() }, NOW).unwrap()
}

/// Overview of a service without predictions.
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
fn every_chart_has_a_table_a_title_and_a_caption() {
    for html in [page::document(&overview()), page::document(&simulated())] {
        let figures = count(&html, "figure", Some("plot"));
        assert_eq!(figures, 12);
        // Labels and grades are two charts of one figure.
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
fn sections_are_in_order() {
    let html = page::document(&overview());
    let positions: Vec<usize> = ["alerts", "health", "scores", "performance", "drift", "recent", "outcomes"]
        .map(|id| html.find(&format!("<section id=\"{id}\"")).unwrap())
        .to_vec();
    assert!(positions.is_sorted());
    assert!(html.contains("1,204 rows wait in the spool") && html.contains("(limit 5 %)"), "alerts are shown");
}

#[test]
fn simulated_data_is_marked_on_every_chart_and_real_data_on_none() {
    let html = page::document(&simulated());
    let figures = count(&html, "figure", Some("plot"));
    assert_eq!(count(&html, "span", Some("mark")), figures);
    assert_eq!(count(&html, "text", Some("ink-simulated")), figures + 1);
    assert!(html.contains("Simulated data: nothing on this page was measured."));
    let real = page::document(&overview());
    assert!(!real.to_lowercase().contains("simulated"));
}

#[test]
fn without_predictions_simulated_data_is_offered_and_no_chart_is_drawn() {
    let html = page::document(&empty());
    assert!(
        html.contains("No predictions yet.") && html.contains("href=\"?window=week&amp;simulated=true\""),
        "{html}"
    );
    assert_eq!(count(&html, "svg", None), 0);
    save("empty.html", &html);
}

#[test]
fn links_and_forms_keep_other_parameters_except_the_cursor() {
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
fn the_page_is_the_same_from_json() {
    let overview = overview();
    let json = serde_json::to_string(&overview).unwrap();
    let read: Overview = serde_json::from_str(&json).unwrap();
    assert_eq!(read, overview);
    assert_eq!(page::content(&read), page::content(&overview));
}

#[test]
fn pages_are_saved_for_visual_inspection() {
    let shown = serde_json::to_string(&overview()).unwrap().replace(MARK, "");
    let shown: Overview = serde_json::from_str(&shown).unwrap();
    save("page.html", &page::document(&shown));
    save("simulated.html", &page::document(&simulated()));
    save("report.html", &scorer::chart::report::document(&shown));
    assert!(page::document(&shown).len() < 400_000);
}

#[test]
fn simulated_data_follows_the_choice() {
    for window in [Window::Hour, Window::Day, Window::Week, Window::Last(500), Window::All] {
        let overview = simulation::overview(&Choice { window, ..Choice::default() }, NOW).unwrap();
        assert!(overview.simulated && overview.choice.simulated && overview.choice.window == window);
        let starts: Vec<&str> = overview.performance.trend.iter().map(|point| point.start.as_str()).collect();
        assert!(starts.len() > 10 && starts.is_sorted() && starts.iter().all(|start| *start < NOW), "{starts:?}");
        assert_eq!(overview.recent.rows[0].created_at, NOW);
    }
    let choice = Choice { threshold: 0.7, score_min: 0.3, ..Choice::default() };
    let first = simulation::overview(&choice, NOW).unwrap();
    assert!(first.health.engaged < first.scores.engaged && first.recent.rows.iter().all(|row| row.score >= 0.3));
    let second = simulation::overview(&Choice { cursor: first.recent.next.clone(), ..choice }, NOW).unwrap();
    assert!(!second.recent.rows.is_empty() && second.recent.rows[0].id < first.recent.rows[24].id);
}
