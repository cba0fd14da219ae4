//! A group of the log as bytes that tell whether they are whole: length, checksum, contents.
//!
//! Owns that form. May not know files or databases.

use super::super::entry::{Entry, KeyedAnswer};
use super::super::record::{CallRow, PredictionRow};
use sha2::{Digest, Sha256};

/// Length and checksum.
pub(super) const HEAD: usize = 12;

/// The form of what follows the head.
const VERSION: u8 = 1;

/// About how many bytes a call takes in the database.
const CALL_BYTES: usize = 200;

/// The words that rows hold, which are not kept as texts in memory.
const WORDS: [&str; 5] = ["engaged", "not_engaged", "high", "medium", "low"];

/// Entries and calls that are written together, once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Frame {
    /// The run of a writer that made it.
    pub(crate) source: String,
    /// Its number among those of that run, rising.
    pub(crate) number: i64,
    pub(crate) entries: Vec<Entry>,
    pub(crate) calls: Vec<CallRow>,
}

/// What stands at a place of a file.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// A frame, and how many bytes it takes.
    Whole(Box<Frame>, usize),
    /// Bytes that are no frame; with their length where it can be believed.
    Damaged(Option<usize>),
    /// The beginning of a frame whose end was never written: nothing of it was acknowledged.
    Torn,
    /// Nothing more.
    End,
}

impl Frame {
    /// How many predictions are in it.
    pub(crate) fn rows(&self) -> usize {
        self.entries.iter().map(|entry| entry.rows.len()).sum()
    }

    /// About how many bytes it takes in the database.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(Entry::bytes).sum::<usize>() + self.calls.len() * CALL_BYTES
    }

    /// With length and checksum; `None` beyond 4 GB.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; HEAD];
        bytes.push(VERSION);
        put_text(&mut bytes, &self.source);
        bytes.extend(self.number.to_le_bytes());
        put_count(&mut bytes, self.entries.len());
        for entry in &self.entries {
            put_count(&mut bytes, entry.rows.len());
            entry.rows.iter().for_each(|row| put_row(&mut bytes, row));
            bytes.push(u8::from(entry.keyed.is_some()));
            if let Some(keyed) = &entry.keyed {
                put_keyed(&mut bytes, keyed);
            }
        }
        put_count(&mut bytes, self.calls.len());
        for call in &self.calls {
            put_text(&mut bytes, &call.created_at);
            put_text(&mut bytes, &call.endpoint);
            bytes.extend(call.status_code.to_le_bytes());
            bytes.extend(call.response_time_ms.to_le_bytes());
        }
        let length = u32::try_from(bytes.len() - HEAD).ok()?;
        let checksum = checksum(&bytes[HEAD..]);
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes[4..HEAD].copy_from_slice(&checksum);
        Some(bytes)
    }

    /// Reads what stands at the beginning of some bytes.
    pub(super) fn decode(bytes: &[u8]) -> Found {
        if bytes.is_empty() {
            return Found::End;
        }
        let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return Found::Torn };
        let length = head.iter().take(4).rev().fold(0, |length, byte| (length << 8) | usize::from(*byte));
        let Some(contents) = rest.get(..length) else { return Found::Torn };
        if length == 0 {
            return Found::Damaged(None);
        }
        if checksum(contents) != head[4..] {
            return Found::Damaged(Some(HEAD + length));
        }
        match read(&mut Cursor(contents)) {
            Some(frame) => Found::Whole(Box::new(frame), HEAD + length),
            None => Found::Damaged(Some(HEAD + length)),
        }
    }
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut first = [0; 8];
    first.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
    first
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    // More than four thousand million things do not fit a frame, whose length is checked.
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_bytes(bytes: &mut Vec<u8>, part: &[u8]) {
    put_count(bytes, part.len());
    bytes.extend(part);
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_bytes(bytes, text.as_bytes());
}

