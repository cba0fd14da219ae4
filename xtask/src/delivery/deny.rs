//! Licences, sources and known faults of everything that is built in, by cargo-deny. Knows which of its checks need a
//! network.

use crate::{exec, project::Project, tools};
use anyhow::{Context, Result};
use std::process::Stdio;

/// Checks what the lock file alone tells, always; known faults where their database can be reached.
pub(crate) fn run(project: &Project) -> Result<()> {
    let program = tools::cargo_deny(project)?;
    let deny = |what: &[&str]| {
        let mut command = project.command(&program);
        command.args(["--locked", "--workspace", "check", "--hide-inclusion-graph"]).args(what);
        command
    };
    exec::run(&mut deny(&["licenses", "bans", "sources"]))?;
    fuzz_is_locked(project)?;
    if !exec::succeeds(project.command(&program).args(["fetch", "db"])) {
        println!("!! NOT CHECKED: known faults of dependencies, since their database cannot be reached !!");
        return Ok(());
    }
    exec::run(&mut deny(&["advisories"]))
}

/// The fuzz targets are a workspace of their own, whose lock file no other build looks at.
fn fuzz_is_locked(project: &Project) -> Result<()> {
    let mut metadata = project.cargo("metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml");
    exec::run(metadata.stdout(Stdio::null())).context("fuzz/Cargo.lock does not fit what the fuzz targets need")
}
