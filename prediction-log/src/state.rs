//! Availability of the log, and what the writer shares with every [`Store`](super::Store).

use super::idempotency_cache::IdempotencyCache;
use super::writer::RequestBuffer;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Availability of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// Entries are committed to the database.
    Connected,
    /// The database is unavailable or catching up; entries go to the spool.
    Degraded {
        /// Number of predictions in the spool.
        spooled_rows: u64,
    },
    /// Neither the database nor a spool can be written: nothing is acknowledged.
    Lost,
}

impl StoreState {
    /// All names, as [`StoreState::as_str`] returns them.
    pub const NAMES: [&'static str; 3] = ["connected", "degraded", "lost"];

    /// Name in responses and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            StoreState::Connected => Self::NAMES[0],
            StoreState::Degraded { .. } => Self::NAMES[1],
            StoreState::Lost => Self::NAMES[2],
        }
    }

    /// Number of predictions in the spool.
    pub fn spooled_rows(self) -> u64 {
        match self {
            StoreState::Degraded { spooled_rows } => spooled_rows,
            StoreState::Connected | StoreState::Lost => 0,
        }
    }
}

/// State shared by the writer and all handles.
#[derive(Debug)]
pub(super) struct SharedState {
    state: Mutex<StoreState>,
    requests: Mutex<RequestBuffer>,
    pub(super) idempotency_cache: Arc<IdempotencyCache>,
}

impl SharedState {
    pub(super) fn new(idempotency_cache: Arc<IdempotencyCache>) -> Self {
        SharedState { state: Mutex::new(StoreState::Connected), requests: Mutex::default(), idempotency_cache }
    }

    /// Request rows that wait for the next commit.
    pub(super) fn requests(&self) -> MutexGuard<'_, RequestBuffer> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self) -> StoreState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the state and returns the previous one.
    pub(super) fn set(&self, state: StoreState) -> StoreState {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}
