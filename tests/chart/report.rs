//! Content of the drift report.

use crate::document::{count, read};
use crate::sample::{NOW, overview};
use scorer::chart::{page, report, simulation};
use scorer::wire::monitoring::Choice;
use sha2::{Digest, Sha256};

#[test]
fn a_report_of_66_columns_has_a_figure_for_each_and_stays_below_two_megabytes() {
    let html = report::document(&overview());
    // One figure per group and one per column.
    assert_eq!(count(&html, "figure", None), 2 + 47 + 19);
    // Two columns without values on one side have only a table.
    assert_eq!(count(&html, "svg", Some("chart")), 2 + 1 + 46 + 18);
    assert_eq!(count(&html, "table", None), 2 + 47 + 19);
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    println!("the report has {} bytes", html.len());
}

#[test]
fn the_report_is_self_contained_and_allows_its_style_by_hash() {
    let html = report::document(&overview());
    let style = html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
    assert_eq!(style, page::STYLE);
    let bytes: Vec<u8> = Sha256::digest(style).to_vec();
    assert_eq!(bytes.len(), 32);
    assert!(report::policy().contains("style-src 'sha256-") && html.contains("Content-Security-Policy"));
    assert!(
        !html.contains("<script") && !html.contains("<link") && !html.contains("http://") && !html.contains("https://")
    );
    read(&html);
}

#[test]
fn simulated_data_is_marked_on_every_chart() {
    let html = report::document(&simulation::overview(&Choice::default(), NOW).unwrap());
    assert_eq!(count(&html, "text", Some("ink-simulated")), count(&html, "svg", Some("chart")));
    assert!(html.contains("Simulated data: nothing in this report was measured."));
}

#[test]
fn captions_mention_special_cases() {
    let html = report::document(&overview());
    for words in [
        "Missing in 41 % of the rows, 2.0 % in the reference.",
        "212 rows have a level that the reference does not name.",
        "Not compared: one side has no values.",
        "Drifted strongly: distance 0.234 (Wasserstein, limit 0.1).",
    ] {
        assert!(html.contains(words), "{words}");
    }
}
