//! The golden document for the browser: the models and records that the native golden test found, in one file, which
//! the tests in WebAssembly carry inside them. Knows where it is, not what is in it.

use crate::{exec, project::Project};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

/// Has the native golden test write the document and returns where it is. One that comes out the same is left as it
/// was, so that what carries it is not built again.
pub(crate) fn document(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("golden");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let (path, fresh) = (folder.join("golden.json"), folder.join("fresh.json"));
    let mut test = project.cargo("test --locked --workspace --features scorer/native --test golden");
    exec::run(test.env("LEADLIGHT_GOLDEN_OUT", &fresh))?;
    let bytes = fs::read(&fresh).context("the golden test wrote no document")?;
    if fs::read(&path).is_ok_and(|before| before == bytes) {
        fs::remove_file(&fresh)?;
    } else {
        fs::rename(&fresh, &path)?;
    }
    Ok(path)
}
