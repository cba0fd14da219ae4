//! Segments that wait for replay, oldest first, and how far each was replayed.

use super::super::entry::Batch;
use super::super::idempotency_cache::{IdempotencyCache, SpoolPosition};
use super::record_codec::{Decoded, RecordReader, encode};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Segments that wait for replay.
#[derive(Debug, Default)]
pub(super) struct Segments {
    segments: VecDeque<Segment>,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    /// Length of its complete part.
    bytes: u64,
    /// Number of predictions that are not replayed.
    rows: u64,
    /// Offset up to which it was replayed.
    replayed: u64,
    /// Length and number of predictions of the records that were read last.
    peeked: Option<(u64, u64)>,
    damaged: bool,
}

/// State of the oldest segment.
#[derive(Debug)]
pub(super) enum Head {
    Batches(Vec<Batch>),
    /// A damaged record was skipped.
    Damaged,
    /// The segment was replayed completely; it is to be kept if it was damaged.
    Replayed {
        path: PathBuf,
        keep: bool,
    },
    /// There are no segments.
    Empty,
}

/// Limit of one read; the first record is always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadLimit {
    pub(crate) batches: usize,
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

impl Segments {
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) fn rows(&self) -> u64 {
        self.segments.iter().map(|segment| segment.rows).sum()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Adds a segment of an earlier run.
    pub(super) fn scan(&mut self, path: &Path, cache: &IdempotencyCache) -> io::Result<()> {
        let mut segment = Segment::new(path, fs::metadata(path)?.len(), 0);
        let (mut reader, mut offset) = (RecordReader::open(path, 0)?, 0);
        loop {
            match reader.next()? {
                Decoded::Record(batch, bytes) => {
                    segment.rows += batch.rows() as u64;
                    for record in batch.idempotency_records() {
                        cache.add_spooled(&record.key, SpoolPosition { path: path.to_owned(), offset });
                    }
                    offset += bytes as u64;
                }
                Decoded::Damaged(Some(bytes)) => offset += bytes as u64,
                Decoded::Damaged(None) | Decoded::Partial | Decoded::End => break,
            }
        }
        self.segments.push_back(segment);
        Ok(())
    }

    /// Adds a record to the last segment, or a new segment with it.
    pub(super) fn push(&mut self, path: &Path, bytes: u64, rows: u64) {
        match self.segments.back_mut() {
            Some(last) if last.path == path => {
                last.bytes += bytes;
                last.rows += rows;
            }
            _ => self.segments.push_back(Segment::new(path, bytes, rows)),
        }
    }

    /// Reads from the oldest segment.
    pub(super) fn head(&mut self, limit: ReadLimit) -> io::Result<Head> {
        if let Some((path, keep)) = self.replayed() {
            return Ok(Head::Replayed { path, keep });
        }
        let Some(segment) = self.segments.front_mut() else { return Ok(Head::Empty) };
        let mut reader = RecordReader::open(&segment.path, segment.replayed)?;
        match reader.next()? {
            Decoded::Record(batch, bytes) => {
                return Ok(Head::Batches(segment.peek(*batch, bytes, &mut reader, limit)?));
            }
            // The end of a segment that was being written when the process was killed.
            Decoded::Partial | Decoded::End => {
                segment.replayed = segment.bytes;
                return Ok(Head::Replayed { path: segment.path.clone(), keep: segment.damaged });
            }
            Decoded::Damaged(Some(bytes)) => segment.replayed += bytes as u64,
            Decoded::Damaged(None) => segment.replayed = segment.bytes,
        }
        segment.damaged = true;
        Ok(Head::Damaged)
    }

    /// Path of the oldest segment if it was replayed completely, and whether it is to be kept.
    pub(super) fn replayed(&self) -> Option<(PathBuf, bool)> {
        let segment = self.segments.front().filter(|segment| segment.replayed >= segment.bytes)?;
        Some((segment.path.clone(), segment.damaged))
    }

    /// Marks the records that were read last as replayed.
    pub(super) fn advance(&mut self) {
        if let Some(segment) = self.segments.front_mut()
            && let Some((bytes, rows)) = segment.peeked.take()
        {
            segment.replayed += bytes;
            segment.rows = segment.rows.saturating_sub(rows);
        }
    }

    /// Removes the oldest segment.
    pub(super) fn pop_front(&mut self) {
        self.segments.pop_front();
    }
}

impl Segment {
    fn new(path: &Path, bytes: u64, rows: u64) -> Self {
        Segment { path: path.to_owned(), bytes, rows, replayed: 0, peeked: None, damaged: false }
    }

    /// The first batch and those after it, up to the first that is another run's, damaged or beyond the limit. Records
    /// appended after the scan are not read.
    fn peek(
        &mut self,
        first: Batch,
        bytes: usize,
        reader: &mut RecordReader,
        limit: ReadLimit,
    ) -> io::Result<Vec<Batch>> {
        let (mut taken, mut rows, mut batches) = (bytes, first.rows(), vec![first]);
        while batches.len() < limit.batches && self.replayed + (taken as u64) < self.bytes {
            let Decoded::Record(batch, bytes) = reader.next()? else { break };
            let follows = |last: &Batch| last.source == batch.source && last.sequence < batch.sequence;
            if !batches.last().is_some_and(follows) || rows + batch.rows() > limit.rows || taken + bytes > limit.bytes {
                break;
            }
            rows += batch.rows();
            taken += bytes;
            batches.push(*batch);
        }
        self.peeked = Some((taken as u64, rows as u64));
        Ok(batches)
    }
}

/// Rewrites a file without a lead's predictions and without the responses that name the lead; returns the number of the
/// predictions.
pub(super) fn erase_lead(path: &Path, lead_key: &str) -> io::Result<u64> {
    let (mut kept, mut erased, mut reader) = (Vec::new(), 0, RecordReader::open(path, 0)?);
    loop {
        match reader.next()? {
            Decoded::Record(mut batch, _) => {
                for entry in &mut batch.entries {
                    let count = entry.rows.len();
                    Arc::make_mut(&mut entry.rows).retain(|row| row.lead_key.as_deref() != Some(lead_key));
                    if entry.rows.len() < count {
                        erased += (count - entry.rows.len()) as u64;
                        entry.idempotency = None;
                    }
                }
                kept.extend(encode(&batch).unwrap_or_default());
            }
            Decoded::Damaged(Some(_)) => {}
            Decoded::Damaged(None) | Decoded::Partial | Decoded::End => break,
        }
    }
    if erased > 0 {
        let rewritten = path.with_extension("new");
        let mut file = File::create(&rewritten)?;
        file.write_all(&kept)?;
        file.sync_all()?;
        fs::rename(&rewritten, path)?;
    }
    Ok(erased)
}
