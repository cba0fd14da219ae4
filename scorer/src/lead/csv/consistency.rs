//! Consistency of a table: how alike its rows are, and how many of its cells look like values.
//!
//! The measure is that of van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns"
//! (2019), with fewer types.

/// Pattern score of rows of one cell, instead of 0.
const SINGLE_CELL_SCORE: f64 = 0.001;

/// Consistency of rows, from 0 to 1.
pub(super) fn consistency<'a>(rows: impl Iterator<Item = &'a [String]> + Clone) -> f64 {
    pattern_score(rows.clone().map(<[String]>::len)) * type_score(rows.flatten())
}

/// High for many rows of the same width, and for wide ones.
fn pattern_score(widths: impl Iterator<Item = usize>) -> f64 {
    let mut widths: Vec<usize> = widths.collect();
    widths.sort_unstable();
    let rows = widths.len() as f64;
    let patterns = widths.chunk_by(|one, other| one == other);
    let (mut count, mut sum) = (0.0, 0.0);
    for pattern in patterns {
        let width = pattern[0] as f64;
        let width_score = if pattern[0] > 1 { (width - 1.0) / width } else { SINGLE_CELL_SCORE };
        count += 1.0;
        sum += pattern.len() as f64 / rows * width_score;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Share of cells that look like values.
fn type_score<'a>(cells: impl Iterator<Item = &'a String>) -> f64 {
    let (mut all, mut values) = (0.0, 0.0);
    for cell in cells {
        all += 1.0;
        values += if is_value(cell) { 1.0 } else { 0.0 };
    }
    if all > 0.0 { values / all } else { 0.0 }
}

/// True for text as people and programs write it into a cell: it is not the remains of a text that was cut within.
fn is_value(cell: &str) -> bool {
    if is_quoting_artifact(cell) || cell.chars().any(char::is_control) {
        return false;
    }
    let starts = |first: char| first.is_alphanumeric() || "#+-(\"'$€£¥@*<=.".contains(first) || !first.is_ascii();
    let ends = |last: char| last.is_alphanumeric() || ".!?%)\"'+-€$£¥*>/".contains(last) || !last.is_ascii();
    cell.chars().next().is_none_or(starts) && cell.chars().next_back().is_none_or(ends)
}

/// True for a cell with quoting that its dialect did not remove.
pub(super) fn is_quoting_artifact(cell: &str) -> bool {
    let text = cell.trim_matches(' ');
    let is_in = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let is_spaced = cell.starts_with(' ') && text.starts_with('"');
    // A quote that an escape preceded may have been taken for the closing one.
    let is_escaped = text.contains('\\')
        && (text.ends_with(['"', '\'']) || ["\\\"", "\\'"].iter().any(|escaped| text.contains(escaped)));
    is_in('\'') || is_in('"') || is_spaced || is_escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(rows: &[&[&str]]) -> f64 {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        consistency(rows.iter().map(Vec::as_slice))
    }

    #[test]
    fn tables_are_more_consistent_than_their_fragments() {
        let table = score(&[&["Ada", "https://ada.example", "10:30"], &["Bob", "https://bob.example", "11:15"]]);
        let by_colon = score(&[&["Ada,https", "//ada.example,10", "30"], &["Bob,https", "//bob.example,11", "15"]]);
        let ragged = score(&[&["Ada", "https://ada.example", "10:30"], &["Bob"]]);
        let single = score(&[&["Ada;x;y"], &["Bob;x;y"]]);
        assert!(table > by_colon && table > ragged && by_colon > single, "{table} {by_colon} {ragged} {single}");
        assert_eq!(score(&[]), 0.0);
    }

    #[test]
    fn artifacts_of_quoting_are_recognized() {
        for cell in ["'Ada'", "\"Ada\"", " \"Ada\"", "say \\\"hi\\\"", "it\\'s", "say \\hi\""] {
            assert!(is_quoting_artifact(cell), "{cell}");
        }
        for cell in ["", "'", "Ada", "'s-Hertogenbosch", "5\" disk", "C:\\temp", " Ada"] {
            assert!(!is_quoting_artifact(cell), "{cell}");
        }
    }
}
