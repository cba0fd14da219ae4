//! The frames that wait, file by file.
//!
//! Owns how far each file was replayed. May not know how frames are written.

use super::super::answers::{Answers, Place};
use super::frame::{Found, Frame};
use super::reader::Reader;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// The length and the rows of the frames at the front, once they were read.
    front: Option<(u64, u64)>,
    damaged: bool,
}

/// What is at the front.
#[derive(Debug)]
pub(super) enum Front {
    Frames(Vec<Frame>),
    /// Something that is no frame was skipped.
    Damaged,
    /// All of a file was replayed; it is to be kept aside if it was damaged.
    Done {
        path: PathBuf,
        keep: bool,
    },
    Nothing,
}

/// How much may be taken from the front at once, beyond a first frame, which may have more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) frames: usize,
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
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
        let (mut reader, mut offset) = (Reader::open(path, 0)?, 0);
        loop {
            match reader.next()? {
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
    pub(super) fn front(&mut self, limit: Limit) -> io::Result<Front> {
        if let Some((path, keep)) = self.finished() {
            return Ok(Front::Done { path, keep });
        }
        let Some(file) = self.files.front_mut() else { return Ok(Front::Nothing) };
        let mut reader = Reader::open(&file.path, file.replayed)?;
        match reader.next()? {
            Found::Whole(frame, bytes) => return Ok(Front::Frames(file.take(*frame, bytes, &mut reader, limit)?)),
            // The end of a file that was being written when the program was killed.
            Found::Torn | Found::End => {
                file.replayed = file.bytes;
                return Ok(Front::Done { path: file.path.clone(), keep: file.damaged });
            }
            Found::Damaged(Some(bytes)) => file.replayed += bytes as u64,
            Found::Damaged(None) => file.replayed = file.bytes,
        }
        file.damaged = true;
        Ok(Front::Damaged)
    }

    /// The file at the front, where all of it was replayed, and whether it is to be kept aside.
    pub(super) fn finished(&self) -> Option<(PathBuf, bool)> {
        let file = self.files.front().filter(|file| file.replayed >= file.bytes)?;
        Some((file.path.clone(), file.damaged))
    }

    /// The frames that were at the front are done.
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

impl Waiting {
    /// The frame at the front and those behind it, up to the first that is another run's, damaged or too much. What was
    /// written since the file was looked at is not taken.
    fn take(&mut self, first: Frame, bytes: usize, reader: &mut Reader, limit: Limit) -> io::Result<Vec<Frame>> {
        let (mut taken, mut rows, mut frames) = (bytes, first.rows(), vec![first]);
        while frames.len() < limit.frames && self.replayed + (taken as u64) < self.bytes {
            let Found::Whole(frame, bytes) = reader.next()? else { break };
            let is_next = |last: &Frame| last.source == frame.source && last.number < frame.number;
            if !frames.last().is_some_and(is_next) || rows + frame.rows() > limit.rows || taken + bytes > limit.bytes {
                break;
            }
            rows += frame.rows();
            taken += bytes;
            frames.push(*frame);
        }
        self.front = Some((taken as u64, rows as u64));
        Ok(frames)
    }
}

/// Writes a file anew without the predictions of a lead and without the answers that name it; how many were in it.
pub(super) fn without(path: &Path, lead_key: &str) -> io::Result<u64> {
    let is_theirs = |key: &Option<String>| key.as_deref() == Some(lead_key);
    let (mut kept, mut gone, mut reader) = (Vec::new(), 0, Reader::open(path, 0)?);
    loop {
        match reader.next()? {
            Found::Whole(mut frame, _) => {
                for entry in &mut frame.entries {
                    let before = entry.rows.len();
                    Arc::make_mut(&mut entry.rows).retain(|row| !is_theirs(&row.lead_key));
                    if entry.rows.len() < before {
                        gone += (before - entry.rows.len()) as u64;
                        entry.keyed = None;
                    }
                }
                kept.extend(frame.encode().unwrap_or_default());
            }
            Found::Damaged(Some(_)) => {}
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
