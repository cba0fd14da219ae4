//! The steps of `cargo xtask test`, one function each. Native tests share one profile and one set of features, the
//! WebAssembly ones another, so that no dependency is compiled twice for the same machine.

use crate::binary::{self, NATIVE};
use crate::{delivery, dependencies, exec, files, golden, project::Project, server::Server, site, size, tidy, tools};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Arguments of every WebAssembly test build.
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
    dependencies::check(project)
}

pub(crate) fn docs(project: &Project) -> Result<()> {
    let mut doc = project.cargo(&format!("doc {NATIVE} --no-deps"));
    exec::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

pub(crate) fn native(project: &Project) -> Result<()> {
    let postgres = tools::Postgres::start();
    // Tests that pass print what they could not check, which is hidden otherwise.
    let mut test = project.cargo(&format!("test {NATIVE} -- --show-output"));
    if let Some(postgres) = &postgres {
        postgres.export(&mut test);
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
    delivery::test_image(project, &binary::test(project)?, &site)
}

pub(crate) fn e2e(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let site = site::quick(project)?;
    let program = binary::test(project)?;
    let server = Server::start_with_site(project, &program, &site, "e2e")?;
    let mut node = project.command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(test_files(&project.npm())?);
    node.env("BASE_URL", server.url())
        .env("CHROMIUM", &browser.chromium)
        .env("LEADLIGHT_BIN", &program)
        .env("LEADLIGHT_SITE", &site);
    exec::run(&mut node)
}

/// Takes pictures of every view of the page as shipped, for the guide.
pub(crate) fn screenshots(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let (site, program) = (site::release(project)?, binary::test(project)?);
    let server = Server::start_with_site(project, &program, &site, "screenshots")?;
    let mut node = project.command("node");
    node.args(["tests/e2e/pictures.mjs", "docs/pictures"]);
    exec::run(node.env("BASE_URL", server.url()).env("CHROMIUM", &browser.chromium))
}

pub(crate) fn onnxruntime(project: &Project) -> Result<()> {
    let python = tools::python(project)?;
    let program = binary::test(project)?;
    exec::run(project.command(python).arg("tests/onnxruntime_parity.py").env("LEADLIGHT_BIN", program))
}

pub(crate) fn boosters(project: &Project) -> Result<()> {
    let python = tools::environment(project, "boosters/python", "tests/boosters/requirements.txt")?;
    let program = binary::test(project)?;
    let mut command = project.command(python);
    command.arg("tests/boosters/parity.py").env("LEADLIGHT_BIN", program).env("PYTHONDONTWRITEBYTECODE", "1");
    exec::run(&mut command)
}

pub(crate) fn schemathesis(project: &Project) -> Result<()> {
    let python = tools::environment(project, "schemathesis/python", "tests/schemathesis/requirements.txt")?;
    let program = binary::test(project)?;
    let data = Server::empty_folder(project, "schemathesis/data")?;
    let server = Server::start(project, &program, &data, &["--models".as_ref(), "models".as_ref()])?;
    let mut command = project.command(python.with_file_name("st"));
    command.args(["--config-file", "schemathesis.toml", "run"]).arg(format!("{}/openapi.json", server.url()));
    // In the folder of its settings, so that it finds the files they name; it leaves nothing there.
    let folder = project.root.join("tests/schemathesis");
    command.current_dir(&folder).env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1");
    exec::run(&mut command)
}

/// Generates a Python client from the API's description and predicts with it.
pub(crate) fn generated_client(project: &Project) -> Result<()> {
    let python = tools::environment(project, "generated-client/python", "tests/generated_client/requirements.txt")?;
    let program = binary::test(project)?;
    let data = Server::empty_folder(project, "generated-client/data")?;
    let client = Server::empty_folder(project, "generated-client/client")?;
    let server = Server::start(project, &program, &data, &["--models".as_ref(), "models".as_ref()])?;
    let mut command = project.command(&python);
    command.args(["-B", "tests/generated_client/predict.py", &server.url()]).arg(client);
    exec::run(&mut command)
}

/// The browser tests, named one by one: versions of Node disagree about `node --test` with a folder.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files::list(folder)?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    if files.is_empty() {
        bail!("no *.test.mjs in {}", folder.display());
    }
    Ok(files)
}