fn put_row(bytes: &mut Vec<u8>, row: &PredictionRow) {
    let texts = [&row.id, &row.created_at, &row.input_features, &row.model_version, &row.model_sha256, &row.request_id];
    texts.iter().for_each(|text| put_text(bytes, text));
    bytes.push(u8::from(row.lead_key.is_some()));
    put_text(bytes, row.lead_key.as_deref().unwrap_or_default());
    bytes.extend(row.predicted_score.to_le_bytes());
    bytes.extend(row.inference_time_ms.to_le_bytes());
    bytes.extend(row.probability.to_le_bytes());
    put_text(bytes, row.label);
    put_text(bytes, row.confidence);
    put_text(bytes, &row.grade.map(String::from).unwrap_or_default());
}

fn put_keyed(bytes: &mut Vec<u8>, keyed: &KeyedAnswer) {
    [&keyed.key, &keyed.fingerprint, &keyed.content_type, &keyed.created_at]
        .iter()
        .for_each(|text| put_text(bytes, text));
    bytes.extend(keyed.status.to_le_bytes());
    put_bytes(bytes, &keyed.body);
}

/// Bytes that are still to be read.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A count of things of at least one byte each: no more than there are bytes.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(u32::from_le_bytes(self.array()?)).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    fn flag(&mut self) -> Option<bool> {
        self.array::<1>().map(|[flag]| flag != 0)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn word(&mut self) -> Option<&'static str> {
        let text = self.bytes()?;
        WORDS.into_iter().find(|word| word.as_bytes() == text)
    }

    fn real(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }
}

fn read(cursor: &mut Cursor<'_>) -> Option<Frame> {
    if cursor.array()? != [VERSION] {
        return None;
    }
    let (source, number) = (cursor.text()?, i64::from_le_bytes(cursor.array()?));
    let entries = (0..cursor.count()?).map(|_| read_entry(cursor)).collect::<Option<_>>()?;
    let calls = (0..cursor.count()?).map(|_| read_call(cursor)).collect::<Option<_>>()?;
    cursor.0.is_empty().then_some(Frame { source, number, entries, calls })
}

fn read_entry(cursor: &mut Cursor<'_>) -> Option<Entry> {
    let rows = (0..cursor.count()?).map(|_| read_row(cursor)).collect::<Option<_>>()?;
    let keyed = if cursor.flag()? { Some(read_keyed(cursor)?) } else { None };
    Some(Entry { keyed, ..Entry::new(rows) })
}

fn read_row(cursor: &mut Cursor<'_>) -> Option<PredictionRow> {
    let (id, created_at, input_features) = (cursor.text()?, cursor.text()?, cursor.text()?);
    let (model_version, model_sha256, request_id) = (cursor.text()?, cursor.text()?, cursor.text()?);
    let (has_key, lead_key) = (cursor.flag()?, cursor.text()?);
    Some(PredictionRow {
        id,
        created_at,
        input_features,
        model_version,
        model_sha256,
        request_id,
        lead_key: has_key.then_some(lead_key),
        predicted_score: cursor.real()?,
        inference_time_ms: cursor.real()?,
        probability: f32::from_le_bytes(cursor.array()?),
        label: cursor.word()?,
        confidence: cursor.word()?,
        grade: cursor.text()?.chars().next(),
    })
}

fn read_keyed(cursor: &mut Cursor<'_>) -> Option<KeyedAnswer> {
    let (key, fingerprint, content_type, created_at) = (cursor.text()?, cursor.text()?, cursor.text()?, cursor.text()?);
    let status = u16::from_le_bytes(cursor.array()?);
    Some(KeyedAnswer { key, fingerprint, status, content_type, body: cursor.bytes()?.to_vec(), created_at })
}

fn read_call(cursor: &mut Cursor<'_>) -> Option<CallRow> {
    Some(CallRow {
        created_at: cursor.text()?,
        endpoint: cursor.text()?,
        status_code: u16::from_le_bytes(cursor.array()?),
        response_time_ms: cursor.real()?,
    })
}

#[cfg(test)]
mod tests;
