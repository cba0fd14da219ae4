//! The frames that wait, file by file.
//!
//! Owns how far each file was replayed. May not know how frames are written.

use super::super::answers::{Answers, Place};
use super::frame::{Found, Frame, HEAD};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The files that wait, oldest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    files: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    path: PathBuf,
    /// How much of it is whole.
    bytes: u64,
    rows: u64,
    /// How much of it was replayed.
    replayed: u64,
    /// The length and the rows of the frame at the front, once it was read.
    front: Option<(u64, u64)>,
    damaged: bool,
}

/// What is at the front.
#[derive(Debug)]
pub(super) enum Front {
    Frame(Box<Frame>),
    /// Something that is no frame was skipped.
    Damaged,
    /// All of a file was replayed; it is to be kept aside if it was damaged.
    Done {
        path: PathBuf,
        keep: bool,
    },
    Nothing,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Adds a file that an earlier run left.
    pub(super) fn scan(&mut self, path: &Path, answers: &Answers) -> io::Result<()> {
        let length = fs::metadata(path)?.len();
        let mut file =
            Waiting { path: path.to_owned(), bytes: length, rows: 0, replayed: 0, front: None, damaged: false };
        let mut offset = 0;
        loop {
            match read(path, offset)? {
                Found::Whole(frame, bytes) => {
                    file.rows += frame.rows() as u64;
                    for keyed in frame.entries.iter().filter_map(|entry| entry.keyed.as_ref()) {
                        answers.spooled(&keyed.key, Place { path: path.to_owned(), offset });
                    }
                    offset += bytes as u64;
                }
                Found::Damaged(Some(bytes)) => offset += bytes as u64,
                Found::Damaged(None) | Found::Torn | Found::End => break,
            }
        }
        self.files.push_back(file);
        Ok(())
    }

    /// Adds a frame to the last file, or a file with it.
    pub(super) fn push(&mut self, path: &Path, bytes: u64, rows: u64) {
        match self.files.back_mut() {
            Some(last) if last.path == path => {
                last.bytes += bytes;
                last.rows += rows;
            }
            _ => {
                let path = path.to_owned();
                self.files.push_back(Waiting { path, bytes, rows, replayed: 0, front: None, damaged: false });
            }
        }
    }

    /// Looks at the front.
    pub(super) fn front(&mut self) -> io::Result<Front> {
        let Some(file) = self.files.front_mut() else { return Ok(Front::Nothing) };
        let done = |file: &Waiting| Front::Done { path: file.path.clone(), keep: file.damaged };
        if file.replayed >= file.bytes {
            return Ok(done(file));
        }
        match read(&file.path, file.replayed)? {
            Found::Whole(frame, bytes) => {
                file.front = Some((bytes as u64, frame.rows() as u64));
                return Ok(Front::Frame(frame));
            }
            // The end of a file that was being written when the program was killed.
            Found::Torn | Found::End => {
                file.replayed = file.bytes;
                return Ok(done(file));
            }
            Found::Damaged(Some(bytes)) => file.replayed += bytes as u64,
            Found::Damaged(None) => file.replayed = file.bytes,
        }
        file.damaged = true;
        Ok(Front::Damaged)
    }

    /// The frame that was at the front is done.
    pub(super) fn pop(&mut self) {
        if let Some(file) = self.files.front_mut()
            && let Some((bytes, rows)) = file.front.take()
        {
            file.replayed += bytes;
            file.rows = file.rows.saturating_sub(rows);
        }
    }

    /// The file at the front is gone.
    pub(super) fn forget_front(&mut self) {
        self.files.pop_front();
    }
}

/// What stands at a place of a file.
pub(super) fn read(path: &Path, offset: u64) -> io::Result<Found> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(HEAD as u64).read_to_end(&mut bytes)?;
    if let Some(&[a, b, c, d]) = bytes.get(..4)
        && bytes.len() == HEAD
    {
        // Only what is there is read, whatever the length says.
        file.take(u64::from(u32::from_le_bytes([a, b, c, d]))).read_to_end(&mut bytes)?;
    }
    Ok(Frame::decode(&bytes))
}

/// Writes a file anew without the predictions of a lead and without the answers that name it; how many were in it.
pub(super) fn without(path: &Path, lead_key: &str) -> io::Result<u64> {
    let is_theirs = |key: &Option<String>| key.as_deref() == Some(lead_key);
    let (mut kept, mut gone, mut offset) = (Vec::new(), 0, 0);
    loop {
        match read(path, offset)? {
            Found::Whole(mut frame, bytes) => {
                offset += bytes as u64;
                for entry in &mut frame.entries {
                    let before = entry.rows.len();
                    entry.rows.retain(|row| !is_theirs(&row.lead_key));
                    if entry.rows.len() < before {
                        gone += (before - entry.rows.len()) as u64;
                        entry.keyed = None;
                    }
                }
                kept.extend(frame.encode().unwrap_or_default());
            }
            Found::Damaged(Some(bytes)) => offset += bytes as u64,
            Found::Damaged(None) | Found::Torn | Found::End => break,
        }
    }
    if gone > 0 {
        let written = path.with_extension("new");
        let mut file = File::create(&written)?;
        file.write_all(&kept)?;
        file.sync_all()?;
        fs::rename(&written, path)?;
    }
    Ok(gone)
}
