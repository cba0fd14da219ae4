//! Deletion of expired rows, a little at a time, and erasure of one person's rows.

use super::super::database::{Connection, DatabaseError, Dialect, Transaction};
use super::super::entry::json_lead_key;
use super::super::settings::Retention;
use super::super::timestamp::Timestamp;
use super::{idempotency_record, legacy_backfill, request_log};
use time::{Duration, OffsetDateTime};

/// Rows deleted per transaction.
pub(crate) const STEP: u64 = 1_000;

/// Retention of deduplication watermarks, so that a spool that is found again after weeks is not written twice.
const WATERMARKS_KEPT: Duration = Duration::days(90);

/// Rows of a table from before a given time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expired {
    table: &'static str,
    key: &'static str,
    time_column: &'static str,
    /// A further condition, ending in `AND`.
    condition: &'static str,
    /// As stored: rows of the previous service may lack the fraction of the second, and SQLite compares texts.
    before: String,
}

impl Expired {
    fn new(table: &'static str, key: &'static str, time_column: &'static str, before: String) -> Self {
        Expired { table, key, time_column, condition: "", before }
    }
}

fn text(time: OffsetDateTime) -> String {
    Timestamp::from(time).to_string()
}

/// Finds what is expired at a given time. Counting rows scans an index, so it is done by a reader.
pub(crate) async fn find_expired(
    transaction: &mut Transaction<'_>,
    retention: Retention,
    now: OffsetDateTime,
) -> Result<Vec<Expired>, DatabaseError> {
    let minutes = Expired {
        condition: "level = 'minute' AND",
        ..Expired::new("call_sums", "start", "start", text(now - request_log::MINUTES_KEPT))
    };
    let watermarks = Expired {
        condition: legacy_backfill::OTHER_SOURCES,
        ..Expired::new("log_sources", "source", "updated_at", text(now - WATERMARKS_KEPT))
    };
    let keys = Expired::new("keyed_answers", "key", "created_at", idempotency_record::oldest(now).to_string());
    let mut expired = vec![keys, watermarks, minutes];
    let by_days = retention.days.map(|days| text(now - Duration::days(i64::from(days))));
    for table in ["prediction_logs", "api_metrics"] {
        let by_rows = match retention.rows {
            Some(rows) => oldest_kept(transaction, table, rows).await?,
            None => None,
        };
        expired.extend(by_days.clone().max(by_rows).map(|before| Expired::new(table, "id", "created_at", before)));
    }
    if let Some(before) = by_days {
        expired.push(Expired::new("call_sums", "start", "start", before.clone()));
        expired.push(Expired::new("outcomes", "received_at", "received_at", before));
    }
    Ok(expired)
}

/// Time of the oldest of the newest `rows` rows.
async fn oldest_kept(
    transaction: &mut Transaction<'_>,
    table: &str,
    rows: u64,
) -> Result<Option<String>, DatabaseError> {
    let created_at = transaction.dialect().timestamp_text("created_at");
    let sql = format!("SELECT {created_at} FROM {table} ORDER BY created_at DESC LIMIT 1 OFFSET $1");
    let offset = i64::try_from(rows.max(1) - 1).unwrap_or(i64::MAX);
    let found = transaction.query(sql, &[offset.into()]).await?;
    found.first().map(|row| row.get(0)).transpose()
}

/// Deletes up to [`STEP`] of the rows and returns their number.
pub(crate) async fn delete_expired(transaction: &mut Transaction<'_>, expired: &Expired) -> Result<u64, DatabaseError> {
    let Expired { table, key, time_column, condition, before } = expired;
    let sql = format!(
        "DELETE FROM {table} WHERE {condition} {key} IN \
         (SELECT {key} FROM {table} WHERE {condition} {time_column} < {} ORDER BY {time_column} LIMIT {STEP})",
        transaction.dialect().timestamp_param("$1")
    );
    transaction.execute(sql, &[before.into()]).await
}

/// Deletes a lead's predictions, their outcomes, and the recorded responses that name the lead; returns the number of
/// predictions. SQLite overwrites the deleted contents in its file and its write-ahead log.
pub(crate) async fn erase_lead(connection: &mut Connection, lead_key: &str) -> Result<u64, DatabaseError> {
    connection.secure_delete(true)?;
    let deleted = delete_lead(connection, lead_key).await;
    connection.secure_delete(false)?;
    let deleted = deleted?;
    // As far as no reader still needs the write-ahead log.
    connection.checkpoint()?;
    Ok(deleted)
}

async fn delete_lead(connection: &mut Connection, lead_key: &str) -> Result<u64, DatabaseError> {
    let mut transaction = connection.begin().await?;
    let predictions = "SELECT id FROM prediction_logs WHERE lead_key = $1";
    let outcomes = format!(
        "DELETE FROM outcomes WHERE (prediction_id = '' AND lead_key = $1) OR prediction_id IN ({predictions})"
    );
    transaction.execute(outcomes, &[lead_key.into()]).await?;
    let line = format!("\n{}\n", json_lead_key(lead_key));
    let position = match transaction.dialect() {
        Dialect::Sqlite => "instr(lead_keys, $1)",
        Dialect::Postgres => "strpos(lead_keys, $1)",
    };
    transaction.execute(format!("DELETE FROM keyed_answers WHERE {position} > 0"), &[(&line).into()]).await?;
    let deleted =
        transaction.execute("DELETE FROM prediction_logs WHERE lead_key = $1".to_owned(), &[lead_key.into()]).await?;
    transaction.commit().await?;
    Ok(deleted)
}
