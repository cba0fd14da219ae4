//! What the writer shares with everyone.
//!
//! Owns the state of the log, the answers that are remembered and the calls that wait. May not know what comes of them.

use super::StoreState;
use super::answers::Answers;
use super::writer::Calls;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by the writer and all who hand something in.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<StoreState>,
    calls: Mutex<Calls>,
    pub(super) answers: std::sync::Arc<Answers>,
}

impl Shared {
    pub(super) fn new(answers: std::sync::Arc<Answers>) -> Self {
        Shared { state: Mutex::new(StoreState::Connected), calls: Mutex::default(), answers }
    }

    /// The calls that wait.
    pub(super) fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> StoreState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it; what it was.
    pub(super) fn set_state(&self, state: StoreState) -> StoreState {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}
