//! Watches model files and folders: lists `.onnx` files, detects changes, opens models.

use super::status::ModelId;
use crate::pipeline::Model;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

/// Error of finding or opening model files.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// Unreadable file or folder.
    #[error("cannot read {}: {reason}", .path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Error of the operating system.
        reason: std::io::Error,
    },
    /// No model in the given paths.
    #[error("there is no .onnx model in {}; name a file or a folder with --models", names(.0))]
    Empty(Vec<PathBuf>),
    /// A file that cannot be served; the reason names it.
    #[error("{0}")]
    Refused(String),
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Lists the named files and, sorted, the `.onnx` files of the named folders.
pub fn list_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ModelFileError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let unreadable = |reason| ModelFileError::Unreadable { path: path.clone(), reason };
            let entries = fs::read_dir(path).map_err(unreadable)?.map(|entry| entry.map(|entry| entry.path()));
            let mut within: Vec<PathBuf> = entries.collect::<Result<_, _>>().map_err(unreadable)?;
            within.retain(|path| path.extension().is_some_and(|end| end == "onnx"));
            within.sort();
            files.extend(within);
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() { Err(ModelFileError::Empty(paths.to_vec())) } else { Ok(files) }
}

/// Reads a whole file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ModelFileError> {
    fs::read(path).map_err(|reason| ModelFileError::Unreadable { path: path.to_owned(), reason })
}

/// Metadata that reveal a changed file without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileSignature {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Inode, to detect a replaced file; 0 except on Unix.
    inode: u64,
}

impl From<&Metadata> for FileSignature {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        FileSignature { bytes: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// A model file that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ModelFile {
    pub(super) path: PathBuf,
    /// Its model, or the error that prevents it from opening, which names the file.
    pub(super) opened: Result<ModelId, String>,
    /// Time of reading.
    pub(super) since: String,
    signature: FileSignature,
}

/// ModelId files and folders, and the model files read from them.
#[derive(Debug, Clone)]
pub(super) struct ModelWatcher {
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, ModelFile>,
    /// Signatures of files that have changed and may still be being written.
    unsettled: BTreeMap<PathBuf, FileSignature>,
}

/// Result of a scan.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Verified models of the files that were read.
    pub(super) opened: Vec<Model>,
    /// True if any file's content is new, changed or gone.
    pub(super) changed: bool,
}

impl ModelWatcher {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        ModelWatcher { paths, files: BTreeMap::new(), unsettled: BTreeMap::new() }
    }

    /// Reads new and changed files. With `require_settled` a file is read only after two scans with the same signature,
    /// so that it is not read while it is being written.
    pub(super) fn scan(&mut self, require_settled: bool, now: &str) -> Result<Scan, ModelFileError> {
        let paths = list_files(&self.paths)?;
        let mut scan = Scan::default();
        for path in &paths {
            // Deleted since the folder was listed; `ModelRegistry::open` checks named files.
            let Ok(metadata) = fs::metadata(path) else { continue };
            self.scan_file(path, (&metadata).into(), require_settled, now, &mut scan);
        }
        let present: BTreeSet<&PathBuf> = paths.iter().filter(|path| path.exists()).collect();
        let known = self.files.len();
        self.files.retain(|path, _| present.contains(path));
        scan.changed |= self.files.len() < known;
        Ok(scan)
    }

    fn scan_file(&mut self, path: &Path, signature: FileSignature, require_settled: bool, now: &str, scan: &mut Scan) {
        if self.files.get(path).is_some_and(|file| file.signature == signature) {
            self.unsettled.remove(path);
            return;
        }
        if require_settled && self.unsettled.get(path) != Some(&signature) {
            self.unsettled.insert(path.to_owned(), signature);
            return;
        }
        self.unsettled.remove(path);
        let opened = match open(path) {
            Ok(model) => {
                let id = ModelId::from(&model);
                scan.opened.push(model);
                Ok(id)
            }
            Err(reason) => Err(reason.to_string()),
        };
        // A new modification time alone is no change.
        scan.changed |= self.files.get(path).is_none_or(|known| known.opened != opened);
        let file = ModelFile { path: path.to_owned(), opened, since: now.to_owned(), signature };
        self.files.insert(path.to_owned(), file);
    }

    /// Iterates over the files read, sorted by path.
    pub(super) fn files(&self) -> impl Iterator<Item = &ModelFile> {
        self.files.values()
    }

    /// Returns the models of all files that open, in the order of the files.
    pub(super) fn models(&self) -> Vec<ModelId> {
        self.files().filter_map(|file| file.opened.clone().ok()).collect()
    }

    /// Returns the reasons of all refusals as one sentence; `None` if every file opens.
    pub(super) fn refused(&self) -> Option<String> {
        self.files().filter_map(|file| file.opened.clone().err()).reduce(|all, reason| all + "; " + &reason)
    }

    /// Opens a model from its file; fails if the file has changed since it was read.
    pub(super) fn open(&self, id: &ModelId) -> Result<Model, ModelFileError> {
        let gone = || ModelFileError::Refused(format!("the file of {} {} is gone", id.name, id.version));
        let file = self.files().find(|file| file.opened.as_ref() == Ok(id));
        let model = open(&file.ok_or_else(gone)?.path)?;
        if model.sha256() == id.sha256 { Ok(model) } else { Err(gone()) }
    }
}

fn open(path: &Path) -> Result<Model, ModelFileError> {
    let bytes = read_file(path)?;
    Model::open(&path.display().to_string(), &bytes).map_err(|error| ModelFileError::Refused(error.to_string()))
}
