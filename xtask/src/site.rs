//! Building the page: in release, as shipped, and quickly, for tests. Knows trunk; knows nothing of what the page does.

use crate::{exec, monitoring, offline, project::Project, stamp, tools};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// What the page is made of beside the Rust sources, which cargo itself lists.
const INPUTS: [&str; 14] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
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

/// One way to build the page: a folder of its own and a profile of the workspace.
struct Build {
    name: &'static str,
    profile: &'static str,
    /// Only a release goes through wasm-opt.
    release: bool,
}

/// `cargo xtask site [--out FOLDER]`. A copy for a static host tells its monitoring document where the API is, by
/// LEADLIGHT_MONITORING_API.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let dist = release(project)?;
    let folder = match options {
        [] => {
            println!("built {}", dist.display());
            return Ok(());
        }
        [option, folder] if option == "--out" => Path::new(folder),
        _ => bail!("`site` takes --out and a folder"),
    };
    exec::copy(&dist, folder)?;
    if let Some(api) = std::env::var("LEADLIGHT_MONITORING_API").ok().filter(|api| !api.is_empty()) {
        monitoring::point(folder, &api)?;
    }
    println!("the site is in {}", folder.display());
    Ok(())
}

/// The page as shipped, and the folder it is in.
pub(crate) fn release(project: &Project) -> Result<PathBuf> {
    build(project, &Build { name: "release", profile: "wasm-release", release: true })
}

/// The page built for tests: little optimised, never through wasm-opt.
pub(crate) fn quick(project: &Project) -> Result<PathBuf> {
    build(project, &Build { name: "quick", profile: "wasm-quick", release: false })
}

/// Nothing is started when the page was already built from the same inputs.
fn build(project: &Project, build: &Build) -> Result<PathBuf> {
    let dist = project.target.join("site").join(build.name);
    let record = dist.with_extension("stamp");
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
    // Before the monitoring document is there, which is of no use without its API and no part of what is kept.
    offline::seal(&project.root.join("web").join(offline::WORKER), &dist)?;
    monitoring::build(trunk(project, build), &dist)?;
    // An edit made while trunk ran may or may not be in the page: without a record the next run builds again.
    let inputs = inputs(project, build).context("cargo left no list of the page's sources")?;
    if !stamp::written_since(&project.root, &inputs, started)? {
        stamp::write(&record, &stamp::of(&project.root, &inputs)?)?;
    }
    Ok(dist)
}

fn prepare(project: &Project) -> Result<()> {
    tools::wasm_target(project)?;
    tools::wasm_bindgen(project)?;
    tools::trunk(project)?;
    // Trunk works offline, so that it never fetches tools behind our back; then cargo must have its crates beforehand.
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
        Some(inputs) => Ok(stamp::matches(record, &stamp::of(&project.root, &inputs)?)),
        None => Ok(false),
    }
}

/// All inputs: the fixed ones and every source that cargo says the programs were built from.
fn inputs(project: &Project, build: &Build) -> Option<Vec<PathBuf>> {
    let built = project.target.join("wasm32-unknown-unknown").join(build.profile);
    let mut inputs: Vec<PathBuf> = INPUTS.iter().map(PathBuf::from).collect();
    for program in ["app.d", "monitoring.d", "unpacker.d", "worker.d"] {
        inputs.extend(sources(&fs::read_to_string(built.join(program)).ok()?));
    }
    Some(inputs)
}

/// The files that a dep-info file names behind its target; a space within a name is escaped there.
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
    fn dep_info_names_the_sources() {
        let files = sources("/out/app.wasm: /src/a.rs /my\\ src/b.rs\n\n/src/a.rs:\n");
        assert_eq!(files, [PathBuf::from("/src/a.rs"), PathBuf::from("/my src/b.rs")]);
    }
}
