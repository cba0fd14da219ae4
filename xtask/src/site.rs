//! Builds the page with trunk: optimised, as shipped, or quickly, for tests.

use crate::{exec, fingerprint, monitoring, offline, project::Project, tools};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// Inputs of the page other than the Rust sources, which cargo lists.
const INPUTS: [&str; 15] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "file-format",
    "index.html",
    "models",
    "monitoring.html",
    "monitoring.json",
    "rust-toolchain.toml",
    "scorer/Cargo.toml",
    "static",
    "tests/e2e/package-lock.json",
    "web",
    "workbook",
];

/// A build of the page: its folder and its profile.
struct Build {
    name: &'static str,
    profile: &'static str,
    /// Only a release goes through wasm-opt.
    release: bool,
}

/// `cargo xtask site`: builds the page and copies it to a folder for a static host. LEADLIGHT_MONITORING_API is the API
/// of the copy's monitoring document.
pub(crate) fn run(project: &Project, folder: Option<&Path>) -> Result<()> {
    let dist = release(project)?;
    let Some(folder) = folder else {
        println!("built {}", dist.display());
        return Ok(());
    };
    exec::copy(&dist, folder)?;
    if let Some(api) = std::env::var("LEADLIGHT_MONITORING_API").ok().filter(|api| !api.is_empty()) {
        monitoring::set_api(folder, &api)?;
    }
    println!("the site is in {}", folder.display());
    Ok(())
}

/// Builds the page as shipped and returns its folder.
pub(crate) fn release(project: &Project) -> Result<PathBuf> {
    build(project, &Build { name: "release", profile: "wasm-release", release: true })
}

/// Builds the page for tests, little optimised and never through wasm-opt, and returns its folder.
pub(crate) fn quick(project: &Project) -> Result<PathBuf> {
    build(project, &Build { name: "quick", profile: "wasm-quick", release: false })
}

/// Builds the page unless it was already built from the same inputs.
fn build(project: &Project, build: &Build) -> Result<PathBuf> {
    let dist = project.target.join("site").join(build.name);
    let record = dist.with_extension("fingerprint");
    if dist.join("index.html").is_file()
        && dist.join(monitoring::DOCUMENT).is_file()
        && dist.join(offline::WORKER).is_file()
        && is_current(project, build, &record)?
    {
        return Ok(dist);
    }
    println!("building the page ({})", build.name);
    prepare(project)?;
    if build.release {
        println!("the first time this takes some minutes");
        tools::packages(project)?;
    }
    let started = SystemTime::now();
    exec::run(trunk(project, build).arg("--dist").arg(&dist))?;
    // Before the monitoring document is built, which needs its API and is not cached for offline use.
    offline::add_service_worker(&project.root.join("web").join(offline::WORKER), &dist)?;
    monitoring::build(trunk(project, build), &dist)?;
    // An edit made while trunk ran may be missing from the page: without a record the next run builds again.
    let inputs = inputs(project, build).context("cargo left no list of the page's sources")?;
    if !fingerprint::modified_since(&project.root, &inputs, started)? {
        fingerprint::write(&record, &fingerprint::compute(&project.root, &inputs)?)?;
    }
    Ok(dist)
}

fn prepare(project: &Project) -> Result<()> {
    tools::wasm_target(project)?;
    tools::wasm_bindgen(project)?;
    tools::trunk(project)?;
    // Trunk works offline, so that it fetches no tools by itself; cargo must then have its crates beforehand.
    exec::run(&mut project.cargo("fetch --quiet --locked"))
}

fn trunk(project: &Project, build: &Build) -> Command {
    let mut command = project.command("trunk");
    command.args(["build", "--offline", "--locked", "--cargo-profile", build.profile]);
    if build.release {
        command.arg("--release");
    }
    // Trunk reads NO_COLOR as a boolean and refuses the usual `1`.
    command.env_remove("NO_COLOR");
    command
}

fn is_current(project: &Project, build: &Build, record: &Path) -> Result<bool> {
    match inputs(project, build) {
        Some(inputs) => Ok(fingerprint::matches(record, &fingerprint::compute(&project.root, &inputs)?)),
        None => Ok(false),
    }
}

/// All inputs: the fixed ones and the sources in cargo's dep-info files.
fn inputs(project: &Project, build: &Build) -> Option<Vec<PathBuf>> {
    let built = project.target.join("wasm32-unknown-unknown").join(build.profile);
    let mut inputs: Vec<PathBuf> = INPUTS.iter().map(PathBuf::from).collect();
    for program in ["app.d", "monitoring.d", "unpacker.d", "worker.d"] {
        inputs.extend(sources(&fs::read_to_string(built.join(program)).ok()?));
    }
    Some(inputs)
}

/// Source files of a dep-info file, in which a space within a name is escaped.
fn sources(dep_info: &str) -> Vec<PathBuf> {
    let named = dep_info.lines().filter_map(|line| line.split_once(": ")).map(|(_, files)| files);
    let files = named.flat_map(|files| {
        let files = files.replace("\\ ", "\0");
        files.split_whitespace().map(|file| PathBuf::from(file.replace('\0', " "))).collect::<Vec<_>>()
    });
    files.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_from_dep_info() {
        let files = sources("/out/app.wasm: /src/a.rs /my\\ src/b.rs\n\n/src/a.rs:\n");
        assert_eq!(files, [PathBuf::from("/src/a.rs"), PathBuf::from("/my src/b.rs")]);
    }
}
