//! A reader that counts what is read through it, and ends what would go on for too long.
//!
//! A workbook can name one part as many sheets: a small file would then be unpacked again and again. Owns how often a
//! file may be read over. May not know what is in it.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// A file is looked over, measured and copied; what is left is for the parts that are small.
const ROUNDS: u64 = 4;

/// Directories and the heads of parts are read more often; in a small file they are most of it.
const SLACK: u64 = 256 * 1024;

/// The reader; its copies count together.
#[derive(Clone)]
pub(crate) struct Metered<R> {
    inner: R,
    meter: Meter,
}

/// How much was read.
#[derive(Clone)]
pub(crate) struct Meter {
    read: Rc<Cell<u64>>,
    size: u64,
}

impl<R> Metered<R> {
    pub(crate) fn new(inner: R, size: u64) -> Self {
        Metered { inner, meter: Meter { read: Rc::default(), size } }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Meter {
    /// How much of all reading is done.
    pub(crate) fn share(&self) -> f64 {
        (self.read.get() as f64 / (self.size * (ROUNDS - 1)).max(1) as f64).min(1.0)
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        let read = self.meter.read.get() + bytes as u64;
        self.meter.read.set(read);
        if read > self.meter.size * ROUNDS + SLACK {
            return Err(io::Error::other("read over too often"));
        }
        Ok(bytes)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
