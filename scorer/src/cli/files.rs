//! Files as commands need them: models found, bytes read in pieces, results written whole or not at all.
//!
//! May not know what is in them.

use crate::api::model_registry::watcher;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// How much of a file is read at once.
const PIECE: usize = 1 << 20;

/// The option that names models, for every command that scores.
#[derive(Debug, clap::Args)]
pub(super) struct Models {
    /// A model file, or a folder of them; may be given several times
    #[arg(long, visible_alias = "model", env = "LEADLIGHT_MODELS", default_value = "models")]
    models: Vec<PathBuf>,
}

impl Models {
    /// The files and folders as they were named.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.models
    }

    /// The named files and those of the named folders, with their names for people.
    pub(super) fn read(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let files = watcher::files(&self.models)?;
        files.into_iter().map(|path| Ok((path.display().to_string(), read(&path)?))).collect()
    }
}

/// A whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    Ok(watcher::read(path)?)
}

/// What a command reads: a file, or what is piped into it.
pub(super) struct Input {
    source: Box<dyn Read>,
    name: String,
    /// How many bytes it has, where that is known.
    pub(super) length: Option<u64>,
}

impl Input {
    /// A file; no path or `-` is standard input.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Input { source: Box::new(io::stdin()), name: "standard input".to_owned(), length: None });
        };
        let context = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(context)?;
        let about = file.metadata().with_context(context)?;
        if about.is_dir() {
            bail!("cannot read {}: it is a folder", path.display());
        }
        Ok(Input {
            source: Box::new(file),
            name: path.display().to_string(),
            length: about.is_file().then_some(about.len()),
        })
    }

    /// Hands over the bytes in pieces of one size, the last one smaller, however a pipe delivers them.
    pub(super) fn each_piece(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = self.source.by_ref().take(PIECE as u64).read_to_end(&mut piece);
            read.with_context(|| format!("cannot read {}", self.name))?;
            if piece.is_empty() {
                return Ok(());
            }
            take(&piece).with_context(|| self.name.clone())?;
        }
    }

    /// What it is called in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Writes to a file by `write`, beside it first, so that whoever reads it sees the old or the new one whole; a link
/// stays one, and what is no regular file (a pipe, a device) is written to as it is. No path is standard output.
pub(super) fn write(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        return match write(&mut out).and_then(|()| out.flush()) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.context("cannot write to standard output"),
        };
    };
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let context = || format!("cannot write {}", path.display());
        let mut out = io::BufWriter::new(File::options().write(true).open(path).with_context(context)?);
        return write(&mut out).and_then(|()| out.flush()).with_context(context);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let beside = PathBuf::from(name);
    let written = File::create(&beside).and_then(|file| {
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        out.into_inner()?.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // The half-written file is of no use to anyone; the failure that matters is told below.
        drop(fs::remove_file(&beside));
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}
