//! What the writer does without the database: takes what comes, spools it, tells clients and the state.
//!
//! Owns the queue, what is next of it, the spool and the state that is told. May not know the database.

use super::super::entry::{KeyedAnswer, Logged};
use super::super::shared::Shared;
use super::super::spool::{Frame, Limit, Spool};
use super::super::{StoreState, keyed};
use super::TAKEN_MAX;
use super::database::Failure;
use super::group::{BYTES_MAX, Group, Message, ROWS_MAX};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The writer's side of the queue.
#[derive(Debug)]
pub(super) struct Desk {
    messages: mpsc::Receiver<Message>,
    stop: oneshot::Receiver<()>,
    pub(super) taken: VecDeque<Message>,
    pub(super) spool: Option<Spool>,
    shared: Arc<Shared>,
    /// The name of this run.
    source: String,
    /// Of the last group.
    number: i64,
    /// Whether the database could not be written the last time.
    is_failing: bool,
    /// Whether groups go to the spool until what is there was replayed.
    pub(super) is_away: bool,
}

impl Desk {
    pub(super) fn new(
        messages: mpsc::Receiver<Message>,
        stop: oneshot::Receiver<()>,
        spool: Option<Spool>,
        shared: Arc<Shared>,
        is_connected: bool,
    ) -> Self {
        let is_away = spool.as_ref().is_some_and(|spool| !is_connected || !spool.is_empty());
        let source = Uuid::now_v7().to_string();
        let desk = Desk {
            messages,
            stop,
            taken: VecDeque::new(),
            spool,
            shared,
            source,
            number: 0,
            is_failing: !is_connected,
            is_away,
        };
        desk.tell_state();
        desk
    }

    /// Waits for something; false when there will be nothing more.
    pub(super) async fn wait(&mut self) -> bool {
        let mut taken = Vec::new();
        while self.taken.is_empty() {
            let count = tokio::select! {
                biased;
                _ = &mut self.stop, if !self.messages.is_closed() => {
                    self.messages.close();
                    continue;
                }
                count = self.messages.recv_many(&mut taken, TAKEN_MAX) => count,
            };
            self.taken.extend(taken.drain(..));
            if count == 0 {
                return false;
            }
        }
        true
    }

    /// Whether predictions wait.
    pub(super) fn has_entries(&self) -> bool {
        self.taken.iter().any(|message| matches!(message, Message::Entry { .. }))
    }

    /// Takes what came in the meantime.
    pub(super) fn take_more(&mut self) {
        while self.taken.len() < TAKEN_MAX
            && let Ok(message) = self.messages.try_recv()
        {
            self.taken.push_back(message);
        }
    }

    /// In what time there is something to write even if nothing more comes.
    pub(super) fn due_in(&self) -> Option<Duration> {
        self.shared.calls().due_in()
    }

    /// The next group, with its number; empty when something else is next. Calls go before what came after them, and at
    /// once where there will be nothing more, or the spool is where all goes.
    pub(super) fn next_group(&mut self) -> Group {
        let mut group = Group::take(&mut self.taken);
        let is_due = self.shared.calls().due_in() == Some(Duration::ZERO);
        if is_due || self.is_away || self.messages.is_closed() || !self.taken.is_empty() {
            group.frame.calls = self.shared.calls().take();
        }
        self.number += 1;
        group.frame.source.clone_from(&self.source);
        group.frame.number = self.number;
        group
    }

    /// The last answers are remembered for a time without the database.
    pub(super) fn remember(&self, frame: &Frame, late: &BTreeMap<usize, KeyedAnswer>) {
        let entries = frame.entries.iter().enumerate().filter(|(at, _)| !late.contains_key(at));
        entries.filter_map(|(_, entry)| entry.keyed.as_ref()).for_each(|keyed| self.shared.answers.given(keyed));
    }

