//! Line coverage of the scorer and the prediction log by their tests, with a lower limit, measured by cargo-llvm-cov.

use crate::{exec, project::Project, tools};
use anyhow::Result;

/// Least percentage of lines.
const LINES_MIN: &str = "85";

/// Sources that do not count: tests and other packages.
const IGNORED: &str = "(/tests/|/xtask/|/web/|/rustfft/|/fuzz/)";

/// Runs the native tests, instrumented; fails below the limit.
pub(crate) fn run(project: &Project) -> Result<()> {
    let folder = tools::cargo_llvm_cov(project)?;
    let postgres = tools::Postgres::start();
    let mut command = project
        .cargo("llvm-cov --locked --package scorer --package prediction-log --features scorer/native --summary-only");
    command.args(["--fail-under-lines", LINES_MIN, "--ignore-filename-regex", IGNORED]);
    let path = std::env::join_paths(
        std::iter::once(folder).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    command.env("PATH", path);
    if let Some(postgres) = &postgres {
        postgres.export(&mut command);
    }
    exec::run(&mut command)
}
