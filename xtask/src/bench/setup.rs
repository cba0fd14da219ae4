//! Preparation of a run: models, rows, lists and programs, in `bench` under the target folder.

use super::{
    browser,
    lists::{self, List},
    peer::Peer,
    peers::{Peers, Side},
};
use crate::{exec, files, fingerprint, project::Project, tools};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const REQUIREMENTS: &str = "tests/bench/requirements.txt";
/// Sources of rows and forests, which are regenerated when these change.
const GENERATORS: [&str; 3] = [REQUIREMENTS, "tests/bench/forest.py", "tests/bench/make.py"];

/// Inputs of the comparisons.
pub(super) struct Setup {
    folder: PathBuf,
    /// Folder of the golden set whose encoder and model are used.
    golden: PathBuf,
    lists: Vec<List>,
    has_rows: bool,
}

impl Setup {
    /// Exported encoder of the golden set.
    pub(super) fn encoder(&self) -> PathBuf {
        self.golden.join("encoder.json")
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }

    /// True when there are rows and forests, which need Python.
    pub(super) fn has_rows(&self) -> bool {
        self.has_rows
    }
}

/// Generates the inputs and starts the programs.
pub(super) fn start(project: &Project, with_browser: bool) -> Result<(Setup, Peers)> {
    let golden = golden(project);
    let folder = folder(project, &golden)?;
    let python = tools::environment(project, "bench/python", REQUIREMENTS);
    if let Ok(python) = &python {
        generate(project, python, &folder, &golden)?;
    }
    let mut setup = Setup { has_rows: python.is_ok(), lists: lists::make(&folder, &golden)?, folder, golden };
    let mut native = Peer::start(Command::new(program(project)?).arg(&setup.folder))?;
    native.request(&json!({ "task": "pack", "encoder": setup.encoder() }))?;
    for list in &mut setup.lists {
        list.set_statistics(&native.request(&json!({ "task": "statistics", "list": list.file }))?)?;
    }
    let mut peers = Peers::default();
    peers.add(Side::Native, Ok(native));
    let start_python = |python| {
        Peer::start(project.command(python).args(["-B", "-W", "ignore", "tests/bench/peers.py"]).arg(&setup.folder))
    };
    peers.add(Side::Python, python.and_then(start_python));
    if with_browser {
        peers.add(Side::Browser, browser::start(project, &setup.folder));
    }
    Ok((setup, peers))
}

/// Creates the folder of the benchmark, with the golden model in it.
fn folder(project: &Project, golden: &Path) -> Result<PathBuf> {
    let folder = project.target.join("bench");
    files::create_folder(&folder.join("models/adopted"))?;
    fs::copy(golden.join("model.onnx"), folder.join("models/adopted/model.onnx")).context("no golden model")?;
    Ok(folder)
}

/// Folder with forests over the features of a golden set, each as ONNX and in XGBoost's format.
pub(super) fn forests(project: &Project, golden: &Path) -> Result<PathBuf> {
    let folder = folder(project, golden)?;
    generate(project, &tools::environment(project, "bench/python", REQUIREMENTS)?, &folder, golden)?;
    Ok(folder)
}

/// Folder of the golden set: the real one of the shared data, else the synthetic one.
pub(super) fn golden(project: &Project) -> PathBuf {
    let real = project.shared.join("original_parity");
    if real.join("model.onnx").is_file() {
        return real;
    }
    println!("!! NO SHARED TEST DATA at {}: the synthetic model and made-up leads alone !!", project.shared.display());
    project.root.join("tests/fixtures/parity")
}

/// Generates rows and forests unless the same scripts and golden set already have.
fn generate(project: &Project, python: &Path, folder: &Path, golden: &Path) -> Result<()> {
    let set = ["encoder.json", "model.onnx", "xgboost_model.json"].map(|file| golden.join(file));
    let inputs: Vec<PathBuf> = GENERATORS.iter().map(PathBuf::from).chain(set).collect();
    let (record, current) = (folder.join("inputs.fingerprint"), fingerprint::compute(&project.root, &inputs)?);
    if fingerprint::matches(&record, &current) {
        return Ok(());
    }
    println!("generating rows and forests in {}: about a minute", folder.display());
    exec::run(project.command(python).args(["-B", "-W", "ignore", "tests/bench/make.py"]).args([folder, golden]))?;
    fingerprint::write(&record, &current)
}

/// Builds the native benchmark program as the binary is released and returns its path.
fn program(project: &Project) -> Result<PathBuf> {
    let target = "--locked --package scorer --features native --bench scoring";
    // A first build prints progress; the second returns the path of the program, which only JSON messages contain.
    exec::run(&mut project.cargo(&format!("bench {target} --no-run")))?;
    let messages = exec::output(&mut project.cargo(&format!("bench {target} --no-run --message-format json")))?;
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // The binary of the package is built with it.
    let mut benchmarks = built.filter(|message| message["target"]["name"] == "scoring");
    let program = benchmarks.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.context("cargo built no benchmark")
}
