//! The side in the browser: Leadlight's WebAssembly built as the page's worker is shipped, onnxruntime-web from npm, and
//! the program that opens Chromium. Knows builds and tools; no contest.

use super::contestant::Contestant;
use crate::{exec, project::Project, stamp, tools};
use anyhow::Result;
use std::path::Path;

/// Where cargo leaves the program under its target folder.
const BUILT: &str = "wasm32-unknown-unknown/wasm-release/examples/bench.wasm";

pub(super) fn start(project: &Project, folder: &Path) -> Result<Contestant> {
    let browser = tools::browser()?;
    tools::packages_into(project, &project.root.join("tests/bench"), &folder.join("npm"))?;
    build(project, &folder.join("wasm"))?;
    let mut node = project.command("node");
    node.arg("tests/bench/browser.mjs").arg(folder).env("CHROMIUM", &browser.chromium);
    Contestant::start(&mut node)
}

/// Through the same three tools and settings as the worker.
fn build(project: &Project, folder: &Path) -> Result<()> {
    tools::wasm_target(project)?;
    tools::wasm_bindgen(project)?;
    tools::packages(project)?;
    let what = "--package worker --example bench";
    exec::run(
        &mut project.cargo(&format!("build --locked --profile wasm-release --target wasm32-unknown-unknown {what}")),
    )?;
    let (record, hash) = (folder.with_extension("stamp"), stamp::of(&project.target, &[BUILT])?);
    if stamp::matches(&record, &hash) {
        return Ok(());
    }
    let mut bindgen = project.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(folder);
    exec::run(bindgen.arg(project.target.join(BUILT)))?;
    let program = folder.join("bench_bg.wasm");
    exec::run(project.command("wasm-opt").arg("-Oz").arg(&program).arg("-o").arg(&program))?;
    stamp::write(&record, &hash)
}
