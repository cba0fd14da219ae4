//! Summaries of hours that are over become those of days, and days those of months, so that reading a long time costs
//! no more than reading a short one.
//!
//! Owns when. Several instances may try: the log lets one of them win. May not know what is in a summary beyond adding.

use super::hour_aggregate::Summary;
use prediction_log::{Granularity, ProfileKey, ProfileRow, Store, StoreError, TimeWindow, Timestamp};
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// Hours are kept at least so long: the last day and the day before it are read by the hour.
const HOURS_KEPT: Duration = Duration::hours(49);

/// Days are kept at least so long, for the last week.
const DAYS_KEPT: Duration = Duration::days(40);

/// The name of a summary of several instances.
const TOGETHER: &str = "together";

/// Adds up what is old enough; how many summaries were made.
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
            let Some((bytes, count, keys)) = together(&rows) else { continue };
            let instance = TOGETHER.to_owned();
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

/// Those that can be added up, and which they are; one that cannot be read stays as it is.
fn together(rows: &[ProfileRow]) -> Option<(Vec<u8>, u64, Vec<ProfileKey>)> {
    let mut sum: Option<Summary> = None;
    let mut keys = Vec::new();
    for row in rows {
        let Ok(summary) = Summary::decode(&row.bytes) else { continue };
        match &mut sum {
            None => sum = Some(summary),
            Some(sum) => {
                if sum.merge(&summary).is_err() {
                    continue;
                }
            }
        }
        keys.push(row.key());
    }
    sum.map(|sum| (sum.encode(), sum.rows(), keys))
}
