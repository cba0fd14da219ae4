//! What waits, taken together.
//!
//! Owns how much goes into one group and who is told of it. May not know the database.

use super::super::StoreError;
use super::super::entry::{Entry, KeyedAnswer, Logged};
use super::super::spool::Frame;
use super::Change;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most predictions and bytes in a group, unless one entry has more: bounds how long the first of them waits.
pub(super) const ROWS_MAX: usize = 10_000;
pub(super) const BYTES_MAX: usize = 16 << 20;

/// Who waits for an entry; nobody in relaxed mode.
pub(crate) type Done = Option<oneshot::Sender<Result<Logged, StoreError>>>;

/// What waits for the writer.
#[derive(Debug)]
pub(crate) enum Message {
    /// An entry, and who waits for it since when.
    Entry { entry: Entry, since: Instant, done: Done },
    /// There are calls, which nobody waits for.
    Calls,
    /// Something else that changes the database.
    Change(Change),
    /// A lead's rows are to be deleted.
    Forget { lead_key: String, done: oneshot::Sender<Result<u64, StoreError>> },
}

/// Entries and calls in the order they came, with those who wait.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) frame: Frame,
    waiting: Vec<Done>,
    /// When the first of those who wait came; calls alone wait for nothing.
    since: Option<Instant>,
}

impl Group {
    /// Takes entries up to what one group may have, or up to the first message that is neither an entry nor tells of
    /// calls, which wait elsewhere.
    pub(super) fn take(messages: &mut VecDeque<Message>) -> Self {
        let mut group = Group::default();
        let (mut rows, mut bytes) = (0, 0);
        while rows < ROWS_MAX && bytes < BYTES_MAX {
            match messages.pop_front() {
                Some(Message::Calls) => {}
                Some(Message::Entry { entry, since, done }) => {
                    rows += entry.rows.len();
                    bytes += entry.bytes();
                    group.since = Some(group.since.map_or(since, |first| first.min(since)));
                    group.push(entry, done);
                }
                Some(other) => {
                    messages.push_front(other);
                    break;
                }
                None => break,
            }
        }
        group
    }

    /// A frame that nobody waits for any more.
    pub(super) fn unheeded(frame: Frame) -> Self {
        let waiting = frame.entries.iter().map(|_| None).collect();
        Group { frame, waiting, since: None }
    }

    fn push(&mut self, entry: Entry, done: Done) {
        self.frame.entries.push(entry);
        self.waiting.push(done);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frame.entries.is_empty() && self.frame.calls.is_empty()
    }

    /// Whether its first client, who is told after `patience`, can wait so much longer.
    pub(super) fn may_wait(&self, longer: Duration, patience: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() + longer <= patience)
    }

    /// Each entry and each call as a group of its own.
    pub(super) fn apart(self) -> Vec<Group> {
        let mut apart = Vec::new();
        let Frame { entries, calls, .. } = self.frame;
        for (entry, done) in entries.into_iter().zip(self.waiting) {
            let mut one = Group { since: self.since, ..Group::default() };
            one.push(entry, done);
            apart.push(one);
        }
        for call in calls {
            apart.push(Group { frame: Frame { calls: vec![call], ..Frame::default() }, ..Group::default() });
        }
        apart
    }

    /// Takes out entries whose answer was given before, and tells those who wait for them.
    pub(super) fn answer(&mut self, given: impl Fn(&KeyedAnswer) -> Option<KeyedAnswer>) {
        let entries = std::mem::take(&mut self.frame.entries);
        let waiting = std::mem::take(&mut self.waiting);
        for (entry, done) in entries.into_iter().zip(waiting) {
            let same = |other: &&Entry| {
                other.keyed.as_ref().map(|keyed| &keyed.key) == entry.keyed.as_ref().map(|keyed| &keyed.key)
            };
            let first = entry.keyed.as_ref().and_then(|keyed| {
                given(keyed).or_else(|| self.frame.entries.iter().find(same).and_then(|other| other.keyed.clone()))
            });
            match first {
                Some(answer) => tell(done, Ok(Logged::Answered(answer))),
                None => self.push(entry, done),
            }
        }
    }

    /// Tells all who wait; `late` are those whose answer was given before.
    pub(super) fn acknowledge(self, logged: &Logged, mut late: BTreeMap<usize, KeyedAnswer>) {
        for (at, done) in self.waiting.into_iter().enumerate() {
            let fate = late.remove(&at).map_or_else(|| logged.clone(), Logged::Answered);
            tell(done, Ok(fate));
        }
    }

    /// Tells all who wait that nothing was written.
    pub(super) fn give_up(self) {
        for done in self.waiting {
            tell(done, Err(StoreError::NotWritten));
        }
    }

    /// How many predictions of it nobody is told about.
    pub(super) fn unheard(&self) -> usize {
        self.frame
            .entries
            .iter()
            .zip(&self.waiting)
            .filter(|(_, done)| done.is_none())
            .map(|(entry, _)| entry.rows.len())
            .sum()
    }
}

/// A client that went away in the meantime needs no answer.
fn tell(done: Done, fate: Result<Logged, StoreError>) {
    if let Some(done) = done {
        let _ = done.send(fate);
    }
}
