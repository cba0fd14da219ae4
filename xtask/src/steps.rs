//! The steps of `cargo xtask test`, one function each. Native tests share one profile and one set of features, the
//! WebAssembly ones another, so that no dependency is compiled twice for the same machine.

use crate::{delivery, exec, golden, layers, project::Project, server::Server, site, size, tidy, tools};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// All native code in one build: features differ from package to package otherwise.
const NATIVE: &str = "--locked --workspace --features scorer/native";
const WASM: &str = "--locked --profile wasm-quick --target wasm32-unknown-unknown";

pub(crate) fn fmt(project: &Project) -> Result<()> {
    exec::run(&mut project.cargo("fmt --all --check"))
}

pub(crate) fn tidy(project: &Project) -> Result<()> {
    tidy::check(project)
}

pub(crate) fn clippy(project: &Project) -> Result<()> {
    exec::run(&mut project.cargo(&format!("clippy {NATIVE} --all-targets -- -D warnings")))
}

pub(crate) fn clippy_wasm(project: &Project) -> Result<()> {
    tools::wasm_target(project)?;
    for what in [
        "--package web --package unpacker --lib --bins",
        "--package scorer --package web --package worker --features web/worker,web/monitoring --lib --bins --examples",
    ] {
        exec::run(&mut project.cargo(&format!("clippy {WASM} {what} -- -D warnings")))?;
    }
    Ok(())
}

pub(crate) fn layers(project: &Project) -> Result<()> {
    layers::check(project)
}

pub(crate) fn docs(project: &Project) -> Result<()> {
    let mut doc = project.cargo(&format!("doc {NATIVE} --no-deps"));
    exec::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

pub(crate) fn native(project: &Project) -> Result<()> {
    let postgres = tools::Postgres::start();
    // Tests that pass say what they could not check, which is swallowed otherwise.
    let mut test = project.cargo(&format!("test {NATIVE} -- --show-output"));
    if let Some(postgres) = &postgres {
        postgres.announce(&mut test);
    }
    exec::run(&mut test)
}

pub(crate) fn wasm(project: &Project) -> Result<()> {
    tools::wasm_target(project)?;
    tools::wasm_bindgen(project)?;
    let browser = tools::browser()?;
    let capabilities = browser.capabilities(project)?;
    let document = golden::document(project)?;
    // Both packages at once, with the worker's features: the dependencies are then those of the page's own build.
    let what = "--package scorer --package web --features web/worker --test golden_wasm --test dom";
    let mut test = project.cargo(&format!("test {WASM} {what}"));
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
        .env("LEADLIGHT_GOLDEN", &document);
    exec::run(&mut test)
}

pub(crate) fn arm64(project: &Project) -> Result<()> {
    let arm64 = tools::arm64(project)?;
    let document = golden::document(project)?;
    let what = "--package scorer --features onnx,replay --test golden_arm64";
    let mut test = project.cargo(&format!("test --locked --target {} {what}", tools::ARM64));
    let variable = |what: &str| format!("CARGO_TARGET_{}_{what}", tools::ARM64.replace('-', "_").to_uppercase());
    test.env(variable("LINKER"), &arm64.linker).env("LEADLIGHT_GOLDEN", &document);
    if !arm64.runner.is_empty() {
        test.env(variable("RUNNER"), &arm64.runner);
    }
    exec::run(&mut test)
}

pub(crate) fn site(project: &Project) -> Result<()> {
    size::check(&site::quick(project)?)
}

pub(crate) fn workflows(project: &Project) -> Result<()> {
    delivery::workflows(project)
}

pub(crate) fn deny(project: &Project) -> Result<()> {
    delivery::deny(project)
}

pub(crate) fn image(project: &Project) -> Result<()> {
    let site = site::quick(project)?;
    delivery::try_image(project, &binary(project)?, &site)
}

pub(crate) fn e2e(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let site = site::quick(project)?;
    let program = binary(project)?;
    let data = Server::folder(project, "e2e")?;
    let options: [&OsStr; 4] = ["--models".as_ref(), "models".as_ref(), "--site".as_ref(), site.as_os_str()];
    let server = Server::start(project, &program, &data, &options)?;
    let mut node = project.command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(test_files(&project.npm())?);
    node.env("BASE_URL", server.url())
        .env("CHROMIUM", &browser.chromium)
        .env("LEADLIGHT_BIN", &program)
        .env("LEADLIGHT_SITE", &site);
    exec::run(&mut node)
}

/// Pictures of every view of the page as shipped, for the guide.
pub(crate) fn screenshots(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let (site, program) = (site::release(project)?, binary(project)?);
    let data = Server::folder(project, "screenshots")?;
    let options: [&OsStr; 4] = ["--models".as_ref(), "models".as_ref(), "--site".as_ref(), site.as_os_str()];
    let server = Server::start(project, &program, &data, &options)?;
    let mut node = project.command("node");
    node.args(["tests/e2e/pictures.mjs", "docs/pictures"]);
    exec::run(node.env("BASE_URL", server.url()).env("CHROMIUM", &browser.chromium))
}

pub(crate) fn onnxruntime(project: &Project) -> Result<()> {
    let python = tools::python(project)?;
    let program = binary(project)?;
    exec::run(project.command(python).arg("tests/onnxruntime_parity.py").env("LEADLIGHT_BIN", program))
}

pub(crate) fn schemathesis(project: &Project) -> Result<()> {
    let python = tools::environment(project, "schemathesis/python", "tests/schemathesis/requirements.txt")?;
    let program = binary(project)?;
    let data = Server::folder(project, "schemathesis/data")?;
    let server = Server::start(project, &program, &data, &["--models".as_ref(), "models".as_ref()])?;
    let mut command = project.command(python.with_file_name("st"));
    command.args(["--config-file", "schemathesis.toml", "run"]).arg(format!("{}/openapi.json", server.url()));
    // Beside its settings, so that it finds what they name, and leaves nothing there.
    let folder = project.root.join("tests/schemathesis");
    command.current_dir(&folder).env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1");
    exec::run(&mut command)
}

/// The binary as the native tests build it.
pub(crate) fn binary(project: &Project) -> Result<PathBuf> {
    exec::run(&mut project.cargo(&format!("test {NATIVE} --no-run --quiet")))?;
    Ok(project.target.join("debug/leadlight"))
}

/// The browser tests, named one by one: what `node --test` makes of a folder differs between its versions.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    if files.is_empty() {
        bail!("no *.test.mjs in {}", folder.display());
    }
    Ok(files)
}
