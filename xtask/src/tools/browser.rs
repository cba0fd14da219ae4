//! Chromium and its driver, from the system. Only tests use them.

use super::system;
use crate::files;
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

/// Paths of the two programs.
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
    /// Writes the WebDriver capabilities for the runner of the WebAssembly tests and returns the path.
    pub(crate) fn capabilities(&self, project: &Project) -> Result<PathBuf> {
        let path = project.target.join("webdriver.json");
        let options = serde_json::json!({ "binary": self.chromium, "args": OPTIONS });
        let text = serde_json::json!({ "goog:chromeOptions": options }).to_string();
        files::write(&path, text)?;
        Ok(path)
    }
}

fn find() -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file());
    // Hosted runners with several browsers name the folder of Chrome's driver, which needs Chrome.
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

/// True on Ubuntu, whose packages have other names than Debian's.
fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}