    /// Into the spool, or nowhere.
    pub(super) fn spool(&mut self, mut group: Group) {
        let oldest = keyed::oldest(OffsetDateTime::now_utc());
        group.answer(|keyed| self.shared.answers.find(&keyed.key, &oldest));
        if group.is_empty() {
            return;
        }
        let Some(spool) = &mut self.spool else { return give_up(group) };
        match spool.append(&group.frame) {
            Ok(()) => {
                self.shared.set_state(StoreState::Degraded { spooled_rows: spool.rows() });
                self.remember(&group.frame, &BTreeMap::new());
                group.acknowledge(&Logged::Spooled, BTreeMap::new());
            }
            Err(error) => {
                if self.shared.set_state(StoreState::Lost) != StoreState::Lost {
                    tracing::error!(%error, "the spool folder cannot be written: nothing is acknowledged");
                }
                give_up(group);
            }
        }
    }

    /// Whatever came while the database is away.
    pub(super) fn spool_all(&mut self) {
        while !self.taken.is_empty() {
            let group = self.next_group();
            if group.is_empty() {
                // Its client hears that nothing was changed when this is dropped.
                self.taken.pop_front();
            } else {
                self.spool(group);
            }
        }
    }

    /// The frames that wait longest, so many at most.
    pub(super) fn first(&mut self, frames: usize) -> Vec<Frame> {
        let limit = Limit { frames, rows: ROWS_MAX, bytes: BYTES_MAX };
        let first = self.spool.as_mut().map_or(Ok(Vec::new()), |spool| spool.first(limit));
        first.unwrap_or_else(|error| {
            tracing::error!(%error, "the spool folder cannot be read");
            Vec::new()
        })
    }

    /// Whether nothing waits in the spool.
    pub(super) fn is_empty(&self) -> bool {
        self.spool.as_ref().is_none_or(Spool::is_empty)
    }

    /// The frames that were first are in the database.
    pub(super) fn is_done(&mut self, frames: &[Frame]) {
        let Some(spool) = &mut self.spool else { return };
        if let Err(error) = spool.done(frames) {
            tracing::error!(%error, "a file of the spool folder could not be removed");
        }
        self.tell_state();
    }

    /// Everything is in the database.
    pub(super) fn is_back(&mut self) {
        self.is_away = false;
        self.tell(None);
    }

    /// One line when writing begins to fail and one when it works again, not one per group.
    pub(super) fn tell(&mut self, failure: Option<&Failure>) {
        let failing = matches!(failure, Some(Failure::Away(_)));
        match failure {
            Some(Failure::Away(words)) if !self.is_failing => {
                tracing::error!(words, "the prediction log cannot be written");
            }
            None if self.is_failing => tracing::info!("the prediction log is written again"),
            _ => {}
        }
        self.is_failing = failing;
        self.is_away |= failing && self.spool.is_some();
        self.tell_state();
    }

    fn tell_state(&self) {
        let state = match &self.spool {
            // A folder that could not be written stays so until something was.
            Some(_) if self.is_away && self.shared.state() == StoreState::Lost => return,
            Some(spool) if self.is_away => StoreState::Degraded { spooled_rows: spool.rows() },
            None if self.is_failing => StoreState::Lost,
            _ => StoreState::Connected,
        };
        self.shared.set_state(state);
    }

    /// What was given is not remembered any more, and a lead is deleted from what was put aside.
    pub(super) fn forget(&self, lead_key: &str) -> Option<u64> {
        self.shared.answers.forget();
        let aside = self.spool.as_ref().map_or(Ok(0), |spool| spool.forget(lead_key));
        aside.inspect_err(|error| tracing::error!(%error, "the spool folder could not be searched for a lead")).ok()
    }
}

/// Nothing of it is anywhere.
pub(super) fn give_up(group: Group) {
    let unheard = group.unheard();
    if unheard > 0 {
        tracing::error!(predictions = unheard, "predictions that were acknowledged in relaxed mode are lost");
    }
    group.give_up();
}
