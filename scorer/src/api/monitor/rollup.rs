//! Rollup of hourly aggregates to days and of days to months, so that long windows are as fast as short ones. Several
//! instances may try; the log lets one of them win.

use super::hour_aggregate::HourAggregate;
use prediction_log::{Granularity, ProfileKey, ProfileRow, Store, StoreError, TimeWindow, Timestamp};
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// Retention of hourly rows: the last two days are read by the hour.
const HOURS_KEPT: Duration = Duration::hours(49);

/// Retention of daily rows, for the last week.
const DAYS_KEPT: Duration = Duration::days(40);

/// Instance name of merged rows.
const MERGED_INSTANCE: &str = "together";

/// Merges rows past their retention; returns the number of merged rows.
pub(super) async fn roll_up(store: &Store, now: OffsetDateTime) -> Result<usize, StoreError> {
    let steps = [(Granularity::Hour, Granularity::Day, HOURS_KEPT), (Granularity::Day, Granularity::Month, DAYS_KEPT)];
    let mut made = 0;
    for (from, into, kept) in steps {
        let until = into.start((now - kept).into());
        let window = TimeWindow { until, ..TimeWindow::all() };
        let old = store.profiles(&window, None).await?.into_iter().filter(|row| row.granularity == from);
        let mut groups: BTreeMap<(Timestamp, String), Vec<ProfileRow>> = BTreeMap::new();
        for row in old {
            groups.entry((into.start(row.start), row.model_sha256.clone())).or_default().push(row);
        }
        for ((start, model_sha256), rows) in groups {
            let Some((bytes, count, keys)) = merge(&rows) else { continue };
            let instance = MERGED_INSTANCE.to_owned();
            let row = ProfileRow {
                granularity: into,
                start,
                model_sha256,
                instance,
                bytes,
                rows: count,
                updated_at: now.into(),
            };
            made += usize::from(store.roll_up_profiles(&keys, row).await?);
        }
    }
    Ok(made)
}

/// Merges aggregates; returns bytes, number of predictions and the keys of the merged rows. Unreadable rows are left.
fn merge(rows: &[ProfileRow]) -> Option<(Vec<u8>, u64, Vec<ProfileKey>)> {
    let mut sum: Option<HourAggregate> = None;
    let mut keys = Vec::new();
    for row in rows {
        let Ok(aggregate) = HourAggregate::decode(&row.bytes) else { continue };
        match &mut sum {
            None => sum = Some(aggregate),
            Some(sum) => {
                if sum.merge(&aggregate).is_err() {
                    continue;
                }
            }
        }
        keys.push(row.key());
    }
    sum.map(|sum| (sum.encode(), sum.rows(), keys))
}
