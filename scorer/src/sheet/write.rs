//! The scored list as CSV: the user's own columns untouched, ours behind them, best lead first.
//!
//! Owns the columns' names and the form of the file, the same from the page and from the command line. May not know
//! files.

use super::Sheet;
use crate::insight::label::{confidence, label, probability_text, rounded};
use crate::lead::csv::Reject;
use std::io::{self, Write};

/// The columns that are added, in order.
pub const ADDED: [&str; 7] = ["rank", "probability", "score", "grade", "label", "confidence", "model_version"];

impl Sheet {
    /// Writes the leads as CSV in UTF-8 with commas and line feeds.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        let added = ADDED.map(|name| free_name(name, self.columns()));
        write_row(self.columns().iter().map(String::as_str).chain(added.iter().map(String::as_str)), &mut line);
        for (rank, lead) in self.order().iter().enumerate() {
            let lead = *lead as usize;
            let score = self.score(lead);
            let added = [
                (rank + 1).to_string(),
                probability_text(score.probability),
                rounded(f64::from(score.probability)).to_string(),
                score.grade.map(String::from).unwrap_or_default(),
                label(score.probability).to_owned(),
                confidence(score.probability).to_owned(),
                self.scorer().models()[score.model].version().to_owned(),
            ];
            let own = (0..self.columns().len()).map(|column| self.cell(lead, column));
            write_row(own.chain(added.iter().map(String::as_str)), &mut line);
            if line.len() > 1 << 16 {
                out.write_all(&line)?;
                line.clear();
            }
        }
        out.write_all(&line)
    }
}

/// Writes rejected rows as CSV: line, column, reason.
pub fn write_rejects(rejects: &[Reject], out: &mut impl Write) -> io::Result<()> {
    let mut lines = Vec::new();
    write_row(["line", "column", "reason"].into_iter(), &mut lines);
    for reject in rejects {
        let line = reject.line.to_string();
        let column = reject.column.as_deref().unwrap_or("");
        write_row([line.as_str(), column, reject.reason.as_str()].into_iter(), &mut lines);
    }
    out.write_all(&lines)
}

/// A name that the file does not have yet, so that a list that was scored before keeps its old columns.
pub fn free_name(name: &str, columns: &[String]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    let mut free = name.to_owned();
    while taken(&free) {
        free.insert_str(0, "leadlight_");
    }
    free
}

fn write_row<'a>(cells: impl Iterator<Item = &'a str>, line: &mut Vec<u8>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            line.push(b',');
        }
        write_cell(cell, b',', line);
    }
    line.push(b'\n');
}

/// Quotes where RFC 4180 asks for it, and around white space at the ends, which some readers would drop.
pub fn write_cell(cell: &str, delimiter: u8, line: &mut Vec<u8>) {
    let special = cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
    if !special && cell.trim().len() == cell.len() {
        return line.extend_from_slice(cell.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}
