//! The transaction that commits groups: all of each, exactly once.
//!
//! Must not depend on the queue, retrying or the spool's files.

mod session;

pub(super) use session::DatabaseSession;

use super::database::{Connection, DatabaseError, Transaction};
use super::entry::{Batch, IdempotencyRecord};
use super::row::{PredictionRow, RequestRow};
use super::tables::{idempotency_record, request_log};
use super::timestamp::Timestamp;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Origin of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommitKind {
    /// Its clients wait: an entry whose idempotency key is taken is not written.
    Live,
    /// Acknowledged from the spool: all of its predictions are written.
    Replay,
    /// Part of a live group that was rejected as a whole; it does not advance the deduplication watermark.
    LivePart,
    /// The same of a replayed group.
    ReplayPart,
}

/// Commits batches of one writer run in one transaction. Returns, for each entry whose idempotency key was taken (by its
/// index over all batches), the record that was first.
pub(super) async fn commit_batches(
    connection: &mut Connection,
    batches: &[Batch],
    kind: CommitKind,
    numbered_requests: bool,
    now: OffsetDateTime,
) -> Result<BTreeMap<usize, IdempotencyRecord>, DatabaseError> {
    let mut transaction = connection.begin().await?;
    let new = match kind {
        CommitKind::LivePart | CommitKind::ReplayPart => batches,
        CommitKind::Live | CommitKind::Replay => &batches[committed(&mut transaction, batches, now).await?..],
    };
    let entries: Vec<_> = batches.iter().flat_map(|batch| &batch.entries).collect();
    let mut duplicates = idempotency_record::claim(&mut transaction, &entries, now).await?;
    if matches!(kind, CommitKind::Replay | CommitKind::ReplayPart) {
        duplicates.clear();
    }
    if !new.is_empty() {
        let old = entries.len() - new.iter().map(|batch| batch.entries.len()).sum::<usize>();
        let accepted = entries.iter().enumerate().skip(old).filter(|(at, _)| !duplicates.contains_key(at));
        let rows: Vec<&PredictionRow> = accepted.flat_map(|(_, entry)| entry.rows.iter()).collect();
        transaction.insert(&rows, "ON CONFLICT (id) DO NOTHING").await?;
        let requests: Vec<&RequestRow> = new.iter().flat_map(|batch| &batch.requests).collect();
        if !requests.is_empty() {
            request_log::insert(&mut transaction, &requests, numbered_requests).await?;
        }
    }
    transaction.commit().await?;
    Ok(duplicates)
}

/// Advances the watermark over the batches and returns the number of those that are in the database already: the commit
/// was not confirmed, or the program ended between the commit and the removal of the spooled batch. Batches without
/// requests need no watermark, which saves changing a page: predictions are deduplicated by their ids.
async fn committed(
    transaction: &mut Transaction<'_>,
    batches: &[Batch],
    now: OffsetDateTime,
) -> Result<usize, DatabaseError> {
    let (Some(first), Some(last)) = (batches.first(), batches.last()) else { return Ok(0) };
    if batches.iter().all(|batch| batch.requests.is_empty()) {
        return Ok(0);
    }
    // Only this writer run uses its sequence, so what is read here still holds when the watermark is advanced.
    let mut old = 0;
    if batches.len() > 1
        && let Some(watermark) = dedup_watermark(transaction, &first.source).await?
    {
        old = batches.iter().take_while(|batch| batch.sequence <= watermark).count();
    }
    let is_new = advance_dedup_watermark(transaction, &last.source, last.sequence, now).await?;
    Ok(if is_new { old } else { batches.len() })
}

/// Last number that a source committed (table `log_sources`).
pub(super) async fn dedup_watermark(
    transaction: &mut Transaction<'_>,
    source: &str,
) -> Result<Option<i64>, DatabaseError> {
    let sql = "SELECT CAST(last_group AS BIGINT) FROM log_sources WHERE source = $1".to_owned();
    let rows = transaction.query(sql, &[source.into()]).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Sets the last number of a source; false when it had that or a later one.
pub(super) async fn advance_dedup_watermark(
    transaction: &mut Transaction<'_>,
    source: &str,
    number: i64,
    now: OffsetDateTime,
) -> Result<bool, DatabaseError> {
    let sql = format!(
        "INSERT INTO log_sources (source, last_group, updated_at) VALUES ($1, $2, {}) \
         ON CONFLICT (source) DO UPDATE SET last_group = excluded.last_group, updated_at = excluded.updated_at \
         WHERE log_sources.last_group < excluded.last_group",
        transaction.dialect().timestamp_param("$3")
    );
    let changed = transaction.execute(sql, &[source.into(), number.into(), Timestamp::from(now).into()]).await?;
    Ok(changed > 0)
}
