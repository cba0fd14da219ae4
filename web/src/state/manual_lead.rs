//! The manually entered lead and its score.

use crate::protocol::{FieldError, Score};
use std::collections::BTreeMap;

/// Manually entered lead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ManualLead {
    /// Text of each edited field.
    pub values: BTreeMap<String, String>,
    /// Number of changes so far; echoed by the worker, to detect replies to an older version.
    pub revision: u32,
    /// Result of the scoring.
    pub outcome: ManualOutcome,
}

/// Result of scoring the manually entered lead.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ManualOutcome {
    /// Not submitted.
    #[default]
    Pristine,
    /// Submitted without a filled field.
    NoInput,
    /// Reply pending.
    Scoring,
    /// Scored.
    Scored(Score),
    /// Invalid.
    Rejected(Vec<FieldError>),
}

impl ManualLead {
    /// Returns the fields that hold more than white space.
    pub fn filled(&self) -> Vec<(String, String)> {
        let filled = self.values.iter().filter(|(_, text)| !text.trim().is_empty());
        filled.map(|(name, text)| (name.clone(), text.clone())).collect()
    }

    pub(super) fn change(&mut self, field: String, text: String) {
        self.values.insert(field, text);
        self.discard_outcome();
    }

    /// Replaces all fields.
    pub(super) fn fill(&mut self, fields: Vec<(String, String)>) {
        self.values = fields.into_iter().collect();
        self.discard_outcome();
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.discard_outcome();
    }

    /// Discards the result, also one that is still pending.
    pub(super) fn discard_outcome(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.outcome = ManualOutcome::Pristine;
    }

    pub(super) fn submit(&mut self) {
        self.outcome = if self.filled().is_empty() { ManualOutcome::NoInput } else { ManualOutcome::Scoring };
    }

    /// Stores a reply to the current revision; ignores others.
    pub(super) fn receive(&mut self, revision: u32, outcome: ManualOutcome) {
        if self.revision == revision && self.outcome == ManualOutcome::Scoring {
            self.outcome = outcome;
        }
    }
}
