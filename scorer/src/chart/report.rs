//! The full drift report: one HTML file that needs nothing else, with a picture per column.
//!
//! Owns the report's order and policy. May not know where it is shown or kept.

use super::figure::{Figure, Table, together};
use super::format::{count, percent, short};
use super::markup::Markup;
use super::page::{STYLE, drift_table, drift_title, nearest};
use super::svg::Caption;
use super::svg::drift::bars;
use super::svg::histogram::{Sides, bin_words, histogram};
use super::svg::level::levels;
use super::{moment, reading};
use crate::wire::monitoring::{ColumnDrift, DriftGroup, LevelCounts, Overview, Picture};
use sha2::{Digest, Sha256};

/// At most so many columns are drawn one below the other.
const BARS_MAX: usize = 24;

/// What pooled levels are called.
const REST: &str = "(all others)";

/// The policy to serve the report under, which it also holds itself: only its own style, known by its hash.
pub fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(STYLE))
    )
}

/// The whole document.
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
        let of = reading::choice(&overview.choice);
        title.leaf(
            "p",
            &[("class", "quiet")],
            &format!("{model} · {of} · {} UTC", moment::shown(&overview.generated_at)),
        );
    });
    if overview.simulated {
        header.leaf("p", &[("class", "notice")], "Simulated data: nothing in this report was measured.");
    }
    header.leaf("p", &[("class", "reading")], &reading::drift(&overview.drift));
    header.leaf("p", &[("class", "reading")], &reading::scores(&overview.scores));
}

fn write(main: &mut Markup, group: &DriftGroup, simulated: bool) {
    let title = drift_title(group.columns_are);
    let columns = nearest(group);
    main.element("section", &[], |section| {
        section.leaf("h2", &[], title);
        section.leaf("p", &[("class", "reading")], &reading::group(group));
        if columns.is_empty() {
            return;
        }
        let words =
            "How far each column is on the way to its threshold or beyond; pale where a difference is real but small.";
        let caption = Caption { title, description: words, simulated };
        // Pictures of about the same length.
        let length = columns.len().div_ceil(columns.len().div_ceil(BARS_MAX));
        let pictures = together(columns.chunks(length).map(|columns| bars(caption, columns)));
        let figure = Figure { title: "All columns", reading: words, simulated };
        figure.write(section, &pictures, &drift_table(title, &columns));
        section.element("div", &[("class", "plots")], |plots| {
            columns.iter().for_each(|column| write_column(plots, column, simulated));
        });
    });
}

fn write_column(plots: &mut Markup, column: &ColumnDrift, simulated: bool) {
    let words = reading::column(column);
    let caption = Caption { title: &column.name, description: &words, simulated };
    let (picture, table) = match &column.picture {
        Some(Picture::Bins { edges, reference, current }) => {
            let sides = Sides { reference, current };
            (histogram(caption, edges, sides, None), bins(&column.name, edges, sides))
        }
        Some(Picture::Levels { levels }) => of_levels(caption, &column.name, levels),
        None => (Markup::new(), summary(column)),
    };
    Figure { title: &column.name, reading: &words, simulated }.write(plots, &picture, &table);
}

fn bins<'a>(name: &'a str, edges: &[f64], sides: Sides<'_>) -> Table<'a> {
    let row = |(place, bin): (usize, &[f64])| {
        let range = format!("{} to {}", short(bin[0]), short(bin[1]));
        std::iter::once(range).chain(bin_words(sides, place)).collect()
    };
    let heads = &["Value", "Now", "Share", "Reference", "Share"];
    Table { caption: name, heads, words: &[], rows: edges.windows(2).enumerate().map(row).collect() }
}

fn of_levels<'a>(caption: Caption<'_>, name: &'a str, all: &[LevelCounts]) -> (Markup, Table<'a>) {
    let names: Vec<String> =
        all.iter().map(|one| if one.level.is_empty() { REST.to_owned() } else { one.level.clone() }).collect();
    let reference: Vec<u64> = all.iter().map(|one| one.reference).collect();
    let current: Vec<u64> = all.iter().map(|one| one.current).collect();
    let sides = Sides { reference: &reference, current: &current };
    let row = |(place, name): (usize, &String)| std::iter::once(name.clone()).chain(bin_words(sides, place)).collect();
    let heads = &["Level", "Now", "Share", "Reference", "Share"];
    let rows = names.iter().enumerate().map(row).collect();
    (levels(caption, &names, sides), Table { caption: name, heads, words: &[], rows })
}

/// Of a column without a picture.
fn summary(column: &ColumnDrift) -> Table<'_> {
    let row = |side: &str, rows: u64, missing: f64| vec![side.to_owned(), count(rows), percent(missing)];
    let rows = vec![
        row("now", column.current_count, column.missing.current_share),
        row("reference", column.reference_count, column.missing.reference_share),
    ];
    Table { caption: &column.name, heads: &["Side", "Values", "Missing"], words: &[], rows }
}

/// RFC 4648's text of bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let group = three.iter().chain([&0, &0]).take(3).fold(0_u32, |group, byte| group << 8 | u32::from(*byte));
        for place in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_written_as_the_standard_does() {
        let written = ["", "f", "fo", "foo", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(written, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
