//! The browser side: Leadlight's WebAssembly built as the page's worker is shipped, onnxruntime-web from npm, and the program
//! that controls Chromium.

use super::peer::Peer;
use crate::{exec, fingerprint, project::Project, tools};
use anyhow::Result;
use std::path::Path;

/// Path of the program in the target folder.
const BUILT: &str = "wasm32-unknown-unknown/wasm-release/examples/bench.wasm";

pub(super) fn start(project: &Project, folder: &Path) -> Result<Peer> {
    let browser = tools::browser()?;
    tools::packages_into(project, &project.root.join("tests/bench"), &folder.join("npm"))?;
    build(project, &folder.join("wasm"))?;
    let mut node = project.command("node");
    node.arg("tests/bench/browser.mjs").arg(folder).env("CHROMIUM", &browser.chromium);
    Peer::start(&mut node)
}

/// Builds with the tools and settings of the worker.
fn build(project: &Project, folder: &Path) -> Result<()> {
    tools::wasm_target(project)?;
    tools::wasm_bindgen(project)?;
    tools::packages(project)?;
    let package = "--package worker --example bench";
    exec::run(
        &mut project.cargo(&format!("build --locked --profile wasm-release --target wasm32-unknown-unknown {package}")),
    )?;
    let (record, current) = (folder.with_extension("fingerprint"), fingerprint::compute(&project.target, &[BUILT])?);
    if fingerprint::matches(&record, &current) {
        return Ok(());
    }
    let mut bindgen = project.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(folder);
    exec::run(bindgen.arg(project.target.join(BUILT)))?;
    let program = folder.join("bench_bg.wasm");
    exec::run(project.command("wasm-opt").arg("-Oz").arg(&program).arg("-o").arg(&program))?;
    fingerprint::write(&record, &current)
}
