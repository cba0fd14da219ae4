//! The lead that is typed by hand, and what became of it.
//!
//! Owns the texts of the form and the rule that an answer counts only for the texts that were asked about. May not know
//! the form, words or the worker's ways.

use crate::agent::{FieldFault, Score};
use std::collections::BTreeMap;

/// The lead typed by hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hand {
    /// The text of each field that was touched.
    pub values: BTreeMap<String, String>,
    /// How often these were changed; goes to the worker and back, so that late answers are known.
    pub turn: u32,
    /// What became of them.
    pub outcome: ByHand,
}

/// What became of a lead by hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ByHand {
    /// Nothing yet.
    #[default]
    Blank,
    /// It was sent without a single field.
    Empty,
    /// On its way.
    Scoring,
    /// Scored.
    Scored(Score),
    /// Not scored.
    Faulty(Vec<FieldFault>),
}

impl Hand {
    /// The fields to score. One of nothing but white space is one that was left out.
    pub fn filled(&self) -> Vec<(String, String)> {
        let filled = self.values.iter().filter(|(_, text)| !text.trim().is_empty());
        filled.map(|(name, text)| (name.clone(), text.clone())).collect()
    }

    pub(super) fn change(&mut self, field: String, text: String) {
        self.values.insert(field, text);
        self.forget();
    }

    /// Other fields altogether.
    pub(super) fn fill(&mut self, fields: Vec<(String, String)>) {
        self.values = fields.into_iter().collect();
        self.forget();
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.forget();
    }

    /// Forgets what became of it, and whatever is still to be said of it.
    pub(super) fn forget(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        self.outcome = ByHand::Blank;
    }

    pub(super) fn send(&mut self) {
        self.outcome = if self.filled().is_empty() { ByHand::Empty } else { ByHand::Scoring };
    }

    pub(super) fn hear(&mut self, turn: u32, outcome: ByHand) {
        if self.turn == turn && self.outcome == ByHand::Scoring {
            self.outcome = outcome;
        }
    }
}
