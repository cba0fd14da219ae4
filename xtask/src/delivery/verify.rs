//! A deployment looked at from outside, at BASE_URL: ready, the same scores as here, and the page in a browser. Knows the
//! checks; nothing of where the deployment runs.

use crate::{exec, project::Project, steps, tools};
use anyhow::{Context, Result, bail};

/// The browser tests that need nothing but an address.
const TESTS: &str = "tests/e2e/deployed.test.mjs";

/// `cargo xtask verify [--wait SECONDS]`.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let seconds = match options {
        [] => "30",
        [option, seconds] if option == "--wait" => seconds.as_str(),
        _ => bail!("`verify` takes --wait and a number of seconds"),
    };
    let address = std::env::var("BASE_URL").ok().filter(|address| !address.is_empty());
    let address = address.context("BASE_URL should be the deployment's address")?;
    let program = steps::binary(project)?;
    exec::run(project.command(&program).args(["health", "--ready", "--wait", seconds, "--url", &address]))?;
    exec::run(project.command(&program).args(["validate", "--models", "models", "--url", &address]))?;
    tools::packages(project)?;
    let browser = tools::browser()?;
    let mut node = project.command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec", TESTS]);
    exec::run(node.env("BASE_URL", address.trim_end_matches('/')).env("CHROMIUM", &browser.chromium))
}
