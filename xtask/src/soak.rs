//! `cargo xtask soak [--minutes N]`: the test in which everything goes wrong under load, for longer than in the test run.
//! Knows how long; nothing of what goes wrong.

use crate::{exec, project::Project, tools};
use anyhow::{Context, Result, bail};

/// How long where nothing is said.
const MINUTES: u64 = 10;

pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let minutes = match options {
        [] => MINUTES,
        [option, minutes] if option == "--minutes" => {
            minutes.parse().ok().filter(|minutes| *minutes > 0).context("--minutes should be a whole number from 1")?
        }
        _ => bail!("`soak` takes --minutes and a number"),
    };
    let mut test = project.cargo("test --locked --package scorer --features native --test soak -- --nocapture");
    let postgres = tools::Postgres::start();
    if let Some(postgres) = &postgres {
        postgres.announce(&mut test);
    }
    exec::run(test.env("LEADLIGHT_SOAK_SECONDS", (minutes * 60).to_string()))
}
