//! Answers under idempotency keys: the first wins, for a day.
//!
//! Owns the table `keyed_answers`. May not know how an answer is repeated to a client.

use super::database::{Dialect, Row, Transaction};
use super::entry::{Entry, KeyedAnswer};
use super::record::timestamp;
use super::table::Keyed;
use std::collections::{BTreeMap, HashSet};
use time::{Duration, OffsetDateTime};

/// How long an answer is kept.
pub(super) const KEPT: Duration = Duration::hours(24);

/// The oldest moment whose answers still hold.
pub(super) fn oldest(now: OffsetDateTime) -> String {
    timestamp(now - KEPT)
}

/// Claims the keys of some entries; for each entry that came too late, the answer that was first.
pub(super) async fn claim(
    transaction: &mut Transaction<'_>,
    entries: &[&Entry],
    now: OffsetDateTime,
) -> Result<BTreeMap<usize, KeyedAnswer>, sqlx::Error> {
    // Sorted, so that two instances that claim several keys at once never wait for one another in a circle.
    let mut firsts = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(keyed) = &entry.keyed {
            firsts.entry(keyed.key.as_str()).or_insert((at, keyed));
        }
    }
    if firsts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<_> =
        firsts.values().map(|(at, answer)| Keyed { answer, lead_keys: entries[*at].lead_keys() }).collect();
    let fate = format!(
        "ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, \
         content_type = excluded.content_type, body = excluded.body, created_at = excluded.created_at, \
         lead_keys = excluded.lead_keys WHERE keyed_answers.created_at < {} RETURNING key",
        transaction.dialect().moment(&format!("'{}'", oldest(now)))
    );
    let won = transaction.insert(&rows.iter().collect::<Vec<_>>(), &fate).await?;
    let won: HashSet<String> = won.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let mut answered = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some(keyed) = &entry.keyed else { continue };
        let first = firsts.get(keyed.key.as_str());
        if let Some((first, answer)) = first
            && won.contains(&keyed.key)
        {
            if *first != at {
                answered.insert(at, (*answer).clone());
            }
        } else if let Some(answer) = find(transaction, &keyed.key, now).await?
            // A group whose commit was not heard of finds its own answers: they are what was first.
            && answer != *keyed
        {
            answered.insert(at, answer);
        }
    }
    Ok(answered)
}

/// The answer under a key.
pub(super) async fn find(
    transaction: &mut Transaction<'_>,
    key: &str,
    now: OffsetDateTime,
) -> Result<Option<KeyedAnswer>, sqlx::Error> {
    let sql = select(transaction.dialect());
    let rows = transaction.fetch(sql, &[key.into(), (&oldest(now)).into()]).await?;
    rows.first().map(read).transpose()
}

fn select(dialect: Dialect) -> String {
    format!(
        "SELECT key, fingerprint, CAST(status AS BIGINT), content_type, body, {} FROM keyed_answers \
         WHERE key = $1 AND created_at >= {}",
        dialect.told("created_at"),
        dialect.moment("$2")
    )
}

fn read(row: &Row) -> Result<KeyedAnswer, sqlx::Error> {
    Ok(KeyedAnswer {
        key: row.get(0)?,
        fingerprint: row.get(1)?,
        status: u16::try_from(row.get::<i64>(2)?).unwrap_or_default(),
        content_type: row.get(3)?,
        body: row.get(4)?,
        created_at: row.get(5)?,
    })
}
