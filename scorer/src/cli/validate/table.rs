//! Scores here and there as a table to read.
//!
//! Owns its form. May not know how scores come about.

use super::{Known, Told};
use std::fmt::Write;

/// Whether a score is the one that is known.
pub(super) fn is_same(known: f64, told: &Told, tolerance: f64) -> bool {
    told.as_ref().is_ok_and(|score| (score - known).abs() <= tolerance)
}

/// Scores here alone.
pub(super) fn local(known: &[Known]) -> String {
    let width = width(known);
    let mut text = format!("{:width$}  {:>8}\n", "lead", "here");
    for lead in known {
        let _ = writeln!(text, "{:width$}  {:>8.6}", lead.name, lead.score);
    }
    text
}

/// Scores here, through the API singly and in a batch, and whether they are the same.
pub(super) fn compared(known: &[Known], singly: &[Told], together: &[Told], tolerance: f64) -> String {
    let width = width(known);
    let mut text = format!(
        "{:width$}  {:>8}  {:>8}  {:>9}  {:>8}  {:>9}  match\n",
        "lead", "here", "API", "delta", "batch", "delta"
    );
    for ((lead, alone), among) in known.iter().zip(singly).zip(together) {
        let same = is_same(lead.score, alone, tolerance) && is_same(lead.score, among, tolerance);
        let ((score, delta), (batch, batch_delta)) = (cells(lead.score, alone), cells(lead.score, among));
        let verdict = if same { "yes".to_owned() } else { format!("NO{}", reason(alone, among)) };
        let _ = writeln!(
            text,
            "{:width$}  {:>8.6}  {score:>8}  {delta:>9}  {batch:>8}  {batch_delta:>9}  {verdict}",
            lead.name, lead.score
        );
    }
    text
}

fn cells(known: f64, told: &Told) -> (String, String) {
    match told {
        Ok(score) => (format!("{score:.6}"), format!("{:+.6}", score - known)),
        Err(_) => ("-".to_owned(), "-".to_owned()),
    }
}

fn reason(alone: &Told, among: &Told) -> String {
    let reasons = [("singly", alone), ("batch", among)];
    let told = reasons.into_iter().filter_map(|(how, told)| Some(format!("{how}: {}", told.as_ref().err()?)));
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
}

fn width(known: &[Known]) -> usize {
    known.iter().map(|lead| lead.name.chars().count()).max().unwrap_or(0).max(4)
}
