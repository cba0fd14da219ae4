//! A batch that is read on one thread and scored on another, at the same time.
//!
//! Owns how leads get from the one to the other. May not know JSON, nor what becomes of a lead.

use super::scoring::{Block, Scoring, Shared, Take};
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::lead::Lead;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// From how many bytes on a batch is worth a second thread: that takes as long as some hundred leads.
pub(super) const BYTES_LEAST: usize = 256 << 10;

/// How many leads change hands at once.
const LEADS: usize = 256;

/// How many times that may wait to be scored.
const WAITING: usize = 4;

/// What is handed over.
enum Item {
    Lead(Lead),
    Rejected(RejectedLead<'static>),
    /// What came before does not count.
    Restart,
}

/// The reader's end.
pub(super) struct Hand {
    items: Vec<Item>,
    to: SyncSender<Vec<Item>>,
}

impl Take for Hand {
    fn restart(&mut self) {
        self.items.clear();
        self.give(Item::Restart);
    }

    fn take(&mut self, lead: &Lead) {
        self.give(Item::Lead(lead.clone()));
    }

    fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.give(Item::Rejected(rejection));
    }
}

impl Hand {
    fn give(&mut self, item: Item) {
        self.items.push(item);
        if self.items.len() == LEADS {
            self.pass();
        }
    }

    /// Whoever scores is gone only when that failed, which is told in the end.
    fn pass(&mut self) {
        let items = std::mem::replace(&mut self.items, Vec::with_capacity(LEADS));
        self.to.send(items).ok();
    }
}

/// What reading gave, and what was scored meanwhile.
pub(super) fn read<T>(shared: &Shared, read: impl FnOnce(&mut Hand) -> T) -> (T, Result<Block, ApiError>) {
    thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING);
        let scoring = scope.spawn(move || score(shared, &from));
        let mut hand = Hand { items: Vec::with_capacity(LEADS), to };
        let read = read(&mut hand);
        hand.pass();
        drop(hand);
        (read, scoring.join().unwrap_or(Err(ApiError::Internal)))
    })
}

fn score(shared: &Shared, from: &Receiver<Vec<Item>>) -> Result<Block, ApiError> {
    let mut scoring = Scoring::new(shared);
    for item in from.iter().flatten() {
        match item {
            Item::Lead(lead) => scoring.take_over(lead, None),
            Item::Rejected(rejection) => scoring.reject(rejection),
            Item::Restart => scoring = Scoring::new(shared),
        }
    }
    scoring.finish()
}
