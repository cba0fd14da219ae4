//! Reader that counts the bytes read and fails above a limit.
//!
//! A workbook can list one part as many sheets: a small file would then be unpacked over and over.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Passes over the file that a progress report counts: checking, measuring and converting.
const REPORTED_PASSES: u64 = 3;
/// Maximum number of passes over the file: one more for hidden rows and merged cells, and one for small parts read
/// repeatedly.
const PASSES: u64 = REPORTED_PASSES + 2;

/// Additional bytes: directories and part headers are read more often, and dominate small files.
const SLACK_BYTES: u64 = 256 * 1024;

/// The reader; clones share one counter.
#[derive(Clone)]
pub(crate) struct MeteredReader<R> {
    inner: R,
    meter: ReadMeter,
}

/// Number of bytes read.
#[derive(Clone)]
pub(crate) struct ReadMeter {
    read: Rc<Cell<u64>>,
    size: u64,
}

impl<R> MeteredReader<R> {
    pub(crate) fn new(inner: R, size: u64) -> Self {
        MeteredReader { inner, meter: ReadMeter { read: Rc::default(), size } }
    }

    pub(crate) fn meter(&self) -> ReadMeter {
        self.meter.clone()
    }
}

impl ReadMeter {
    /// Returns the completed share, from 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        (self.read.get() as f64 / (self.size * REPORTED_PASSES).max(1) as f64).min(1.0)
    }
}

impl<R: Read> Read for MeteredReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        let read = self.meter.read.get() + bytes as u64;
        self.meter.read.set(read);
        if read > self.meter.size * PASSES + SLACK_BYTES {
            return Err(io::Error::other("too many passes over the file"));
        }
        Ok(bytes)
    }
}

impl<R: Seek> Seek for MeteredReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
