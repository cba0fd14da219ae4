//! Backfill of the replaced service's predictions: hourly aggregates of their scores and inference times, made once.

use super::hour_aggregate::HourAggregate;
use prediction_log::{Granularity, LegacyHour, ProfileRow, Store, StoreError};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Instance name of the replaced service.
const INSTANCE: &str = "before";

/// Aggregates all past hours that have not been; returns their number.
pub(super) async fn backfill(store: &Store, now: OffsetDateTime) -> Result<usize, StoreError> {
    let mut done = 0;
    while let Some(hour) = store.next_legacy_hour(now).await? {
        let rows = aggregates(&hour, now);
        // False where another instance was faster; the loop continues with the next hour.
        done += usize::from(store.put_legacy_hour(hour.start, rows).await?);
    }
    Ok(done)
}

fn aggregates(hour: &LegacyHour, now: OffsetDateTime) -> Vec<ProfileRow> {
    let mut aggregates: BTreeMap<&str, HourAggregate> = BTreeMap::new();
    for old in &hour.predictions {
        let version = old.model_version.as_str();
        let aggregate = aggregates.entry(version).or_insert_with(|| HourAggregate::scores_only(version));
        aggregate.add_score(old.score, old.inference_time_ms);
    }
    let row = |(version, aggregate): (&str, HourAggregate)| ProfileRow {
        granularity: Granularity::Hour,
        start: hour.start,
        model_sha256: format!("{INSTANCE}/{version}"),
        instance: INSTANCE.to_owned(),
        bytes: aggregate.encode(),
        rows: aggregate.rows(),
        updated_at: now.into(),
    };
    aggregates.into_iter().map(row).collect()
}
