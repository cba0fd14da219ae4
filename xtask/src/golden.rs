//! The golden document for the browser: the models and records that the native golden test found, in one file, which
//! the tests in WebAssembly carry inside them. Knows where it is, not what is in it.

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail};
use std::{fs, path::PathBuf};

/// Has the native golden test write the document and returns where it is.
pub(crate) fn document(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("golden");
    let path = folder.join("golden.json");
    if path.exists() {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut test = project.cargo("test --locked --workspace --features scorer/native --test golden");
    exec::run(test.env("LEADLIGHT_GOLDEN_OUT", &path))?;
    if !path.is_file() {
        bail!("the golden test did not write {}", path.display());
    }
    Ok(path)
}
