//! Predictions of the previous service, handed out by the hour so that each hour is profiled once by some instance.

use super::super::commit::{advance_dedup_watermark, dedup_watermark};
use super::super::database::{DatabaseError, Row, Transaction};
use super::super::timestamp::Timestamp;
use super::super::window::Granularity;
use super::profile::{self, ProfileRow};
use time::{Duration, OffsetDateTime};

/// Source under which the backfill keeps its watermark, next to those of writer runs.
const SOURCE: &str = "before";

/// Keeps the backfill watermark while pruning: deleting it would repeat the backfill.
pub(crate) const OTHER_SOURCES: &str = "source <> 'before' AND";

/// An hour of the previous service's predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct LegacyHour {
    /// Start of the hour; see [`Granularity::start`].
    pub start: Timestamp,
    /// Predictions in the order of their time.
    pub predictions: Vec<LegacyPrediction>,
}

/// A prediction of the previous service, as far as it can be profiled.
#[derive(Debug, Clone, PartialEq)]
pub struct LegacyPrediction {
    /// Version of the model.
    pub model_version: String,
    /// Probability 0 to 1.
    pub score: f64,
    /// Inference time in milliseconds.
    pub inference_time_ms: f64,
}

/// Finds the first complete hour that was not profiled.
pub(crate) async fn next_hour(
    transaction: &mut Transaction<'_>,
    now: OffsetDateTime,
) -> Result<Option<LegacyHour>, DatabaseError> {
    let dialect = transaction.dialect();
    let sql = format!(
        "SELECT {} FROM prediction_logs WHERE model_sha256 IS NULL AND created_at >= {} AND created_at < {} \
         ORDER BY created_at LIMIT 1",
        dialect.timestamp_text("created_at"),
        dialect.timestamp_param("$1"),
        dialect.timestamp_param("$2"),
    );
    let (from, current_hour) = (backfilled_until(transaction).await?, Granularity::Hour.start(now.into()));
    let rows = transaction.query(sql, &[from.into(), current_hour.into()]).await?;
    let first = rows.first().map(|row| row.get::<String>(0)).transpose()?;
    // A time in another form cannot be profiled.
    let Some(first) = first.and_then(|text| text.parse().ok()) else { return Ok(None) };
    let start = Granularity::Hour.start(first);
    let until = start.saturating_add(Duration::HOUR);
    let sql = format!(
        "SELECT model_version, predicted_score, inference_time_ms FROM prediction_logs \
         WHERE model_sha256 IS NULL AND created_at >= {} AND created_at < {} ORDER BY created_at",
        dialect.timestamp_param("$1"),
        dialect.timestamp_param("$2"),
    );
    let rows = transaction.query(sql, &[start.into(), until.into()]).await?;
    let predictions = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Some(LegacyHour { start, predictions }))
}

fn read(row: &Row) -> Result<LegacyPrediction, DatabaseError> {
    Ok(LegacyPrediction { model_version: row.get(0)?, score: row.get(1)?, inference_time_ms: row.get(2)? })
}

/// Stores the profiles of an hour; false when another instance was faster.
pub(crate) async fn put_hour(
    transaction: &mut Transaction<'_>,
    hour: Timestamp,
    rows: &[ProfileRow],
    now: OffsetDateTime,
) -> Result<bool, DatabaseError> {
    let number = OffsetDateTime::from(hour).unix_timestamp().div_euclid(3_600);
    if !advance_dedup_watermark(transaction, SOURCE, number, now).await? {
        return Ok(false);
    }
    for row in rows {
        profile::upsert(transaction, row).await?;
    }
    Ok(true)
}

/// Number of predictions that are in no profile yet.
pub(crate) async fn remaining(transaction: &mut Transaction<'_>) -> Result<i64, DatabaseError> {
    let sql = format!(
        "SELECT COUNT(*) FROM prediction_logs WHERE model_sha256 IS NULL AND created_at >= {}",
        transaction.dialect().timestamp_param("$1")
    );
    let from = backfilled_until(transaction).await?;
    let rows = transaction.query(sql, &[from.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Start of the first hour that was not profiled.
async fn backfilled_until(transaction: &mut Transaction<'_>) -> Result<Timestamp, DatabaseError> {
    let last = dedup_watermark(transaction, SOURCE).await?;
    let next = last.and_then(|hour| OffsetDateTime::from_unix_timestamp((hour + 1) * 3_600).ok());
    Ok(next.map_or(Timestamp::MIN, Timestamp::from))
}
