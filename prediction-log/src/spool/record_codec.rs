//! Encoding of a batch as a spool record; the layout is described in [`spool`](super).

use super::super::entry::{Batch, IdempotencyRecord, LogEntry};
use super::super::row::{PredictionRow, RequestRow};
use super::super::timestamp::Timestamp;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Length of the header.
const HEADER_BYTES: usize = 12;

/// First byte of the contents: the checksum in the header is a CRC-32.
const VERSION: u8 = 2;

/// Version that is still read: the checksum is the beginning of a SHA-256.
const VERSION_SHA256: u8 = 1;

/// Values of columns that are static strings in memory.
const WORDS: [&str; 5] = ["engaged", "not_engaged", "high", "medium", "low"];

/// Result of decoding at a position.
#[derive(Debug, PartialEq)]
pub(super) enum Decoded {
    /// A batch, and the length of its record.
    Record(Box<Batch>, usize),
    /// An invalid record, with its length where it can be trusted.
    Damaged(Option<usize>),
    /// A record whose end was never written: nothing of it was acknowledged.
    Partial,
    /// End of the file.
    End,
}

/// Encodes a batch as a record; `None` beyond 4 GB.
pub(super) fn encode(batch: &Batch) -> Option<Vec<u8>> {
    let mut bytes = vec![0; HEADER_BYTES];
    bytes.push(VERSION);
    put_text(&mut bytes, &batch.source);
    bytes.extend(batch.sequence.to_le_bytes());
    put_count(&mut bytes, batch.entries.len());
    for entry in &batch.entries {
        put_count(&mut bytes, entry.rows.len());
        entry.rows.iter().for_each(|row| put_prediction(&mut bytes, row));
        bytes.push(u8::from(entry.idempotency.is_some()));
        if let Some(record) = &entry.idempotency {
            put_idempotency_record(&mut bytes, record);
        }
    }
    put_count(&mut bytes, batch.requests.len());
    for request in &batch.requests {
        put_timestamp(&mut bytes, request.created_at);
        put_text(&mut bytes, &request.endpoint);
        bytes.extend(request.status_code.to_le_bytes());
        bytes.extend(request.response_time_ms.to_le_bytes());
    }
    let length = u32::try_from(bytes.len() - HEADER_BYTES).ok()?;
    let checksum = crc32_checksum(&bytes[HEADER_BYTES..]);
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..HEADER_BYTES].copy_from_slice(&checksum);
    Some(bytes)
}

/// Decodes the record at the beginning of some bytes.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    if bytes.is_empty() {
        return Decoded::End;
    }
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else { return Decoded::Partial };
    let length = header.iter().take(4).rev().fold(0, |length, byte| (length << 8) | usize::from(*byte));
    let Some(contents) = rest.get(..length) else { return Decoded::Partial };
    let Some(version) = contents.first() else { return Decoded::Damaged(None) };
    let checksum = if *version == VERSION_SHA256 { sha256_checksum(contents) } else { crc32_checksum(contents) };
    if checksum != header[4..] {
        return Decoded::Damaged(Some(HEADER_BYTES + length));
    }
    match read_batch(&mut Cursor(contents)) {
        Some(batch) => Decoded::Record(Box::new(batch), HEADER_BYTES + length),
        None => Decoded::Damaged(Some(HEADER_BYTES + length)),
    }
}

/// CRC-32 (IEEE, little-endian) and four zero bytes.
fn crc32_checksum(contents: &[u8]) -> [u8; 8] {
    u64::from(crc32fast::hash(contents)).to_le_bytes()
}

/// First 8 bytes of the SHA-256.
fn sha256_checksum(contents: &[u8]) -> [u8; 8] {
    let mut checksum = [0; 8];
    checksum.iter_mut().zip(Sha256::digest(contents)).for_each(|(to, from)| *to = from);
    checksum
}

/// Reads the records of a file one after the other.
#[derive(Debug)]
pub(super) struct RecordReader {
    file: BufReader<File>,
    record: Vec<u8>,
}

