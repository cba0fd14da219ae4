//! `cargo xtask fixtures`: makes the synthetic golden set again, by the old service's own libraries in Python. Knows where
//! it is written; what is in it is the script's.

use crate::{exec, project::Project, tools};
use anyhow::Result;

const REQUIREMENTS: &str = "tests/fixtures/requirements.txt";
const SCRIPT: &str = "tests/fixtures/make";
const MADE: &str = "tests/fixtures/parity";

/// Writes the set over the one that is there; with the pinned packages it comes out the same.
pub(crate) fn make(project: &Project) -> Result<()> {
    let python = tools::environment(project, "python-fixtures", REQUIREMENTS)?;
    // No byte code beside the sources; the libraries' notices of deprecation are not about this run.
    exec::run(project.command(python).args(["-B", "-W", "ignore", SCRIPT, MADE]))
}
