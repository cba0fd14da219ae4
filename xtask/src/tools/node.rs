//! npm's packages: wasm-opt for the release page, the driver of the browser tests. Exact versions, from the lock file.

use crate::{
    exec,
    project::{Project, on_path},
    stamp,
};
use anyhow::{Result, bail};

/// Installs the packages when the lock file is not the one that was installed last.
pub(crate) fn packages(project: &Project) -> Result<()> {
    let folder = project.npm();
    let hash = stamp::of(&folder, &["package.json", "package-lock.json"])?;
    let record = folder.join("node_modules/.installed");
    if stamp::matches(&record, &hash) {
        return Ok(());
    }
    if on_path(&["node"]).is_none() || on_path(&["npm"]).is_none() {
        bail!("node or npm is missing: install Node 20 or newer with its npm, then run this again");
    }
    println!("installing npm's packages into {}", folder.display());
    exec::run(project.command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    stamp::write(&record, &hash)
}
