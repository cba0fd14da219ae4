//! Spool: append-only files on local disk that keep batches while the database is unavailable, replayed in order.
//!
//! # Layout on disk
//! | file | content |
//! |---|---|
//! | `lock` | empty; locked (`flock`) while an instance uses the folder |
//! | `<UUID v7>.spool` | segment: records one after the other, no header; sealed at 64 MiB; replayed in the order of the names |
//! | `<UUID v7>.aside` | quarantined: a segment with a damaged record, or a record that the database rejected |
//! | `<UUID v7>.new` | a quarantined file being rewritten by an erasure, renamed over it afterwards |
//!
//! A record is a batch. Numbers are little-endian; a text or blob is preceded by its length as u32, a list by its count.
//!
//! | record | bytes | |
//! |---|---|---|
//! | length | 4 | of the contents |
//! | checksum | 8 | CRC-32 (IEEE) of the contents, then four zero bytes; in version 1, the first 8 bytes of their SHA-256 |
//! | contents | length | version (1 byte: 2, or 1 in files of earlier releases), id of the writer run, sequence number (i64), entries (predictions and an optional idempotency record each), requests |
//!
//! # Writes
//! A record is one `write` at the end of the active segment; the batch is acknowledged after it. In power-safe mode the
//! segment is flushed after each record (`fdatasync`), and the folder once per new segment (`fsync`); otherwise nothing
//! is flushed, which survives a kill of the process but not a power failure. A failed write is truncated and seals the
//! segment. A segment is deleted when all of its records are committed to the database; records committed twice by a
//! kill in between are recognised by their ids and sequence numbers. Quarantined records and rewritten files are always
//! flushed.
//!
//! # Limits
//! The segments together hold at most the configured capacity (1 GiB by default; quarantined files do not count), a
//! record 4 GiB. A partial record at the end of a segment was never acknowledged and is ignored; a damaged one is
//! skipped by its length, and a damaged length ends the segment.
//!
//! Must not depend on SQL or on why the database is unavailable.

mod record_codec;
mod segments;

pub(super) use segments::ReadLimit;

use super::entry::{Batch, IdempotencyRecord};
use super::idempotency_cache::{IdempotencyCache, SpoolPosition};
use record_codec::{Decoded, RecordReader, encode};
use segments::{Head, Segments};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// Size at which a segment is sealed, so that disk space is freed while a long spool is replayed.
const SEGMENT_BYTES: u64 = 64 << 20;

/// Extension of segments.
const SEGMENT: &str = "spool";

/// Extension of quarantined files: damaged segments, and records that the database rejects.
const QUARANTINED: &str = "aside";

/// Failure of the spool.
#[derive(Debug, Error)]
pub(super) enum SpoolError {
    #[error("{0}")]
    Folder(#[from] io::Error),
    #[error("another instance uses it")]
    InUse,
    #[error("it holds as much as it may")]
    Full,
}

/// The spool folder, locked by this instance.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    bytes_max: u64,
    /// True when every record is flushed to disk.
    power_safe: bool,
    segments: Segments,
    active: Option<ActiveSegment>,
    cache: Arc<IdempotencyCache>,
    _lock: File,
}

/// The segment that is appended to; always the last one.
#[derive(Debug)]
struct ActiveSegment {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl Spool {
    /// Creates the folder if it is missing, locks it and scans the segments of earlier runs.
    pub(super) fn open(
        folder: &Path,
        bytes_max: u64,
        power_safe: bool,
        cache: Arc<IdempotencyCache>,
    ) -> Result<Self, SpoolError> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => SpoolError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let mut segments = Segments::default();
        for path in files(folder, SEGMENT)? {
            segments.scan(&path, &cache)?;
        }
        Ok(Spool { folder: folder.to_owned(), bytes_max, power_safe, segments, active: None, cache, _lock: lock })
    }

    /// True when there are no segments.
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Number of spooled predictions.
    pub(super) fn rows(&self) -> u64 {
        self.segments.rows()
    }

