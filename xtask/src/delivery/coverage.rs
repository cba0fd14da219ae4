//! How much of the scorer its tests run, and the least that they must. Knows cargo-llvm-cov; nothing of the tests.

use crate::{exec, project::Project, tools};
use anyhow::Result;

/// Percent of the lines of `scorer`.
const LEAST: &str = "85";

/// What is not the scorer's own: the tests, and the commands of the project.
const OTHERS: &str = "(/tests/|/xtask/|/web/|/rustfft/|/fuzz/)";

/// Runs the native tests once more, instrumented, and refuses less.
pub(crate) fn run(project: &Project) -> Result<()> {
    let folder = tools::cargo_llvm_cov(project)?;
    let postgres = tools::Postgres::start();
    let mut command = project.cargo("llvm-cov --locked --package scorer --features native --summary-only");
    command.args(["--fail-under-lines", LEAST, "--ignore-filename-regex", OTHERS]);
    let path = std::env::join_paths(
        std::iter::once(folder).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    command.env("PATH", path);
    if let Some(postgres) = &postgres {
        postgres.announce(&mut command);
    }
    exec::run(&mut command)
}
