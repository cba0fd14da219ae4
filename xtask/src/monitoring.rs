//! Builds the monitoring document of the site. Trunk builds one document at a time, so it runs once more, into a folder of
//! its own whose files are then moved; cargo finds everything but the program itself already built.

use crate::{exec, files};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// Source of the document and its name in the site.
pub(crate) const DOCUMENT: &str = "monitoring.html";

/// File in which the document finds the address of its API.
const CONFIGURATION: &str = "monitoring.json";

/// Writes the address of the API into a site.
pub(crate) fn set_api(site: &Path, api: &str) -> Result<()> {
    ensure!(api.starts_with("https://") || api.starts_with("http://"), "{api} should begin with https://");
    let text = serde_json::json!({ "api": format!("{}/", api.trim_end_matches('/')) }).to_string();
    files::write(&site.join(CONFIGURATION), text + "\n")
}

/// Builds the document with a prepared trunk command and moves its files into `dist`, next to those of the page.
pub(crate) fn build(mut trunk: Command, dist: &Path) -> Result<()> {
    let folder = dist.with_extension("monitoring");
    trunk.arg("--dist").arg(&folder).args(["--html-output", DOCUMENT, DOCUMENT]);
    exec::run(&mut trunk)?;
    for file in files::list(&folder)? {
        let target = dist.join(files::name(&file));
        fs::rename(&file, &target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    fs::remove_dir(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}
