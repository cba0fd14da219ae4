//! The predictions of the service before this one, put into summaries once: their scores and times by the hour.
//!
//! Owns how they become summaries. May not know how the log hands them out.

use super::hour_aggregate::Summary;
use prediction_log::{Granularity, LegacyHour, ProfileRow, Store, StoreError};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The instance that stands for that service.
const INSTANCE: &str = "before";

/// Sums up all hours that were not and are over; how many.
pub(super) async fn sum_up(store: &Store, now: OffsetDateTime) -> Result<usize, StoreError> {
    let mut done = 0;
    while let Some(hour) = store.next_legacy_hour(now).await? {
        let rows = summaries(&hour, now);
        // Where another instance was quicker, the next hour comes all the same.
        done += usize::from(store.put_legacy_hour(hour.start, rows).await?);
    }
    Ok(done)
}

fn summaries(hour: &LegacyHour, now: OffsetDateTime) -> Vec<ProfileRow> {
    let mut sums: BTreeMap<&str, Summary> = BTreeMap::new();
    for old in &hour.predictions {
        let version = old.model_version.as_str();
        let sum = sums.entry(version).or_insert_with(|| Summary::of_scores(version));
        sum.add_score(old.score, old.inference_time_ms);
    }
    let row = |(version, summary): (&str, Summary)| ProfileRow {
        granularity: Granularity::Hour,
        start: hour.start,
        model_sha256: format!("{INSTANCE}/{version}"),
        instance: INSTANCE.to_owned(),
        bytes: summary.encode(),
        rows: summary.rows(),
        updated_at: now.into(),
    };
    sums.into_iter().map(row).collect()
}
