//! One group into the tables: all of it, once.
//!
//! Owns what a group's transaction does, in which order. May not know connections, retrying or the spool.

use super::call;
use super::database::{Connection, Transaction};
use super::entry::KeyedAnswer;
use super::keyed;
use super::record::{PredictionRow, timestamp};
use super::spool::Frame;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What a group is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Its clients wait: an entry whose key is taken is not written.
    Fresh,
    /// It was acknowledged from the spool: all of its predictions are written.
    Replay,
    /// A part of such a group that was refused as a whole; it is not counted as that group.
    FreshPart,
    /// The same of what was acknowledged from the spool.
    ReplayPart,
}

/// Writes a group; for each of its entries that came too late, the answer that was first.
pub(super) async fn append(
    connection: &mut Connection,
    frame: &Frame,
    purpose: Purpose,
    numbered_calls: bool,
    now: OffsetDateTime,
) -> Result<BTreeMap<usize, KeyedAnswer>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let is_new =
        matches!(purpose, Purpose::FreshPart | Purpose::ReplayPart) || claim(&mut transaction, frame, now).await?;
    let entries: Vec<_> = frame.entries.iter().collect();
    let mut late = keyed::claim(&mut transaction, &entries, now).await?;
    if matches!(purpose, Purpose::Replay | Purpose::ReplayPart) {
        late.clear();
    }
    if is_new {
        let counted = entries.iter().enumerate().filter(|(at, _)| !late.contains_key(at));
        let rows: Vec<&PredictionRow> = counted.flat_map(|(_, entry)| &entry.rows).collect();
        transaction.insert(&rows, "ON CONFLICT (id) DO NOTHING").await?;
        if !frame.calls.is_empty() {
            call::append(&mut transaction, &frame.calls, numbered_calls).await?;
        }
    }
    transaction.commit().await?;
    Ok(late)
}

/// Takes a group's number; false when the group is in the database already: its commit was not heard of, or the program
/// ended between a commit and what follows it.
async fn claim(transaction: &mut Transaction<'_>, frame: &Frame, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "INSERT INTO log_sources (source, last_group, updated_at) VALUES ($1, $2, {}) \
         ON CONFLICT (source) DO UPDATE SET last_group = excluded.last_group, updated_at = excluded.updated_at \
         WHERE log_sources.last_group < excluded.last_group",
        transaction.dialect().moment("$3")
    );
    let changed =
        transaction.execute(sql, &[(&frame.source).into(), frame.number.into(), (&timestamp(now)).into()]).await?;
    Ok(changed > 0)
}
