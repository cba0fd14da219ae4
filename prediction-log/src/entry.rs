//! What is handed to the log at once, and what becomes of it.
//!
//! Owns entries, the answers kept by their idempotency keys, and the form in which texts fit the tables. May not know
//! SQL or how entries are written.

use super::record::{CallRow, PredictionRow};
use std::borrow::Cow;
use std::sync::Arc;

/// Predictions that are logged together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// In the order they were answered. Shared, since the answer is written while they are logged.
    pub rows: Arc<Vec<PredictionRow>>,
    /// The answer that is given again to a request with the same key.
    pub keyed: Option<KeyedAnswer>,
}

/// An answer to a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedAnswer {
    /// The client's key, scoped by caller and route.
    pub key: String,
    /// The SHA-256 of the request's body: another body under the same key is a mistake of the client.
    pub fingerprint: String,
    /// HTTP's number.
    pub status: u16,
    /// Of the body.
    pub content_type: String,
    /// As it was sent.
    pub body: Vec<u8>,
    /// See [`super::record::timestamp`].
    pub created_at: String,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Logged {
    /// It is in the database; in relaxed mode, it will be.
    Written,
    /// The database is away: it is in the spool folder and will be in the database.
    Spooled,
    /// Another request with this key was first, here or in another instance: nothing of this entry was logged, and
    /// this is the answer that was given then.
    Answered(KeyedAnswer),
}

impl Entry {
    /// Predictions without a key.
    pub fn new(rows: Vec<PredictionRow>) -> Self {
        Entry { rows: Arc::new(rows), keyed: None }
    }

    /// The lead keys of its predictions, each as JSON between line breaks, which JSON has none of: so that one person's
    /// answers can be found again.
    pub(super) fn lead_keys(&self) -> String {
        let keys = self.rows.iter().filter_map(|row| row.lead_key.as_deref());
        keys.fold(String::from("\n"), |text, key| text + &mark(key) + "\n")
    }

    /// Its size in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.rows.iter().map(|row| row.input_features.len() + 400).sum::<usize>();
        rows + self.keyed.as_ref().map_or(0, |keyed| keyed.body.len())
    }

    /// The same with texts that every database takes.
    pub(super) fn fit(mut self) -> Self {
        if !self.rows.iter().all(fits) {
            Arc::make_mut(&mut self.rows).iter_mut().for_each(fit_row);
        }
        if let Some(keyed) = &mut self.keyed {
            fit(&mut keyed.key, usize::MAX);
            fit(&mut keyed.content_type, 200);
        }
        self
    }
}

impl CallRow {
    /// The same with texts that every database takes.
    pub(super) fn fit(mut self) -> Self {
        fit(&mut self.endpoint, 255);
        self
    }
}

/// A lead key as [`Entry::lead_keys`] writes it.
pub(super) fn mark(lead_key: &str) -> String {
    serde_json::Value::from(lead_key).to_string()
}

/// PostgreSQL's texts hold no zero character.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}").into() } else { text.into() }
}

fn fit_row(row: &mut PredictionRow) {
    fit(&mut row.id, 36);
    fit(&mut row.model_version, 50);
    fit(&mut row.request_id, 128);
    if let Some(key) = &mut row.lead_key {
        fit(key, 200);
    }
}

/// Whether [`fit_row`] would leave it as it is, seen without a change to it: few texts are so long that they are counted.
fn fits(row: &PredictionRow) -> bool {
    let texts = [Some(&row.id), Some(&row.model_version), Some(&row.request_id), row.lead_key.as_ref()];
    texts.into_iter().flatten().all(|text| text.len() <= 36 && !text.contains('\0')) || {
        let mut fitted = row.clone();
        fit_row(&mut fitted);
        fitted == *row
    }
}

fn fit(text: &mut String, characters_max: usize) {
    if let Cow::Owned(without) = storable(text) {
        *text = without;
    }
    // As many bytes as characters at least: most texts are short enough without counting.
    if text.len() > characters_max
        && let Some((at, _)) = text.char_indices().nth(characters_max)
    {
        text.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters_and_hold_no_zero() {
        let cut = |text: &str, characters_max: usize| {
            let mut text = text.to_owned();
            fit(&mut text, characters_max);
            text
        };
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("a\0b", 9), "a\u{FFFD}b");
    }
}
