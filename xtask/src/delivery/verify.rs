//! Smoke tests of a deployment at BASE_URL: readiness, the same scores as these sources give, the page in a browser.

use crate::{binary, exec, project::Project, tools};
use anyhow::{Context, Result};
use clap::Args;

/// Browser tests that need an address alone.
const TESTS: &str = "tests/e2e/deployed.test.mjs";

/// Options of `cargo xtask verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// Time to become ready
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    wait: String,
    /// Commit that the deployment must run; an empty one accepts any
    #[arg(long, value_name = "COMMIT")]
    revision: Option<String>,
    /// Check readiness alone: an older deployment may have other models than these sources
    #[arg(long)]
    ready_only: bool,
}

/// Checks the deployment at BASE_URL.
pub(crate) fn run(project: &Project, options: &VerifyOptions) -> Result<()> {
    let address = std::env::var("BASE_URL").ok().filter(|address| !address.is_empty());
    let address = address.context("BASE_URL should be the deployment's address")?;
    let program = binary::test(project)?;
    let mut health = project.command(&program);
    health.args(["health", "--ready", "--wait", &options.wait, "--url", &address]);
    exec::run(health.args(revision_arguments(options)))?;
    if options.ready_only {
        return Ok(());
    }
    exec::run(project.command(&program).args(["validate", "--models", "models", "--url", &address]))?;
    tools::packages(project)?;
    let browser = tools::browser()?;
    let mut node = project.command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec", TESTS]);
    exec::run(node.env("BASE_URL", address.trim_end_matches('/')).env("CHROMIUM", &browser.chromium))
}

/// The commit to wait for; deployments that report none are rolled back to with an empty one.
fn revision_arguments(options: &VerifyOptions) -> impl Iterator<Item = &str> {
    let revision = options.revision.as_deref().filter(|revision| !revision.is_empty());
    revision.into_iter().flat_map(|revision| ["--revision", revision])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_revision_accepts_any_commit() {
        let arguments = |revision: Option<&str>| {
            let revision = revision.map(str::to_owned);
            let options = VerifyOptions { wait: "30".to_owned(), revision, ready_only: false };
            revision_arguments(&options).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(arguments(None), "");
        assert_eq!(arguments(Some("")), "");
        assert_eq!(arguments(Some("abc")), "--revision abc");
    }
}
