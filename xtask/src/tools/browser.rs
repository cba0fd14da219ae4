//! Chromium and its driver, from the system. Only tests use them.

use super::system;
use crate::project::{Project, on_path};
use anyhow::{Context, Result};
use std::{env, fs, path::PathBuf};

/// Headless, without a sandbox (there is none for root in a container), and quiet on the network.
const OPTIONS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Where the two programs are.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// The browser and its driver of the environment (`CHROMIUM`, `CHROMEDRIVER`), else of the `PATH`, else newly installed.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let packages: &[&str] =
        if is_ubuntu() { &["chromium-browser", "chromium-chromedriver"] } else { &["chromium", "chromium-driver"] };
    system::install("Chromium with its driver", packages)?;
    find().context("Chromium was installed, but chromium and chromedriver are not on the PATH")
}

impl Browser {
    /// A file that tells the runner of the WebAssembly tests which browser to start, and how.
    pub(crate) fn capabilities(&self, project: &Project) -> Result<PathBuf> {
        let path = project.target.join("webdriver.json");
        let options = serde_json::json!({ "binary": self.chromium, "args": OPTIONS });
        let text = serde_json::json!({ "goog:chromeOptions": options }).to_string();
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

fn find() -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file());
    // Runners that bring several browsers say where the driver of Chrome is, so Chrome it must be there.
    let bundled = env::var_os("CHROMEWEBDRIVER").map(|folder| PathBuf::from(folder).join("chromedriver"));
    let bundled = bundled.filter(|file| file.is_file());
    let names: &[&str] = if bundled.is_some() {
        &["google-chrome", "chromium"]
    } else {
        &["chromium", "chromium-browser", "google-chrome"]
    };
    Some(Browser {
        chromium: named("CHROMIUM").or_else(|| on_path(names))?,
        driver: named("CHROMEDRIVER").or(bundled).or_else(|| on_path(&["chromedriver"]))?,
    })
}

/// Ubuntu names the packages otherwise than Debian.
fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}
