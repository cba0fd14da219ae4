//! Dependencies that each program may have, checked in cargo's tree: the page carries no server and no model runner.

use crate::{exec, project::Project};
use anyhow::{Result, bail};

/// Dependencies of the native binary alone.
const SERVER: [&str; 4] = ["axum", "clap", "sqlx", "tokio"];
/// Dependency of the worker and the native binary alone.
const RUNNER: &str = "tract-onnx";
/// Dependency of the unpacker and the native binary alone.
const WORKBOOKS: &str = "calamine";

/// Fails when a dependency is in a program that may not have it.
pub(crate) fn check(project: &Project) -> Result<()> {
    let page = tree(project, "--package web")?;
    let worker = tree(project, "--package worker")?;
    let native = tree(project, "--package scorer --features native")?;
    for (program, tree) in [("page", &page), ("worker", &worker)] {
        if has(tree, WORKBOOKS) {
            bail!("the {program} depends on {WORKBOOKS}, which belongs to the unpacker");
        }
        if let Some(found) = SERVER.iter().find(|name| has(tree, name)) {
            bail!(
                "the {program} depends on {found}, which belongs to the server: see `cargo tree --package web --invert {found}`"
            );
        }
    }
    if has(&page, RUNNER) {
        bail!("the page depends on {RUNNER} without the feature `worker`");
    }
    // The checks above must not pass because a package was renamed.
    if !has(&worker, RUNNER) || !has(&native, WORKBOOKS) || SERVER.iter().any(|name| !has(&native, name)) {
        bail!("a dependency that this check guards is nowhere to be found: was it renamed?");
    }
    Ok(())
}

fn tree(project: &Project, selection: &str) -> Result<String> {
    let target = if selection.contains("native") { "" } else { "--target wasm32-unknown-unknown" };
    exec::output(&mut project.cargo(&format!("tree --locked --prefix none --edges normal {target} {selection}")))
}

/// True when a tree, one package a line, holds this package.
fn has(tree: &str, package: &str) -> bool {
    tree.lines().any(|line| line.split(' ').next() == Some(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_by_its_whole_name() {
        let tree = "web v0.1.0\ntokio-util v0.7.1\nyew v0.23.0 (*)\n";
        assert!(has(tree, "yew"));
        assert!(!has(tree, "tokio"));
    }
}
