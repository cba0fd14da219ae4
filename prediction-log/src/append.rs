//! Groups into the tables: all of each, once.
//!
//! Owns what their transaction does, in which order. May not know connections, retrying or the spool.

use super::call;
use super::database::{Connection, Transaction};
use super::entry::KeyedAnswer;
use super::keyed;
use super::record::{CallRow, PredictionRow};
use super::source;
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

/// Writes groups of one writer's run in one transaction; for each of their entries that came too late, counted through
/// all of them, the answer that was first.
pub(super) async fn append(
    connection: &mut Connection,
    frames: &[Frame],
    purpose: Purpose,
    numbered_calls: bool,
    now: OffsetDateTime,
) -> Result<BTreeMap<usize, KeyedAnswer>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let fresh = match purpose {
        Purpose::FreshPart | Purpose::ReplayPart => frames,
        Purpose::Fresh | Purpose::Replay => &frames[claim(&mut transaction, frames, now).await?..],
    };
    let entries: Vec<_> = frames.iter().flat_map(|frame| &frame.entries).collect();
    let mut late = keyed::claim(&mut transaction, &entries, now).await?;
    if matches!(purpose, Purpose::Replay | Purpose::ReplayPart) {
        late.clear();
    }
    if !fresh.is_empty() {
        let written = entries.len() - fresh.iter().map(|frame| frame.entries.len()).sum::<usize>();
        let counted = entries.iter().enumerate().skip(written).filter(|(at, _)| !late.contains_key(at));
        let rows: Vec<&PredictionRow> = counted.flat_map(|(_, entry)| entry.rows.iter()).collect();
        transaction.insert(&rows, "ON CONFLICT (id) DO NOTHING").await?;
        let calls: Vec<&CallRow> = fresh.iter().flat_map(|frame| &frame.calls).collect();
        if !calls.is_empty() {
            call::append(&mut transaction, &calls, numbered_calls).await?;
        }
    }
    transaction.commit().await?;
    Ok(late)
}

/// Takes the groups' numbers; how many of them are in the database already: a commit was not heard of, or the program
/// ended between a commit and what follows it. Groups without calls need none, and change a page less: predictions are
/// known by their ids.
async fn claim(transaction: &mut Transaction<'_>, frames: &[Frame], now: OffsetDateTime) -> Result<usize, sqlx::Error> {
    let Some(last) = frames.last() else { return Ok(0) };
    if frames.iter().all(|frame| frame.calls.is_empty()) {
        return Ok(0);
    }
    let written = if frames.len() > 1 { written(transaction, frames).await? } else { 0 };
    let is_new = source::claim(transaction, &last.source, last.number, now).await?;
    Ok(if is_new { written } else { frames.len() })
}

/// How many groups at the front have a number that was taken. No one else has numbers of this run, so what is read here
/// still holds when the numbers are taken.
async fn written(transaction: &mut Transaction<'_>, frames: &[Frame]) -> Result<usize, sqlx::Error> {
    let Some(first) = frames.first() else { return Ok(0) };
    let last = source::last(transaction, &first.source).await?;
    Ok(last.map_or(0, |last| frames.iter().take_while(|frame| frame.number <= last).count()))
}
