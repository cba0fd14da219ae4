//! Idempotency keys of the requests that this instance is answering, each with the fingerprint of its request.
//!
//! Another instance detects a conflict when it writes its response to the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys in flight.
#[derive(Debug, Default)]
pub(crate) struct InFlightKeys(Mutex<HashMap<String, String>>);

/// Key in flight until dropped.
#[derive(Debug)]
pub(crate) struct KeyGuard {
    keys: Arc<InFlightKeys>,
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

impl Drop for KeyGuard {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Fingerprint of the request that holds the key.
#[derive(Debug, PartialEq)]
pub(crate) struct KeyTaken(pub(crate) String);

impl InFlightKeys {
    /// Marks a key as in flight.
    pub(crate) fn insert(self: &Arc<Self>, key: String, fingerprint: String) -> Result<KeyGuard, KeyTaken> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = keys.get(&key) {
            return Err(KeyTaken(other.clone()));
        }
        keys.insert(key.clone(), fingerprint.clone());
        Ok(KeyGuard { keys: self.clone(), key, fingerprint })
    }
}
