//! Simulated monitoring data, which shows what the page looks like before there is anything to measure.
//!
//! `simulated.json` is a hand-kept [`Overview`] of one day that contains no measured data. [`overview`] moves its
//! timestamps to the present, spreads its trend over the chosen window, and applies threshold, score range, model
//! version and page of the choice. All other figures are the same for every choice.

use super::timestamp;
use crate::wire::monitoring::{Choice, Overview, Recent, RecentRow, Window};

const DOCUMENT: &str = include_str!("simulated.json");

/// Number of recent predictions per page.
const PAGE_ROWS: usize = 25;

const MINUTES_PER_DAY: i64 = 1_440;

/// Returns the simulated overview for a choice; `generated_at` has a format of [`Overview`]. An error means that
/// `simulated.json` does not have the format of this version.
pub fn overview(choice: &Choice, generated_at: &str) -> serde_json::Result<Overview> {
    let mut overview: Overview = serde_json::from_str(DOCUMENT)?;
    let [then, now] = [&overview.generated_at, generated_at].map(|text| timestamp::parse(text).unwrap_or_default());
    // Moves a timestamp to the present; a span other than a day stretches its distance from now.
    let moved = |text: &str, span: i64| {
        timestamp::format(now - (then - timestamp::parse(text).unwrap_or(then)) * span / MINUTES_PER_DAY)
    };
    overview.recent.rows.iter_mut().for_each(|row| row.created_at = moved(&row.created_at, MINUTES_PER_DAY));
    let span = minutes(choice.window);
    overview.performance.trend.iter_mut().for_each(|point| point.start = moved(&point.start, span));
    for period in &mut overview.outcomes.over_time {
        period.start = moved(&period.start, MINUTES_PER_DAY).chars().take(10).collect();
    }
    overview.generated_at = generated_at.to_owned();
    overview.choice = Choice { simulated: true, ..choice.clone() };
    overview.health.engaged = count_above(&overview.scores.current, choice.threshold);
    overview.recent = page(overview.recent.rows, choice);
    Ok(overview)
}

fn minutes(window: Window) -> i64 {
    match window {
        Window::Hour => 60,
        Window::Day => MINUTES_PER_DAY,
        Window::Week => 7 * MINUTES_PER_DAY,
        Window::Last(_) | Window::All => 30 * MINUTES_PER_DAY,
    }
}

/// Number of scores at or above a threshold, those in its own bin in proportion.
fn count_above(bins: &[u64], threshold: f64) -> u64 {
    let above = |(bin, count): (usize, &u64)| {
        let share = ((bin + 1) as f64 - threshold * bins.len() as f64).clamp(0.0, 1.0);
        (share * *count as f64) as u64
    };
    bins.iter().enumerate().map(above).sum()
}

/// One page of the rows that match the choice; the cursor is the number of rows before it.
fn page(rows: Vec<RecentRow>, choice: &Choice) -> Recent {
    let matches = |row: &RecentRow| {
        (choice.score_min..=choice.score_max).contains(&row.score)
            && choice.model_version.as_ref().is_none_or(|version| *version == row.model_version)
    };
    let skipped = choice.cursor.as_ref().and_then(|cursor| cursor.parse().ok()).unwrap_or(0_usize);
    let mut rows: Vec<RecentRow> = rows.into_iter().filter(matches).skip(skipped).take(PAGE_ROWS + 1).collect();
    let next = (rows.len() > PAGE_ROWS).then(|| skipped.saturating_add(PAGE_ROWS).to_string());
    rows.truncate(PAGE_ROWS);
    Recent { rows, next }
}
