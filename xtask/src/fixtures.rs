//! `cargo xtask fixtures`: regenerates the synthetic golden set with the Python libraries of the replaced service.

use crate::{exec, project::Project, tools};
use anyhow::Result;

const REQUIREMENTS: &str = "tests/fixtures/requirements.txt";
const SCRIPT: &str = "tests/fixtures/make";
const OUTPUT: &str = "tests/fixtures/parity";

/// Overwrites the set; the pinned packages give the same bytes.
pub(crate) fn run(project: &Project) -> Result<()> {
    let python = tools::environment(project, "python-fixtures", REQUIREMENTS)?;
    // No byte code next to the sources; deprecation notices of the libraries do not concern this run.
    exec::run(project.command(python).args(["-B", "-W", "ignore", SCRIPT, OUTPUT]))
}
