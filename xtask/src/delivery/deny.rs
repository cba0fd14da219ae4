//! Licences, sources and known vulnerabilities of all dependencies, by cargo-deny.

use crate::{exec, project::Project, tools};
use anyhow::{Context, Result};
use std::process::Stdio;

/// Checks licences, bans and sources by the lock file, and vulnerabilities where their database can be reached.
pub(crate) fn run(project: &Project) -> Result<()> {
    let program = tools::cargo_deny(project)?;
    let deny = |what: &[&str]| {
        let mut command = project.command(&program);
        command.args(["--locked", "--workspace", "check", "--hide-inclusion-graph"]).args(what);
        command
    };
    exec::run(&mut deny(&["licenses", "bans", "sources"]))?;
    check_fuzz_lock(project)?;
    if !exec::succeeds(project.command(&program).args(["fetch", "db"])) {
        println!("!! NOT CHECKED: known vulnerabilities of dependencies, since their database cannot be reached !!");
        return Ok(());
    }
    exec::run(&mut deny(&["advisories"]))
}

/// Checks the lock file of the fuzz targets, a workspace of their own that no other step builds.
fn check_fuzz_lock(project: &Project) -> Result<()> {
    let mut metadata = project.cargo("metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml");
    exec::run(metadata.stdout(Stdio::null())).context("fuzz/Cargo.lock does not fit what the fuzz targets need")
}
