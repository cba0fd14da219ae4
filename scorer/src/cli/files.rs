//! File access of the commands: finds models, reads input in chunks, writes output atomically.

use crate::api::model_registry::watcher;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes read from an input at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Option that names the models, shared by all commands that score.
#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    /// Model file or folder of model files; repeatable
    #[arg(long, visible_alias = "model", env = "LEADLIGHT_MODELS", default_value = "models")]
    models: Vec<PathBuf>,
}

impl ModelArgs {
    /// Returns the files and folders as given.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.models
    }

    /// Reads the files, and those inside the folders; returns display names and contents.
    pub(super) fn read(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let files = watcher::list_files(&self.models)?;
        files.into_iter().map(|path| Ok((path.display().to_string(), read(&path)?))).collect()
    }
}

/// Reads a whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    Ok(watcher::read_file(path)?)
}

/// Input of a command: a file or standard input.
pub(super) struct Input {
    source: Box<dyn Read>,
    name: String,
    /// Length in bytes, if known.
    pub(super) length: Option<u64>,
}

impl Input {
    /// Opens a file, or standard input when the path is `-` or `None`.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Input { source: Box::new(io::stdin()), name: "standard input".to_owned(), length: None });
        };
        let context = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(context)?;
        let metadata = file.metadata().with_context(context)?;
        if metadata.is_dir() {
            bail!("cannot read {}: it is a folder", path.display());
        }
        Ok(Input {
            source: Box::new(file),
            name: path.display().to_string(),
            length: metadata.is_file().then_some(metadata.len()),
        })
    }

    /// Calls `process` with chunks of equal size (the last one may be shorter), however a pipe delivers the bytes.
    pub(super) fn for_each_chunk(&mut self, mut process: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            let read = self.source.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk);
            read.with_context(|| format!("cannot read {}", self.name))?;
            if chunk.is_empty() {
                return Ok(());
            }
            process(&chunk).with_context(|| self.name.clone())?;
        }
    }

    /// Returns the display name for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Writes a file atomically: to `<path>.part` first, then renamed, so that readers see the old or the new content, never
/// a part. Symbolic links are followed and kept; pipes and devices are written directly. No path or `-` is standard
/// output.
pub(super) fn write(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        return match write(&mut out).and_then(|()| out.flush()) {
            // The reader closed the pipe because it has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.context("cannot write to standard output"),
        };
    };
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let context = || format!("cannot write {}", path.display());
        let mut out = io::BufWriter::new(File::options().write(true).open(path).with_context(context)?);
        return write(&mut out).and_then(|()| out.flush()).with_context(context);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = File::create(&part).and_then(|file| {
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        out.into_inner()?.sync_all()?;
        fs::rename(&part, path)
    });
    if written.is_err() {
        // Best effort: the write error below is the one to report.
        drop(fs::remove_file(&part));
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}
