//! The program `leadlight`, built as released or as the native tests build it.

use crate::{exec, project::Project};
use anyhow::Result;
use std::path::PathBuf;

/// Arguments of every native test build: one set of features, since features differ from package to package otherwise.
pub(crate) const NATIVE: &str = "--locked --workspace --features scorer/native";

/// Builds the release binary and returns its path.
pub(crate) fn release(project: &Project) -> Result<PathBuf> {
    exec::run(&mut project.cargo("build --release --locked --package scorer --features native --bin leadlight"))?;
    Ok(project.target.join("release/leadlight"))
}

/// Builds the native tests and returns the path of the binary among them.
pub(crate) fn test(project: &Project) -> Result<PathBuf> {
    exec::run(&mut project.cargo(&format!("test {NATIVE} --no-run --quiet")))?;
    Ok(project.target.join("debug/leadlight"))
}
