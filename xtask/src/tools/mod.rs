//! Tools that builds and tests need in addition to Rust and Node. Each function installs its tool when it is missing,
//! prints that it does, and is cheap otherwise.

mod arm64;
mod browser;
mod node;
mod postgres;
mod python;
mod system;

pub(crate) use arm64::{TARGET as ARM64, arm64};
pub(crate) use browser::browser;
pub(crate) use node::{packages, packages_into};
pub(crate) use postgres::Postgres;
pub(crate) use python::{environment, python};

use crate::{
    exec,
    project::{Project, TRUNK_VERSION, on_path},
};
use anyhow::{Context, Result};
use std::{env, fs, path::PathBuf, process::Command, time::Instant};

const WASM: &str = "wasm32-unknown-unknown";

/// A package of the registry, installed into a folder of its name and version.
struct Tool<'a> {
    package: &'a str,
    version: &'a str,
    programs: &'a [&'a str],
    /// Options of `cargo install` that keep the build short.
    options: &'a [&'a str],
    minutes: u32,
}

/// Installs Rust's target for the browser.
pub(crate) fn wasm_target(project: &Project) -> Result<()> {
    rust_target(project, WASM)
}

/// Installs a Rust target with its standard library.
fn rust_target(project: &Project, target: &str) -> Result<()> {
    let library = exec::output(project.command("rustc").args(["--print", "target-libdir", "--target", target]))?;
    if PathBuf::from(library.trim()).is_dir() {
        return Ok(());
    }
    println!("installing Rust's target {target}");
    exec::run(project.command("rustup").args(["target", "add", target]))
        .with_context(|| format!("Rust's target {target} is missing: run `rustup target add {target}`"))
}

/// Installs wasm-bindgen's command line and test runner, at exactly the locked version: no other accepts the build.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<()> {
    let version = project.locked_version("wasm-bindgen")?;
    // Not --locked: its lock file may name a package newer than an index mirror offers.
    install(
        project,
        &Tool {
            package: "wasm-bindgen-cli",
            version: &version,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            options: &["--no-default-features", "--bin", "wasm-bindgen", "--bin", "wasm-bindgen-test-runner"],
            minutes: 4,
        },
    )
}

/// Installs trunk, which builds the page.
pub(crate) fn trunk(project: &Project) -> Result<()> {
    install(
        project,
        &Tool {
            package: "trunk",
            version: TRUNK_VERSION,
            programs: &["trunk"],
            options: &["--locked", "--no-default-features", "--features", "rustls"],
            minutes: 5,
        },
    )
}

/// Path of cargo-deny.
pub(crate) fn cargo_deny(project: &Project) -> Result<PathBuf> {
    let (package, version) = ("cargo-deny", "0.20.2");
    let options = &["--locked", "--no-default-features"];
    install(project, &Tool { package, version, programs: &[package], options, minutes: 5 })?;
    Ok(project.tools.join(format!("{package}-{version}/bin/{package}")))
}

/// Path of cargo-cyclonedx.
pub(crate) fn cargo_cyclonedx(project: &Project) -> Result<PathBuf> {
    let (package, version) = ("cargo-cyclonedx", "0.5.9");
    install(project, &Tool { package, version, programs: &[package], options: &["--locked"], minutes: 2 })?;
    Ok(project.tools.join(format!("{package}-{version}/bin/{package}")))
}

/// Folder of cargo-llvm-cov; Rust's llvm-tools are installed too.
pub(crate) fn cargo_llvm_cov(project: &Project) -> Result<PathBuf> {
    let (package, version) = ("cargo-llvm-cov", "0.9.1");
    install(project, &Tool { package, version, programs: &[package], options: &["--locked"], minutes: 2 })?;
    exec::run(project.command("rustup").args(["component", "add", "llvm-tools"]))
        .context("Rust's llvm-tools are missing: run `rustup component add llvm-tools`")?;
    Ok(project.tools.join(format!("{package}-{version}/bin")))
}

fn install(project: &Project, tool: &Tool) -> Result<()> {
    let name = format!("{}-{}", tool.package, tool.version);
    let folder = project.tools.join(&name);
    if tool.programs.iter().all(|program| folder.join("bin").join(program).is_file()) {
        return Ok(());
    }
    let started = Instant::now();
    if !prebuilt(project, tool, &folder) {
        println!("installing {name}: built once, about {} minutes, kept in {}", tool.minutes, folder.display());
        let build = project.tools.join(format!("build-{name}"));
        exec::run(&mut from_source(project, tool, &folder, &build))
            .with_context(|| format!("cannot install {name}"))?;
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    }
    println!("installed {name} in {:.0} s", started.elapsed().as_secs_f32());
    Ok(())
}

/// Installs a prebuilt tool through cargo-binstall; false where there is no cargo-binstall or no such tool.
fn prebuilt(project: &Project, tool: &Tool, folder: &PathBuf) -> bool {
    if on_path(&["cargo-binstall"]).is_none() {
        return false;
    }
    println!("installing {} {}: asking cargo-binstall for a prebuilt one", tool.package, tool.version);
    let mut command = project.cargo("binstall --no-confirm --disable-strategies compile --root");
    command.arg(folder).arg(format!("{}@{}", tool.package, tool.version));
    exec::run(&mut command).is_ok() && tool.programs.iter().all(|program| folder.join("bin").join(program).is_file())
}

fn from_source(project: &Project, tool: &Tool, folder: &PathBuf, build: &PathBuf) -> Command {
    let mut command = project.cargo("install --quiet --force --root");
    command.arg(folder).args(["--version", tool.version]).args(tool.options).arg(tool.package);
    // Tools run for seconds; building them is what takes time.
    command
        .env("CARGO_TARGET_DIR", build)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .current_dir(env::temp_dir());
    // No toolchain file applies in that folder; the tools are built by the project's Rust all the same.
    if let Some(toolchain) = env::var_os("RUSTUP_TOOLCHAIN") {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    command
}
