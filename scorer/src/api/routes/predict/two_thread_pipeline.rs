//! Two-thread pipeline for large batches: one thread parses, another scores.

use super::scoring::{LeadSink, ScoredRows, Scoring, ScoringContext};
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::lead::Lead;
use crate::lead::level::LevelMatching;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Smallest body, in bytes, that is worth a second thread: starting one costs as much as some hundred leads.
pub(super) const MIN_BYTES: usize = 256 << 10;

/// Leads per message.
const MESSAGE_LEADS: usize = 256;

/// Capacity of the channel, in messages.
const CHANNEL_MESSAGES: usize = 4;

enum Item {
    Lead(Lead),
    Rejected(RejectedLead<'static>),
    /// Discards all items before.
    Restart,
}

/// Sending end, used by the parsing thread.
pub(super) struct PipelineSender {
    items: Vec<Item>,
    channel: SyncSender<Vec<Item>>,
}

impl LeadSink for PipelineSender {
    fn restart(&mut self) {
        self.items.clear();
        self.push_item(Item::Restart);
    }

    fn push(&mut self, lead: &Lead) {
        self.push_item(Item::Lead(lead.clone()));
    }

    fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.push_item(Item::Rejected(rejection));
    }
}

impl PipelineSender {
    fn push_item(&mut self, item: Item) {
        self.items.push(item);
        if self.items.len() == MESSAGE_LEADS {
            self.flush();
        }
    }

    /// The receiver is gone only if scoring failed; `run` returns that error.
    fn flush(&mut self) {
        let items = std::mem::replace(&mut self.items, Vec::with_capacity(MESSAGE_LEADS));
        self.channel.send(items).ok();
    }
}

/// Runs `parse` on this thread while another scores what it sends; returns both results.
pub(super) fn run<T>(
    context: &ScoringContext,
    parse: impl FnOnce(&mut PipelineSender) -> T,
) -> (T, Result<ScoredRows, ApiError>) {
    thread::scope(|scope| {
        let (channel, receiver) = sync_channel(CHANNEL_MESSAGES);
        let scoring = scope.spawn(move || score(context, &receiver));
        let mut sender = PipelineSender { items: Vec::with_capacity(MESSAGE_LEADS), channel };
        let parsed = parse(&mut sender);
        sender.flush();
        drop(sender);
        (parsed, scoring.join().unwrap_or(Err(ApiError::Internal)))
    })
}

fn score(context: &ScoringContext, receiver: &Receiver<Vec<Item>>) -> Result<ScoredRows, ApiError> {
    let mut scoring = Scoring::new(context);
    for item in receiver.iter().flatten() {
        match item {
            Item::Lead(lead) => scoring.push_owned(lead, LevelMatching::Exact, None),
            Item::Rejected(rejection) => scoring.reject(rejection),
            Item::Restart => scoring = Scoring::new(context),
        }
    }
    scoring.finish()
}
