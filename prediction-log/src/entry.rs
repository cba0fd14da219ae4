//! Log entries, the batches they are committed in, and the limits of text columns.

use super::row::{PredictionRow, RequestRow};
use super::timestamp::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// Approximate size of a request row in the database.
const REQUEST_BYTES: usize = 200;

/// Predictions that are logged together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// Rows in the order of the response. Shared, since the response is serialised while they are logged.
    pub rows: Arc<Vec<PredictionRow>>,
    /// Response to repeat for requests with the same idempotency key.
    pub idempotency: Option<IdempotencyRecord>,
}

/// Response to a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The client's key, scoped by caller and route.
    pub key: String,
    /// SHA-256 of the request body: another body under the same key is a client error.
    pub fingerprint: String,
    /// HTTP status code.
    pub status: u16,
    /// Content type of the body.
    pub content_type: String,
    /// Response body.
    pub body: Vec<u8>,
    /// Time of the response.
    pub created_at: Timestamp,
}

/// Result of logging an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteStatus {
    /// Committed to the database; in relaxed mode, queued for it.
    Written,
    /// Stored in the spool; committed when the database is available again.
    Spooled,
    /// Another request with this key was first, in this or another instance: nothing of the entry was logged, and this
    /// is the first response.
    Duplicate(IdempotencyRecord),
}

/// Entries and requests that are committed together, exactly once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Batch {
    /// Id of the writer's run.
    pub(crate) source: String,
    /// Number within that run, rising.
    pub(crate) sequence: i64,
    pub(crate) entries: Vec<LogEntry>,
    pub(crate) requests: Vec<RequestRow>,
}

impl LogEntry {
    /// An entry without an idempotency key.
    pub fn new(rows: Vec<PredictionRow>) -> Self {
        LogEntry { rows: Arc::new(rows), idempotency: None }
    }

    /// Lead keys of the predictions as newline-delimited JSON, searched on erasure.
    pub(super) fn lead_keys(&self) -> String {
        let keys = self.rows.iter().filter_map(|row| row.lead_key.as_deref());
        keys.fold(String::from("\n"), |text, key| text + &json_lead_key(key) + "\n")
    }

    /// Approximate size in memory.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.rows.iter().map(|row| row.input_features.len() + 400).sum::<usize>();
        rows + self.idempotency.as_ref().map_or(0, |record| record.body.len())
    }

    /// Cuts texts to what both databases accept.
    pub(super) fn fit_columns(mut self) -> Self {
        if !self.rows.iter().all(fits) {
            Arc::make_mut(&mut self.rows).iter_mut().for_each(fit_row);
        }
        if let Some(record) = &mut self.idempotency {
            fit_text(&mut record.key, usize::MAX);
            fit_text(&mut record.content_type, 200);
        }
        self
    }
}

impl RequestRow {
    /// Cuts texts to what both databases accept.
    pub(super) fn fit_columns(mut self) -> Self {
        fit_text(&mut self.endpoint, 255);
        self
    }
}

impl Batch {
    /// Number of predictions.
    pub(crate) fn rows(&self) -> usize {
        self.entries.iter().map(|entry| entry.rows.len()).sum()
    }

    /// Approximate size in the database.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(LogEntry::bytes).sum::<usize>() + self.requests.len() * REQUEST_BYTES
    }

    /// Idempotency records of the entries that have one.
    pub(crate) fn idempotency_records(&self) -> impl Iterator<Item = &IdempotencyRecord> {
        self.entries.iter().filter_map(|entry| entry.idempotency.as_ref())
    }
}

/// A lead key as [`LogEntry::lead_keys`] contains it.
pub(super) fn json_lead_key(lead_key: &str) -> String {
    serde_json::Value::from(lead_key).to_string()
}

/// Replaces zero characters, which PostgreSQL's texts cannot hold.
pub(super) fn replace_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}").into() } else { text.into() }
}

fn fit_row(row: &mut PredictionRow) {
    fit_text(&mut row.id, 36);
    fit_text(&mut row.model_version, 50);
    fit_text(&mut row.request_id, 128);
    if let Some(key) = &mut row.lead_key {
        fit_text(key, 200);
    }
}

/// True when [`fit_row`] would change nothing. Most texts are short enough to be accepted without counting characters.
fn fits(row: &PredictionRow) -> bool {
    let texts = [Some(&row.id), Some(&row.model_version), Some(&row.request_id), row.lead_key.as_ref()];
    texts.into_iter().flatten().all(|text| text.len() <= 36 && !text.contains('\0')) || {
        let mut fitted = row.clone();
        fit_row(&mut fitted);
        fitted == *row
    }
}

fn fit_text(text: &mut String, characters_max: usize) {
    if let Cow::Owned(replaced) = replace_nul(text) {
        *text = replaced;
    }
    // A text has at least as many bytes as characters, so most need no counting.
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
    fn cuts_texts_between_characters_and_replaces_nul() {
        let cut = |text: &str, characters_max: usize| {
            let mut text = text.to_owned();
            fit_text(&mut text, characters_max);
            text
        };
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("a\0b", 9), "a\u{FFFD}b");
    }
}
