//! The predictions of the service before this one, handed out by the hour to be summed up, each hour once.
//!
//! Owns how far that has come, for all instances. May not know what is in a summary.

use super::database::Transaction;
use super::profile::{self, ProfileRow};
use super::record::timestamp;
use super::source;
use super::window::{Level, moment};
use time::{Duration, OffsetDateTime};

/// The name that the hours that are done are counted under, among the runs of writers.
const SOURCE: &str = "before";

/// The condition that leaves that one out where marks are deleted: without it all would be summed up a second time.
pub(super) const OTHER_SOURCES: &str = "source <> 'before' AND";

/// An hour of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OldHour {
    /// When it began; see [`Level::start`].
    pub start: String,
    /// In the order in which they were made.
    pub predictions: Vec<OldPrediction>,
}

/// What can be summed up of one.
#[derive(Debug, Clone, PartialEq)]
pub struct OldPrediction {
    /// Of the model.
    pub model_version: String,
    /// 0 to 1.
    pub score: f64,
    /// How long it took, in milliseconds.
    pub inference_time_ms: f64,
}

/// The first hour that was not summed up and is over.
pub(super) async fn next(
    transaction: &mut Transaction<'_>,
    now: OffsetDateTime,
) -> Result<Option<OldHour>, sqlx::Error> {
    let dialect = transaction.dialect();
    let sql = format!(
        "SELECT {} FROM prediction_logs WHERE model_sha256 IS NULL AND created_at >= {} AND created_at < {} \
         ORDER BY created_at LIMIT 1",
        dialect.told("created_at"),
        dialect.moment("$1"),
        dialect.moment("$2"),
    );
    let (from, this) = (since(transaction).await?, Level::Hour.start(&timestamp(now)));
    let rows = transaction.fetch(sql, &[(&from).into(), (&this).into()]).await?;
    let Some(first) = rows.first().map(|row| row.get::<String>(0)).transpose()? else { return Ok(None) };
    let start = Level::Hour.start(&first);
    let Some(until) = moment(&start).map(|start| timestamp(start + Duration::HOUR)) else { return Ok(None) };
    let sql = format!(
        "SELECT model_version, predicted_score, inference_time_ms FROM prediction_logs \
         WHERE model_sha256 IS NULL AND created_at >= {} AND created_at < {} ORDER BY created_at",
        dialect.moment("$1"),
        dialect.moment("$2"),
    );
    let rows = transaction.fetch(sql, &[(&start).into(), (&until).into()]).await?;
    let read = |row: &super::database::Row| {
        Ok(OldPrediction { model_version: row.get(0)?, score: row.get(1)?, inference_time_ms: row.get(2)? })
    };
    let predictions = rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?;
    Ok(Some(OldHour { start, predictions }))
}

/// Puts the summaries of an hour; false when another instance was quicker.
pub(super) async fn put(
    transaction: &mut Transaction<'_>,
    hour: &str,
    rows: &[ProfileRow],
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let Some(start) = moment(hour) else { return Ok(false) };
    let number = start.unix_timestamp().div_euclid(3_600);
    if !source::claim(transaction, SOURCE, number, now).await? {
        return Ok(false);
    }
    for row in rows {
        profile::put(transaction, row).await?;
    }
    Ok(true)
}

/// How many are in no summary yet.
pub(super) async fn count(transaction: &mut Transaction<'_>) -> Result<i64, sqlx::Error> {
    let sql = format!(
        "SELECT COUNT(*) FROM prediction_logs WHERE model_sha256 IS NULL AND created_at >= {}",
        transaction.dialect().moment("$1")
    );
    let from = since(transaction).await?;
    let rows = transaction.fetch(sql, &[(&from).into()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// When the first hour begins that is not done.
async fn since(transaction: &mut Transaction<'_>) -> Result<String, sqlx::Error> {
    let last = source::last(transaction, SOURCE).await?;
    let next = last.and_then(|hour| OffsetDateTime::from_unix_timestamp((hour + 1) * 3_600).ok());
    Ok(next.map_or_else(|| super::Window::all().from, timestamp))
}
