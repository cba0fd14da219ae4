//! Answers under idempotency keys that the database cannot be asked for: those in the spool, and the last ones given.
//!
//! Owns what this instance remembers of them. May not know SQL; another instance remembers its own.

use super::entry::KeyedAnswer;
use super::spool;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most bytes of bodies that are remembered.
const BYTES_MAX: usize = 16 << 20;

/// Where in the spool a frame with an answer begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) offset: u64,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    spooled: HashMap<String, Place>,
    last: HashMap<String, KeyedAnswer>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Answers {
    /// The answer under a key, unless it is older than `oldest`.
    pub(super) fn find(&self, key: &str, oldest: &str) -> Option<KeyedAnswer> {
        let (last, place) = {
            let inner = self.lock();
            (inner.last.get(key).cloned(), inner.spooled.get(key).cloned())
        };
        let answer = last.or_else(|| spool::answer_at(&place?, key))?;
        (answer.created_at.as_str() >= oldest).then_some(answer)
    }

    /// Remembers an answer that was given, as long as there is room.
    pub(super) fn given(&self, answer: &KeyedAnswer) {
        let mut inner = self.lock();
        let size = |answer: &KeyedAnswer| answer.body.len() + answer.key.len() + 300;
        if let Some(before) = inner.last.insert(answer.key.clone(), answer.clone()) {
            inner.bytes -= size(&before);
        } else {
            inner.order.push_back(answer.key.clone());
        }
        inner.bytes += size(answer);
        while inner.bytes > BYTES_MAX
            && let Some(key) = inner.order.pop_front()
        {
            let gone = inner.last.remove(&key);
            inner.bytes -= gone.as_ref().map_or(0, size);
        }
    }

    /// An answer is in the spool.
    pub(super) fn spooled(&self, key: &str, place: Place) {
        self.lock().spooled.entry(key.to_owned()).or_insert(place);
    }

    /// An answer is in the database.
    pub(super) fn replayed(&self, key: &str) {
        self.lock().spooled.remove(key);
    }

    /// Nothing but what is in the spool is remembered any more.
    pub(super) fn forget(&self) {
        let mut inner = self.lock();
        *inner = Inner { spooled: std::mem::take(&mut inner.spooled), ..Inner::default() };
    }

    /// A panic elsewhere leaves these maps whole.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
