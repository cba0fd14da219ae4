//! Rows that are kept no longer, deleted a little at a time.
//!
//! Owns what is too old or too many. May not know the writer, which does the deleting between its groups.

use super::Retention;
use super::before;
use super::call::MINUTES_KEPT;
use super::database::Transaction;
use super::keyed;
use super::record::timestamp;
use time::{Duration, OffsetDateTime};

/// Rows that are deleted in one transaction.
pub(super) const STEP: u64 = 1_000;

/// How long the writer's runs are known, so that a spool that is found again after weeks is not written twice.
const SOURCES_KEPT: Duration = Duration::days(90);

/// Rows of a table from before a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Old {
    table: &'static str,
    key: &'static str,
    moment: &'static str,
    /// A further condition.
    only: &'static str,
    before: String,
}

impl Old {
    fn of(table: &'static str, key: &'static str, moment: &'static str, before: String) -> Self {
        Old { table, key, moment, only: "", before }
    }
}

/// What is kept no longer at a moment. Counting rows takes a look along an index, so it is done while reading.
pub(super) async fn find(
    transaction: &mut Transaction<'_>,
    retention: Retention,
    now: OffsetDateTime,
) -> Result<Vec<Old>, sqlx::Error> {
    let minutes =
        Old { only: "level = 'minute' AND", ..Old::of("call_sums", "start", "start", timestamp(now - MINUTES_KEPT)) };
    let runs = Old {
        only: before::OTHER_SOURCES,
        ..Old::of("log_sources", "source", "updated_at", timestamp(now - SOURCES_KEPT))
    };
    let mut old = vec![Old::of("keyed_answers", "key", "created_at", keyed::oldest(now)), runs, minutes];
    for table in ["prediction_logs", "api_metrics"] {
        let by_days = retention.days.map(|days| timestamp(now - Duration::days(i64::from(days))));
        let by_rows = match retention.rows {
            Some(rows) => newest_beyond(transaction, table, rows).await?,
            None => None,
        };
        // Both are of one form, so the later moment is the greater text.
        old.extend(by_days.max(by_rows).map(|before| Old::of(table, "id", "created_at", before)));
    }
    if let Some(days) = retention.days {
        let before = timestamp(now - Duration::days(i64::from(days)));
        old.push(Old::of("call_sums", "start", "start", before.clone()));
        old.push(Old::of("outcomes", "received_at", "received_at", before));
    }
    Ok(old)
}

/// The moment of the oldest row that may stay: what is older than it is beyond the number.
async fn newest_beyond(
    transaction: &mut Transaction<'_>,
    table: &str,
    rows: u64,
) -> Result<Option<String>, sqlx::Error> {
    let told = transaction.dialect().told("created_at");
    let sql = format!("SELECT {told} FROM {table} ORDER BY created_at DESC LIMIT 1 OFFSET $1");
    let oldest = i64::try_from(rows.max(1) - 1).unwrap_or(i64::MAX);
    let found = transaction.fetch(sql, &[oldest.into()]).await?;
    found.first().map(|row| row.get(0)).transpose()
}

/// Deletes some of the rows; how many.
pub(super) async fn delete(transaction: &mut Transaction<'_>, old: &Old) -> Result<u64, sqlx::Error> {
    let Old { table, key, moment, only, before } = old;
    let sql = format!(
        "DELETE FROM {table} WHERE {only} {key} IN \
         (SELECT {key} FROM {table} WHERE {only} {moment} < {} ORDER BY {moment} LIMIT {STEP})",
        transaction.dialect().moment("$1")
    );
    transaction.execute(sql, &[before.into()]).await
}
