//! Formats local and API scores as a text table.

use super::{ApiScore, LocalScore};
use std::fmt::Write;

/// True when the API returned a score within `tolerance` of the local one.
pub(super) fn is_equal(local: f64, api: &ApiScore, tolerance: f64) -> bool {
    api.as_ref().is_ok_and(|score| (score - local).abs() <= tolerance)
}

/// Formats the local scores alone.
pub(super) fn local(leads: &[LocalScore]) -> String {
    let width = width(leads);
    let mut text = format!("{:width$}  {:>8}\n", "lead", "here");
    for lead in leads {
        let _ = writeln!(text, "{:width$}  {:>8.6}", lead.name, lead.score);
    }
    text
}

/// Formats local scores, API scores by single and by batch requests, and whether they match.
pub(super) fn compared(leads: &[LocalScore], single: &[ApiScore], batch: &[ApiScore], tolerance: f64) -> String {
    let width = width(leads);
    let mut text = format!(
        "{:width$}  {:>8}  {:>8}  {:>9}  {:>8}  {:>9}  match\n",
        "lead", "here", "API", "delta", "batch", "delta"
    );
    for ((lead, single), batch) in leads.iter().zip(single).zip(batch) {
        let equal = is_equal(lead.score, single, tolerance) && is_equal(lead.score, batch, tolerance);
        let verdict = if equal { "yes".to_owned() } else { format!("NO{}", reasons(single, batch)) };
        let ((score, delta), (batch, batch_delta)) = (cells(lead.score, single), cells(lead.score, batch));
        let _ = writeln!(
            text,
            "{:width$}  {:>8.6}  {score:>8}  {delta:>9}  {batch:>8}  {batch_delta:>9}  {verdict}",
            lead.name, lead.score
        );
    }
    text
}

fn cells(local: f64, api: &ApiScore) -> (String, String) {
    match api {
        Ok(score) => (format!("{score:.6}"), format!("{:+.6}", score - local)),
        Err(_) => ("-".to_owned(), "-".to_owned()),
    }
}

fn reasons(single: &ApiScore, batch: &ApiScore) -> String {
    let named = [("single", single), ("batch", batch)];
    let reasons = named.into_iter().filter_map(|(name, score)| Some(format!("{name}: {}", score.as_ref().err()?)));
    let reasons: Vec<String> = reasons.collect();
    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) }
}

fn width(leads: &[LocalScore]) -> usize {
    leads.iter().map(|lead| lead.name.chars().count()).max().unwrap_or(0).max(4)
}
