//! The folder for what cannot be written while the database is away: files that are only appended to, replayed in
//! order and removed when all of them is in the database.
//!
//! Owns the folder's files, their order and their bounds. May not know SQL or why the database is away.

mod frame;
mod queue;
mod reader;

pub(super) use frame::Frame;

use super::answers::{Answers, Place};
use frame::Found;
pub(super) use queue::Limit;
use queue::{Front, Queue};
use reader::Reader;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// A file is closed at this size, so that disk space comes back while a long queue is replayed.
const FILE_BYTES: u64 = 64 << 20;

/// The ending of files that wait.
const WAITING: &str = "spool";

/// The ending of files that hold something that could not be read or that the database would never take.
const ASIDE: &str = "aside";

/// Why the folder cannot be used.
#[derive(Debug, Error)]
pub(super) enum SpoolError {
    #[error("{0}")]
    Folder(#[from] io::Error),
    #[error("another instance uses it")]
    InUse,
    #[error("it holds as much as it may")]
    Full,
}

/// The folder, ours alone.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    bytes_max: u64,
    /// Whether every frame waits for the disk.
    power_safe: bool,
    queue: Queue,
    current: Option<Current>,
    answers: Arc<Answers>,
    _lock: File,
}

/// The file that is appended to; always the last of the queue.
#[derive(Debug)]
struct Current {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl Spool {
    /// Makes the folder if it is missing and looks through what an earlier run left in it.
    pub(super) fn open(
        folder: &Path,
        bytes_max: u64,
        power_safe: bool,
        answers: Arc<Answers>,
    ) -> Result<Self, SpoolError> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => SpoolError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let mut queue = Queue::default();
        for path in files(folder, WAITING)? {
            queue.scan(&path, &answers)?;
        }
        Ok(Spool { folder: folder.to_owned(), bytes_max, power_safe, queue, current: None, answers, _lock: lock })
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many predictions wait.
    pub(super) fn rows(&self) -> u64 {
        self.queue.rows()
    }

    /// Adds a frame behind all others; after an error nothing of it is there.
    pub(super) fn append(&mut self, frame: &Frame) -> Result<(), SpoolError> {
        let bytes = frame.encode().ok_or(SpoolError::Full)?;
        let length = bytes.len() as u64;
        if self.queue.bytes() + length > self.bytes_max {
            return Err(SpoolError::Full);
        }
        let mut current = match self.current.take() {
            Some(current) if current.bytes < FILE_BYTES && current.path.exists() => current,
            _ => self.begin()?,
        };
        let written = current.file.write_all(&bytes);
        let written = written.and_then(|()| if self.power_safe { current.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // What could not be cut off is at the end of a file that is not used again, and is no whole frame.
            let _ = current.file.set_len(current.bytes);
            return Err(error.into());
        }
        for keyed in frame.entries.iter().filter_map(|entry| entry.keyed.as_ref()) {
            self.answers.spooled(&keyed.key, Place { path: current.path.clone(), offset: current.bytes });
        }
        self.queue.push(&current.path, length, frame.rows() as u64);
        current.bytes += length;
        self.current = Some(current);
        Ok(())
    }

    fn begin(&self) -> Result<Current, SpoolError> {
        let path = self.folder.join(format!("{}.{WAITING}", Uuid::now_v7()));
        let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
        if self.power_safe {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(Current { file, path, bytes: 0 })
    }

    /// The frames that wait longest, in order: of one writer's run and one file, at least one where any waits, and no
    /// more than allowed. What is damaged before them is told, skipped and kept aside.
    pub(super) fn first(&mut self, limit: Limit) -> Result<Vec<Frame>, SpoolError> {
        loop {
            match self.queue.front(limit)? {
                Front::Frames(frames) => return Ok(frames),
                Front::Damaged => tracing::error!("a part of the spool folder is damaged; it is kept aside"),
                Front::Done { path, keep } => self.finish(&path, keep)?,
                Front::Nothing => return Ok(Vec::new()),
            }
        }
    }

    /// The frames that were first are in the database.
    pub(super) fn done(&mut self, frames: &[Frame]) -> Result<(), SpoolError> {
        self.queue.pop();
        let entries = frames.iter().flat_map(|frame| &frame.entries);
        for keyed in entries.filter_map(|entry| entry.keyed.as_ref()) {
            self.answers.replayed(&keyed.key);
        }
        while let Some((path, keep)) = self.queue.finished() {
            self.finish(&path, keep)?;
        }
        Ok(())
    }

    /// Keeps what the database will never take, for people to look at.
    pub(super) fn put_aside(&self, frame: &Frame) -> Result<(), SpoolError> {
        let bytes = frame.encode().ok_or(SpoolError::Full)?;
        let mut file = File::create_new(self.folder.join(format!("{}.{ASIDE}", Uuid::now_v7())))?;
        file.write_all(&bytes)?;
        file.sync_all().map_err(SpoolError::from)
    }

    fn finish(&mut self, path: &Path, keep: bool) -> Result<(), SpoolError> {
        if self.current.as_ref().is_some_and(|current| current.path == path) {
            self.current = None;
        }
        let gone = if keep { fs::rename(path, path.with_extension(ASIDE)) } else { fs::remove_file(path) };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => {
                self.queue.forget_front();
                Ok(())
            }
        }
    }

    /// Deletes a lead's predictions from what was put aside. Nothing else waits when this is asked.
    pub(super) fn forget(&self, lead_key: &str) -> Result<u64, SpoolError> {
        let mut gone = 0;
        for path in files(&self.folder, ASIDE)? {
            gone += queue::without(&path, lead_key)?;
        }
        Ok(gone)
    }
}

/// The answer that a frame holds under a key.
pub(super) fn answer_at(place: &Place, key: &str) -> Option<super::entry::KeyedAnswer> {
    let Ok(Found::Whole(frame, _)) = Reader::open(&place.path, place.offset).and_then(|mut reader| reader.next())
    else {
        return None;
    };
    frame.entries.into_iter().filter_map(|entry| entry.keyed).find(|keyed| keyed.key == key)
}

/// The files of an ending, oldest first: their names rise with time.
fn files(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    Ok(paths)
}
