//! npm packages at locked versions: wasm-opt for the release page, the driver of the browser tests, the benchmark's peer
//! in the browser.

use crate::{
    exec, files, fingerprint,
    project::{Project, on_path},
};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs the packages of the browser tests unless the lock file is unchanged since.
pub(crate) fn packages(project: &Project) -> Result<()> {
    install(project, &project.npm())
}

/// Installs the packages listed in one folder into another.
pub(crate) fn packages_into(project: &Project, lists: &Path, folder: &Path) -> Result<()> {
    files::create_folder(folder)?;
    for list in LISTS {
        fs::copy(lists.join(list), folder.join(list)).with_context(|| format!("cannot copy {list}"))?;
    }
    install(project, folder)
}

fn install(project: &Project, folder: &Path) -> Result<()> {
    let current = fingerprint::compute(folder, &LISTS)?;
    let record = folder.join("node_modules/.installed");
    if fingerprint::matches(&record, &current) {
        return Ok(());
    }
    if on_path(&["node"]).is_none() || on_path(&["npm"]).is_none() {
        bail!("node or npm is missing: install Node 20 or newer with its npm, then run this again");
    }
    println!("installing npm's packages into {}", folder.display());
    exec::run(project.command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    fingerprint::write(&record, &current)
}
