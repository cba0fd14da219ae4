//! A deployment looked at from outside, at BASE_URL: ready, the same scores as here, and the page in a browser. Knows the
//! checks; nothing of where the deployment runs.

use crate::{exec, project::Project, steps, tools};
use anyhow::{Context, Result, bail};

/// The browser tests that need nothing but an address.
const TESTS: &str = "tests/e2e/deployed.test.mjs";

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Order {
    /// How many seconds it may take to be ready.
    wait: String,
    /// The commit that it is to run; any where none is named.
    revision: Option<String>,
    /// Whether readiness is all that is looked at: an older deployment may have other models than these sources.
    ready_only: bool,
}

/// `cargo xtask verify [--wait SECONDS] [--revision COMMIT] [--ready-only]`.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let order = order(options)?;
    let address = std::env::var("BASE_URL").ok().filter(|address| !address.is_empty());
    let address = address.context("BASE_URL should be the deployment's address")?;
    let program = steps::binary(project)?;
    let mut health = project.command(&program);
    health.args(["health", "--ready", "--wait", &order.wait, "--url", &address]);
    exec::run(health.args(order.revision.iter().flat_map(|revision| ["--revision", revision])))?;
    if order.ready_only {
        return Ok(());
    }
    exec::run(project.command(&program).args(["validate", "--models", "models", "--url", &address]))?;
    tools::packages(project)?;
    let browser = tools::browser()?;
    let mut node = project.command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec", TESTS]);
    exec::run(node.env("BASE_URL", address.trim_end_matches('/')).env("CHROMIUM", &browser.chromium))
}

fn order(options: &[String]) -> Result<Order> {
    let mut order = Order { wait: "30".to_owned(), revision: None, ready_only: false };
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let mut value = || options.next().cloned().with_context(|| format!("{option} takes a value"));
        match option.as_str() {
            "--wait" => order.wait = value()?,
            // A deployment before it told its commit has none to wait for.
            "--revision" => order.revision = Some(value()?).filter(|revision| !revision.is_empty()),
            "--ready-only" => order.ready_only = true,
            other => bail!("there is no option {other}; there are --wait, --revision and --ready-only"),
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(options: &[&str]) -> Result<Order> {
        order(&options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_commit_may_be_named_and_an_empty_one_is_any() {
        let plain = Order { wait: "30".to_owned(), revision: None, ready_only: false };
        assert_eq!(words(&["--revision", ""]).unwrap(), plain);
        let named = Order { wait: "5".to_owned(), revision: Some("abc".to_owned()), ready_only: true };
        assert_eq!(words(&["--ready-only", "--revision", "abc", "--wait", "5"]).unwrap(), named);
        for wrong in [&["--wait"][..], &["5"], &["--revisions", "x"]] {
            assert!(words(wrong).is_err(), "{wrong:?}");
        }
    }
}
