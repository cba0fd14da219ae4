//! The golden document: models and records of the native golden test in one file, which the tests in WebAssembly and on
//! arm64 carry.

use crate::{binary::NATIVE, exec, files, project::Project};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

/// Writes the document by the native golden test and returns its path. An unchanged document keeps its modification time,
/// so that the tests that carry it are not rebuilt.
pub(crate) fn document(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("golden");
    files::create_folder(&folder)?;
    let (path, fresh) = (folder.join("golden.json"), folder.join("fresh.json"));
    let mut test = project.cargo(&format!("test {NATIVE} --test golden"));
    exec::run(test.env("LEADLIGHT_GOLDEN_OUT", &fresh))?;
    let bytes = fs::read(&fresh).context("the golden test wrote no document")?;
    if fs::read(&path).is_ok_and(|previous| previous == bytes) {
        fs::remove_file(&fresh)?;
    } else {
        fs::rename(&fresh, &path)?;
    }
    Ok(path)
}
