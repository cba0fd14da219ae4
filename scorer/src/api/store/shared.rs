//! What the writer lets everyone see.
//!
//! Owns the state of the log and the answers that are remembered. May not know how either comes about.

use super::StoreState;
use super::answers::Answers;
use std::sync::{Mutex, PoisonError};

/// Shared by the writer and all who hand something in.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<StoreState>,
    pub(super) answers: std::sync::Arc<Answers>,
}

impl Shared {
    pub(super) fn new(answers: std::sync::Arc<Answers>) -> Self {
        Shared { state: Mutex::new(StoreState::Connected), answers }
    }

    pub(super) fn state(&self) -> StoreState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it; what it was.
    pub(super) fn set_state(&self, state: StoreState) -> StoreState {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}