impl RecordReader {
    /// Opens a file at an offset.
    pub(super) fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(RecordReader { file: BufReader::new(file), record: Vec::new() })
    }

    /// Reads the next record. Only after a record, or a damaged one of known length, can there be more.
    pub(super) fn next(&mut self) -> io::Result<Decoded> {
        self.record.clear();
        Read::by_ref(&mut self.file).take(HEADER_BYTES as u64).read_to_end(&mut self.record)?;
        if let Some(&[a, b, c, d]) = self.record.get(..4)
            && self.record.len() == HEADER_BYTES
        {
            let length = u64::from(u32::from_le_bytes([a, b, c, d]));
            // Allocates only what the file has, whatever the length says.
            Read::by_ref(&mut self.file).take(length).read_to_end(&mut self.record)?;
        }
        Ok(decode(&self.record))
    }
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    // More than 2^32 elements exceed the length of a record, which is checked.
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_bytes(bytes: &mut Vec<u8>, part: &[u8]) {
    put_count(bytes, part.len());
    bytes.extend(part);
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_bytes(bytes, text.as_bytes());
}

fn put_timestamp(bytes: &mut Vec<u8>, timestamp: Timestamp) {
    put_text(bytes, &timestamp.to_string());
}

fn put_prediction(bytes: &mut Vec<u8>, row: &PredictionRow) {
    put_text(bytes, &row.id);
    put_timestamp(bytes, row.created_at);
    let texts = [&row.input_features, &row.model_version, &row.model_sha256, &row.request_id];
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

fn put_idempotency_record(bytes: &mut Vec<u8>, record: &IdempotencyRecord) {
    let texts = [&record.key, &record.fingerprint, &record.content_type];
    texts.iter().for_each(|text| put_text(bytes, text));
    put_timestamp(bytes, record.created_at);
    bytes.extend(record.status.to_le_bytes());
    put_bytes(bytes, &record.body);
}

/// Unread part of a record's contents.
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

    /// Number of elements of at least one byte each: at most the bytes that are left.
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

    fn timestamp(&mut self) -> Option<Timestamp> {
        self.text()?.parse().ok()
    }

    fn word(&mut self) -> Option<&'static str> {
        let text = self.bytes()?;
        WORDS.into_iter().find(|word| word.as_bytes() == text)
    }

    fn real(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }
}

fn read_batch(cursor: &mut Cursor<'_>) -> Option<Batch> {
    if !matches!(cursor.array()?, [VERSION | VERSION_SHA256]) {
        return None;
    }
    let (source, sequence) = (cursor.text()?, i64::from_le_bytes(cursor.array()?));
    let entries = (0..cursor.count()?).map(|_| read_entry(cursor)).collect::<Option<_>>()?;
    let requests = (0..cursor.count()?).map(|_| read_request(cursor)).collect::<Option<_>>()?;
    cursor.0.is_empty().then_some(Batch { source, sequence, entries, requests })
}

fn read_entry(cursor: &mut Cursor<'_>) -> Option<LogEntry> {
    let rows = (0..cursor.count()?).map(|_| read_prediction(cursor)).collect::<Option<_>>()?;
    let idempotency = if cursor.flag()? { Some(read_idempotency_record(cursor)?) } else { None };
    Some(LogEntry { idempotency, ..LogEntry::new(rows) })
}

fn read_prediction(cursor: &mut Cursor<'_>) -> Option<PredictionRow> {
    let (id, created_at, input_features) = (cursor.text()?, cursor.timestamp()?, cursor.text()?);
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

fn read_idempotency_record(cursor: &mut Cursor<'_>) -> Option<IdempotencyRecord> {
    let (key, fingerprint, content_type) = (cursor.text()?, cursor.text()?, cursor.text()?);
    let created_at = cursor.timestamp()?;
    let status = u16::from_le_bytes(cursor.array()?);
    Some(IdempotencyRecord { key, fingerprint, status, content_type, body: cursor.bytes()?.to_vec(), created_at })
}

fn read_request(cursor: &mut Cursor<'_>) -> Option<RequestRow> {
    Some(RequestRow {
        created_at: cursor.timestamp()?,
        endpoint: cursor.text()?,
        status_code: u16::from_le_bytes(cursor.array()?),
        response_time_ms: cursor.real()?,
    })
}

#[cfg(test)]
mod tests;