    /// Appends a batch; after an error nothing of it is stored.
    pub(super) fn append(&mut self, batch: &Batch) -> Result<(), SpoolError> {
        let record = encode(batch).ok_or(SpoolError::Full)?;
        let length = record.len() as u64;
        if self.segments.bytes() + length > self.bytes_max {
            return Err(SpoolError::Full);
        }
        let mut active = match self.active.take() {
            Some(active) if active.bytes < SEGMENT_BYTES && active.path.exists() => active,
            _ => self.create_segment()?,
        };
        let written = active.file.write_all(&record);
        let written = written.and_then(|()| if self.power_safe { active.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // If truncation fails, readers skip the partial record at the end of the sealed segment.
            let _ = active.file.set_len(active.bytes);
            return Err(error.into());
        }
        for record in batch.idempotency_records() {
            let position = SpoolPosition { path: active.path.clone(), offset: active.bytes };
            self.cache.add_spooled(&record.key, position);
        }
        self.segments.push(&active.path, length, batch.rows() as u64);
        active.bytes += length;
        self.active = Some(active);
        Ok(())
    }

    fn create_segment(&self) -> Result<ActiveSegment, SpoolError> {
        let path = self.folder.join(format!("{}.{SEGMENT}", Uuid::now_v7()));
        let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
        if self.power_safe {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(ActiveSegment { file, path, bytes: 0 })
    }

    /// Reads the oldest batches in order: of one writer run and one segment, at least one if there is any, within the
    /// limit. Damaged records before them are reported, skipped and quarantined.
    pub(super) fn peek(&mut self, limit: ReadLimit) -> Result<Vec<Batch>, SpoolError> {
        loop {
            match self.segments.head(limit)? {
                Head::Batches(batches) => return Ok(batches),
                Head::Damaged => tracing::error!("a part of the spool is damaged and is quarantined"),
                Head::Replayed { path, keep } => self.dispose(&path, keep)?,
                Head::Empty => return Ok(Vec::new()),
            }
        }
    }

    /// Removes the peeked batches, which the database has committed.
    pub(super) fn remove(&mut self, batches: &[Batch]) -> Result<(), SpoolError> {
        self.segments.advance();
        for record in batches.iter().flat_map(Batch::idempotency_records) {
            self.cache.remove_spooled(&record.key);
        }
        while let Some((path, keep)) = self.segments.replayed() {
            self.dispose(&path, keep)?;
        }
        Ok(())
    }

    /// Stores a batch that the database rejects in a file of its own, for inspection.
    pub(super) fn quarantine(&self, batch: &Batch) -> Result<(), SpoolError> {
        let record = encode(batch).ok_or(SpoolError::Full)?;
        let mut file = File::create_new(self.folder.join(format!("{}.{QUARANTINED}", Uuid::now_v7())))?;
        file.write_all(&record)?;
        file.sync_all().map_err(SpoolError::from)
    }

    /// Removes a replayed segment, or renames it to a quarantined file.
    fn dispose(&mut self, path: &Path, keep: bool) -> Result<(), SpoolError> {
        if self.active.as_ref().is_some_and(|active| active.path == path) {
            self.active = None;
        }
        let disposed = if keep { fs::rename(path, path.with_extension(QUARANTINED)) } else { fs::remove_file(path) };
        match disposed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => {
                self.segments.pop_front();
                Ok(())
            }
        }
    }

    /// Erases a lead's predictions from quarantined files; returns their number. Nothing else is spooled at that time.
    pub(super) fn erase_lead(&self, lead_key: &str) -> Result<u64, SpoolError> {
        let mut erased = 0;
        for path in files(&self.folder, QUARANTINED)? {
            erased += segments::erase_lead(&path, lead_key)?;
        }
        Ok(erased)
    }
}

/// Reads the idempotency record of a key from the spool.
pub(super) fn read_idempotency_record(position: &SpoolPosition, key: &str) -> Option<IdempotencyRecord> {
    let mut reader = RecordReader::open(&position.path, position.offset).ok()?;
    let Ok(Decoded::Record(batch, _)) = reader.next() else { return None };
    batch.idempotency_records().find(|record| record.key == key).cloned()
}

/// Files with an extension, oldest first: their names are UUIDs of version 7, which sort by time.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    Ok(paths)
}
