//! Drift report: one self-contained HTML file with a chart per column.

use super::figure::{DataTable, Figure, grid};
use super::format::{count, percent, significant};
use super::markup::Markup;
use super::page::{STYLE, drift_table, drift_title, ranked};
use super::svg::Caption;
use super::svg::drift_bars::drift_bars;
use super::svg::histogram::{ComparedCounts, bin_cells, histogram};
use super::svg::levels::levels;
use super::{captions, timestamp};
use crate::insight::drift::{ColumnDrift, DriftGroup, Histogram, LevelCounts};
use crate::wire::monitoring::Overview;
use sha2::{Digest, Sha256};

/// Maximum number of columns per bar chart.
const BARS_MAX: usize = 24;

/// Name of the pooled levels.
const POOLED: &str = "(all others)";

/// Content-Security-Policy of the report, also in its own `meta` element: only its style, by hash.
pub fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(STYLE))
    )
}

/// Renders the document.
pub fn document(overview: &Overview) -> String {
    let mut page = Markup::new();
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy())]);
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">");
    page.raw("<title>Leadlight drift report</title><style>");
    page.raw(STYLE);
    page.raw("</style></head><body>");
    page.element("header", &[("class", "top")], |header| head(header, overview));
    page.element("main", &[("class", "monitoring")], |main| {
        let groups = [&overview.drift.features, &overview.drift.fields];
        groups.into_iter().flatten().for_each(|group| write(main, group, overview.simulated));
    });
    page.raw("</body></html>\n");
    page.into_string()
}

fn head(header: &mut Markup, overview: &Overview) {
    header.element("div", &[("class", "title")], |title| {
        title.leaf("h1", &[], "Drift report");
        let model = overview
            .model
            .as_ref()
            .map_or("no model".to_owned(), |model| format!("model {} {}", model.name, model.version));
        let scope = captions::choice(&overview.choice);
        title.leaf(
            "p",
            &[("class", "quiet")],
            &format!("{model} · {scope} · {} UTC", timestamp::display(&overview.generated_at)),
        );
    });
    if overview.simulated {
        header.leaf("p", &[("class", "notice")], "Simulated data: nothing in this report was measured.");
    }
    header.leaf("p", &[("class", "reading")], &captions::drift(&overview.drift));
    header.leaf("p", &[("class", "reading")], &captions::scores(&overview.scores));
}

fn write(main: &mut Markup, group: &DriftGroup, simulated: bool) {
    let title = drift_title(group.columns_are);
    let columns = ranked(group);
    main.element("section", &[], |section| {
        section.leaf("h2", &[], title);
        section.leaf("p", &[("class", "reading")], &captions::group(group));
        if columns.is_empty() {
            return;
        }
        let sentence =
            "How far each column is on the way to its threshold or beyond; pale where a difference is real but small.";
        let caption = Caption { title, description: sentence, simulated };
        // Charts of about the same height.
        let length = columns.len().div_ceil(columns.len().div_ceil(BARS_MAX));
        let charts = grid(columns.chunks(length).map(|columns| drift_bars(caption, columns)));
        let figure = Figure { title: "All columns", caption: sentence, simulated };
        figure.write(section, &charts, &drift_table(title, &columns));
        section.element("div", &[("class", "plots")], |plots| {
            columns.iter().for_each(|column| write_column(plots, column, simulated));
        });
    });
}

fn write_column(plots: &mut Markup, column: &ColumnDrift, simulated: bool) {
    let sentence = captions::column(column);
    let caption = Caption { title: &column.name, description: &sentence, simulated };
    let (chart, table) = match &column.histogram {
        Some(Histogram::Bins { edges, reference, current }) => {
            let counts = ComparedCounts { reference, current };
            (histogram(caption, edges, counts, None), bin_table(&column.name, edges, counts))
        }
        Some(Histogram::Levels { levels }) => level_chart(caption, &column.name, levels),
        None => (Markup::new(), summary_table(column)),
    };
    Figure { title: &column.name, caption: &sentence, simulated }.write(plots, &chart, &table);
}

fn bin_table<'a>(name: &'a str, edges: &[f64], counts: ComparedCounts<'_>) -> DataTable<'a> {
    let row = |(index, bin): (usize, &[f64])| {
        let range = format!("{} to {}", significant(bin[0]), significant(bin[1]));
        std::iter::once(range).chain(bin_cells(counts, index)).collect()
    };
    let headers = &["Value", "Now", "Share", "Reference", "Share"];
    DataTable { caption: name, headers, text_columns: &[], rows: edges.windows(2).enumerate().map(row).collect() }
}

fn level_chart<'a>(caption: Caption<'_>, name: &'a str, all: &[LevelCounts]) -> (Markup, DataTable<'a>) {
    let names: Vec<String> = all
        .iter()
        .map(|counts| if counts.level.is_empty() { POOLED.to_owned() } else { counts.level.clone() })
        .collect();
    let reference: Vec<u64> = all.iter().map(|counts| counts.reference).collect();
    let current: Vec<u64> = all.iter().map(|counts| counts.current).collect();
    let counts = ComparedCounts { reference: &reference, current: &current };
    let row = |(index, name): (usize, &String)| std::iter::once(name.clone()).chain(bin_cells(counts, index)).collect();
    let headers = &["Level", "Now", "Share", "Reference", "Share"];
    let rows = names.iter().enumerate().map(row).collect();
    (levels(caption, &names, counts), DataTable { caption: name, headers, text_columns: &[], rows })
}

/// DataTable of a column without a histogram.
fn summary_table(column: &ColumnDrift) -> DataTable<'_> {
    let row = |side: &str, rows: u64, missing: f64| vec![side.to_owned(), count(rows), percent(missing)];
    let rows = vec![
        row("now", column.current_count, column.missing.current_share),
        row("reference", column.reference_count, column.missing.reference_share),
    ];
    DataTable { caption: &column.name, headers: &["Side", "Values", "Missing"], text_columns: &[], rows }
}

/// Encodes bytes by RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().chain([&0, &0]).take(3).fold(0_u32, |group, byte| group << 8 | u32::from(*byte));
        for index in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * index) & 63) as usize];
            text.push(if index > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_matches_rfc_4648() {
        let encoded = ["", "f", "fo", "foo", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
