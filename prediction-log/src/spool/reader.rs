//! A file of frames, read one after the other.
//!
//! Owns how bytes come from the file. May not know what frames are for.

use super::frame::{Found, Frame, HEAD};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Reads on from a place.
#[derive(Debug)]
pub(super) struct Reader {
    file: BufReader<File>,
    bytes: Vec<u8>,
}

impl Reader {
    /// A reader of what stands behind `offset`.
    pub(super) fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Reader { file: BufReader::new(file), bytes: Vec::new() })
    }

    /// What stands next. Only behind a whole frame, or a damaged one with a length, is there more to be read.
    pub(super) fn next(&mut self) -> io::Result<Found> {
        self.bytes.clear();
        Read::by_ref(&mut self.file).take(HEAD as u64).read_to_end(&mut self.bytes)?;
        if let Some(&[a, b, c, d]) = self.bytes.get(..4)
            && self.bytes.len() == HEAD
        {
            let length = u64::from(u32::from_le_bytes([a, b, c, d]));
            // Only what is there is read, whatever the length says.
            Read::by_ref(&mut self.file).take(length).read_to_end(&mut self.bytes)?;
        }
        Ok(Frame::decode(&self.bytes))
    }
}
