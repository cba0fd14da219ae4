//! `cargo xtask soak`: the soak test for longer than in the test run.

use crate::{exec, project::Project, tools};
use anyhow::Result;

/// Runs the soak test for a number of minutes.
pub(crate) fn run(project: &Project, minutes: u64) -> Result<()> {
    let mut test = project.cargo("test --locked --package scorer --features native --test soak -- --nocapture");
    let postgres = tools::Postgres::start();
    if let Some(postgres) = &postgres {
        postgres.export(&mut test);
    }
    exec::run(test.env("LEADLIGHT_SOAK_SECONDS", (minutes * 60).to_string()))
}
