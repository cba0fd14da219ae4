//! Idempotency records (table `keyed_answers`): the first response under a key is kept for a day.

use super::super::database::{ColumnType, DatabaseError, Dialect, Row, SqlValue, TableRow, Transaction};
use super::super::entry::{IdempotencyRecord, LogEntry};
use super::super::timestamp::Timestamp;
use std::collections::{BTreeMap, HashSet};
use time::{Duration, OffsetDateTime};

/// Retention of a record.
const KEPT: Duration = Duration::hours(24);

/// A record with the lead keys that its response names.
struct RecordRow<'a> {
    record: &'a IdempotencyRecord,
    lead_keys: String,
}

impl TableRow for RecordRow<'_> {
    const TABLE: &'static str = "keyed_answers";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("key", ColumnType::Text),
        ("fingerprint", ColumnType::Text),
        ("status", ColumnType::Integer),
        ("content_type", ColumnType::Text),
        ("body", ColumnType::Blob),
        ("created_at", ColumnType::Timestamp),
        ("lead_keys", ColumnType::Text),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        [
            (&self.record.key).into(),
            (&self.record.fingerprint).into(),
            i64::from(self.record.status).into(),
            (&self.record.content_type).into(),
            SqlValue::Blob(&self.record.body),
            self.record.created_at.into(),
            (&self.lead_keys).into(),
        ]
        .into_iter()
    }
}

/// Oldest time of a record that still counts.
pub(crate) fn oldest(now: OffsetDateTime) -> Timestamp {
    (now - KEPT).into()
}

/// Claims the keys of some entries; returns, for each entry that was too late (by its index), the record that was first.
pub(crate) async fn claim(
    transaction: &mut Transaction<'_>,
    entries: &[&LogEntry],
    now: OffsetDateTime,
) -> Result<BTreeMap<usize, IdempotencyRecord>, DatabaseError> {
    // Sorted, so that two instances that claim several keys at once cannot deadlock.
    let mut firsts = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(record) = &entry.idempotency {
            firsts.entry(record.key.as_str()).or_insert((at, record));
        }
    }
    if firsts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<_> =
        firsts.values().map(|(at, record)| RecordRow { record, lead_keys: entries[*at].lead_keys() }).collect();
    let claimed = insert(transaction, &rows, now).await?;
    let mut duplicates = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some(record) = &entry.idempotency else { continue };
        if let Some((first, winner)) = firsts.get(record.key.as_str())
            && claimed.contains(&record.key)
        {
            if *first != at {
                duplicates.insert(at, (*winner).clone());
            }
        } else if let Some(winner) = find(transaction, &record.key, now).await?
            // A group whose commit was not confirmed finds its own records: it was first.
            && winner != *record
        {
            duplicates.insert(at, winner);
        }
    }
    Ok(duplicates)
}

/// Inserts records whose key is free or expired; returns the keys.
async fn insert(
    transaction: &mut Transaction<'_>,
    rows: &[RecordRow<'_>],
    now: OffsetDateTime,
) -> Result<HashSet<String>, DatabaseError> {
    let on_conflict = format!(
        "ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, \
         content_type = excluded.content_type, body = excluded.body, created_at = excluded.created_at, \
         lead_keys = excluded.lead_keys WHERE keyed_answers.created_at < {} RETURNING key",
        transaction.dialect().timestamp_param(&format!("'{}'", oldest(now)))
    );
    let keys = transaction.insert(&rows.iter().collect::<Vec<_>>(), &on_conflict).await?;
    keys.iter().map(|row| row.get(0)).collect()
}

/// The record of a key.
pub(crate) async fn find(
    transaction: &mut Transaction<'_>,
    key: &str,
    now: OffsetDateTime,
) -> Result<Option<IdempotencyRecord>, DatabaseError> {
    let sql = select(transaction.dialect());
    let rows = transaction.query(sql, &[key.into(), oldest(now).into()]).await?;
    rows.first().map(read).transpose()
}

fn select(dialect: Dialect) -> String {
    format!(
        "SELECT key, fingerprint, CAST(status AS BIGINT), content_type, body, {} FROM keyed_answers \
         WHERE key = $1 AND created_at >= {}",
        dialect.timestamp_text("created_at"),
        dialect.timestamp_param("$2")
    )
}

fn read(row: &Row) -> Result<IdempotencyRecord, DatabaseError> {
    Ok(IdempotencyRecord {
        key: row.get(0)?,
        fingerprint: row.get(1)?,
        status: u16::try_from(row.get::<i64>(2)?).unwrap_or_default(),
        content_type: row.get(3)?,
        body: row.get(4)?,
        created_at: row.get(5)?,
    })
}
