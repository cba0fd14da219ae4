//! Building the site's second document, the monitoring page, beside the first. Knows trunk; knows nothing of what the
//! document does. Trunk builds one document at a time, so it is called once more, for a folder of its own whose files are
//! then moved; cargo finds everything but the program itself built already.

use crate::exec;
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// The document's source and, in the site, its name.
pub(crate) const DOCUMENT: &str = "monitoring.html";

/// Where the document finds its API's address.
const CONFIGURATION: &str = "monitoring.json";

/// Tells the document of a site where its API is.
pub(crate) fn point(site: &Path, api: &str) -> Result<()> {
    ensure!(api.starts_with("https://") || api.starts_with("http://"), "{api} should begin with https://");
    let place = site.join(CONFIGURATION);
    let text = serde_json::json!({ "api": format!("{}/", api.trim_end_matches('/')) }).to_string();
    fs::write(&place, text + "\n").with_context(|| format!("cannot write {}", place.display()))
}

/// Has trunk, prepared like for the page, build the document into `dist`, where the page is already.
pub(crate) fn build(mut trunk: Command, dist: &Path) -> Result<()> {
    let apart = dist.with_extension("monitoring");
    trunk.arg("--dist").arg(&apart).args(["--html-output", DOCUMENT, DOCUMENT]);
    exec::run(&mut trunk)?;
    let listed = fs::read_dir(&apart).with_context(|| format!("cannot list {}", apart.display()))?;
    for entry in listed {
        let entry = entry?;
        let place = dist.join(entry.file_name());
        fs::rename(entry.path(), &place).with_context(|| format!("cannot write {}", place.display()))?;
    }
    fs::remove_dir(&apart).with_context(|| format!("cannot remove {}", apart.display()))
}
