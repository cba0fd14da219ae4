//! npm's packages: wasm-opt for the release page, the driver of the browser tests, the benchmark's peer in the browser.
//! Exact versions, from lock files.

use crate::{
    exec,
    project::{Project, on_path},
    stamp,
};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs the packages of the browser tests when the lock file is not the one that was installed last.
pub(crate) fn packages(project: &Project) -> Result<()> {
    install(project, &project.npm())
}

/// The same for the lists of one folder, with the packages in another.
pub(crate) fn packages_into(project: &Project, lists: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for list in LISTS {
        fs::copy(lists.join(list), folder.join(list)).with_context(|| format!("cannot copy {list}"))?;
    }
    install(project, folder)
}

fn install(project: &Project, folder: &Path) -> Result<()> {
    let hash = stamp::of(folder, &LISTS)?;
    let record = folder.join("node_modules/.installed");
    if stamp::matches(&record, &hash) {
        return Ok(());
    }
    if on_path(&["node"]).is_none() || on_path(&["npm"]).is_none() {
        bail!("node or npm is missing: install Node 20 or newer with its npm, then run this again");
    }
    println!("installing npm's packages into {}", folder.display());
    exec::run(project.command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    stamp::write(&record, &hash)
}
