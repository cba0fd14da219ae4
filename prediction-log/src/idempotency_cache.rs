//! In-memory index of idempotency records that the database cannot be asked for: those in the spool, and the latest ones.

use super::entry::IdempotencyRecord;
use super::spool;
use super::timestamp::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maximum size of the cached bodies.
const BYTES_MAX: usize = 16 << 20;

/// Approximate size of a cached record beyond its body and key.
const OVERHEAD_BYTES: usize = 300;

/// Position of the spool record that holds an idempotency record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpoolPosition {
    pub(super) path: PathBuf,
    pub(super) offset: u64,
}

/// Idempotency records of this instance; other instances have their own.
#[derive(Debug, Default)]
pub(super) struct IdempotencyCache(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    spooled: HashMap<String, SpoolPosition>,
    latest: HashMap<String, IdempotencyRecord>,
    /// Keys of `latest`, oldest first.
    order: VecDeque<String>,
    bytes: usize,
}

impl IdempotencyCache {
    /// Record of a key, unless it is older than `oldest`.
    pub(super) fn find(&self, key: &str, oldest: Timestamp) -> Option<IdempotencyRecord> {
        let (latest, position) = {
            let inner = self.lock();
            (inner.latest.get(key).cloned(), inner.spooled.get(key).cloned())
        };
        let record = latest.or_else(|| spool::read_idempotency_record(&position?, key))?;
        (record.created_at >= oldest).then_some(record)
    }

    /// Caches a record and evicts the oldest ones beyond the limit.
    pub(super) fn insert(&self, record: &IdempotencyRecord) {
        let mut inner = self.lock();
        let size = |record: &IdempotencyRecord| record.body.len() + record.key.len() + OVERHEAD_BYTES;
        if let Some(previous) = inner.latest.insert(record.key.clone(), record.clone()) {
            inner.bytes -= size(&previous);
        } else {
            inner.order.push_back(record.key.clone());
        }
        inner.bytes += size(record);
        while inner.bytes > BYTES_MAX
            && let Some(key) = inner.order.pop_front()
        {
            let evicted = inner.latest.remove(&key);
            inner.bytes -= evicted.as_ref().map_or(0, size);
        }
    }

    /// Registers a record that is in the spool.
    pub(super) fn add_spooled(&self, key: &str, position: SpoolPosition) {
        self.lock().spooled.entry(key.to_owned()).or_insert(position);
    }

    /// Removes a record that was replayed into the database.
    pub(super) fn remove_spooled(&self, key: &str) {
        self.lock().spooled.remove(key);
    }

    /// Drops everything but the positions in the spool.
    pub(super) fn clear_latest(&self) {
        let mut inner = self.lock();
        *inner = Inner { spooled: std::mem::take(&mut inner.spooled), ..Inner::default() };
    }

    /// A panic elsewhere leaves these maps consistent.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
