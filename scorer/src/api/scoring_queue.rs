//! Bounded queue of requests whose leads are scored or wait for it. Per instance.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for requests that score.
#[derive(Debug)]
pub(crate) struct ScoringQueue {
    places: Arc<Semaphore>,
    length: usize,
}

impl ScoringQueue {
    pub(crate) fn new(length: usize) -> Self {
        let length = length.clamp(1, Semaphore::MAX_PERMITS);
        ScoringQueue { places: Arc::new(Semaphore::new(length)), length }
    }

    /// Takes a place, returned when the permit is dropped; `None` when the queue is full.
    pub(crate) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// Number of requests in the queue.
    pub(crate) fn len(&self) -> usize {
        self.length.saturating_sub(self.places.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_takes_nobody_until_one_leaves() {
        let queue = ScoringQueue::new(2);
        let (one, _two) = (queue.enter().unwrap(), queue.enter().unwrap());
        assert!(queue.enter().is_none());
        assert_eq!(queue.len(), 2);
        drop(one);
        assert!(queue.enter().is_some());
    }
}
