//! The model files that are there: found, watched, read when they change.
//!
//! Owns what is known of each file. May not know which of them is in service.

use super::status::Named;
use crate::pipeline::Model;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

/// Why models cannot be found or opened.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A file or folder.
    #[error("cannot read {}: {reason}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// In the system's words.
        reason: std::io::Error,
    },
    /// No model at all.
    #[error("there is no .onnx model in {}; name a file or a folder with --models", names(.0))]
    Empty(Vec<PathBuf>),
    /// A file that is no model to serve; the reason names it.
    #[error("{0}")]
    Refused(String),
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The named files and the `.onnx` files of the named folders, those of a folder sorted.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FolderError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let unreadable = |reason| FolderError::Unreadable { path: path.clone(), reason };
            let entries = fs::read_dir(path).map_err(unreadable)?.map(|entry| entry.map(|entry| entry.path()));
            let mut within: Vec<PathBuf> = entries.collect::<Result<_, _>>().map_err(unreadable)?;
            within.retain(|path| path.extension().is_some_and(|end| end == "onnx"));
            within.sort();
            files.extend(within);
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() { Err(FolderError::Empty(paths.to_vec())) } else { Ok(files) }
}

/// A whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    fs::read(path).map_err(|reason| FolderError::Unreadable { path: path.to_owned(), reason })
}

/// What tells, without reading it, that a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// The file's own number: another file that was moved here has another.
    number: u64,
}

impl Stamp {
    fn of(about: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(about);
        #[cfg(not(unix))]
        let number = 0;
        Stamp { bytes: about.len(), modified: about.modified().ok(), number }
    }
}

/// A model file that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) told: Told,
    /// When it was read.
    pub(super) since: String,
    stamp: Stamp,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    Model(Named),
    /// With the reason, which names the file.
    Refused(String),
}

/// Named files and folders, and what was found there.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    paths: Vec<PathBuf>,
    found: BTreeMap<PathBuf, Found>,
    /// Files that have changed since they were read, by what they looked like: still being written, maybe.
    unsettled: BTreeMap<PathBuf, Stamp>,
}

/// What a look at the folder brought.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// The models of the files that were read, proved.
    pub(super) opened: Vec<Model>,
    /// Whether anything was read or is gone.
    pub(super) changed: bool,
}

impl Folder {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        Folder { paths, found: BTreeMap::new(), unsettled: BTreeMap::new() }
    }

    /// Reads what is new or has changed. A patient look leaves a file alone until two looks saw it the same, so that
    /// it is not read while it is being written.
    pub(super) fn look(&mut self, patient: bool, now: &str) -> Result<Look, FolderError> {
        let files = files(&self.paths)?;
        let mut look = Look::default();
        for path in &files {
            let about = fs::metadata(path).map_err(|reason| FolderError::Unreadable { path: path.clone(), reason });
            // A file that was there when the folder was listed and is not now is gone; a named one will be told.
            let Ok(about) = about else { continue };
            self.look_at(path, Stamp::of(&about), patient, now, &mut look);
        }
        let there: BTreeSet<&PathBuf> = files.iter().filter(|path| path.exists()).collect();
        let before = self.found.len();
        self.found.retain(|path, _| there.contains(path));
        look.changed |= self.found.len() < before;
        Ok(look)
    }

    fn look_at(&mut self, path: &Path, stamp: Stamp, patient: bool, now: &str, look: &mut Look) {
        if self.found.get(path).is_some_and(|found| found.stamp == stamp) {
            self.unsettled.remove(path);
            return;
        }
        if patient && self.unsettled.get(path) != Some(&stamp) {
            self.unsettled.insert(path.to_owned(), stamp);
            return;
        }
        self.unsettled.remove(path);
        let told = match open(path) {
            Ok(model) => {
                let told = Told::Model(Named::of(&model));
                look.opened.push(model);
                told
            }
            Err(reason) => Told::Refused(reason.to_string()),
        };
        // A file that was only touched has changed nothing.
        look.changed |= self.found.get(path).is_none_or(|before| before.told != told);
        let found = Found { path: path.to_owned(), told, since: now.to_owned(), stamp };
        self.found.insert(path.to_owned(), found);
    }

    /// Every file that was read, sorted.
    pub(super) fn found(&self) -> impl Iterator<Item = &Found> {
        self.found.values()
    }

    /// Every model that is there and opens, in the order of the files.
    pub(super) fn models(&self) -> Vec<Named> {
        let model = |found: &Found| match &found.told {
            Told::Model(named) => Some(named.clone()),
            Told::Refused(_) => None,
        };
        self.found().filter_map(model).collect()
    }

    /// Why files were refused, all in one sentence; `None` where none was.
    pub(super) fn refused(&self) -> Option<String> {
        let reason = |found: &Found| match &found.told {
            Told::Refused(reason) => Some(reason.clone()),
            Told::Model(_) => None,
        };
        self.found().filter_map(reason).reduce(|all, reason| all + "; " + &reason)
    }

    /// Opens a model by what it is, if its file still is what it was when it was read.
    pub(super) fn open(&self, wanted: &Named) -> Result<Model, FolderError> {
        let gone = || FolderError::Refused(format!("the file of {} {} is gone", wanted.name, wanted.version));
        let found = self.found().find(|found| matches!(&found.told, Told::Model(named) if named == wanted));
        let model = open(&found.ok_or_else(gone)?.path)?;
        if model.sha256() == wanted.sha256 { Ok(model) } else { Err(gone()) }
    }
}

fn open(path: &Path) -> Result<Model, FolderError> {
    Model::open(&path.display().to_string(), &read(path)?).map_err(|error| FolderError::Refused(error.to_string()))
}
