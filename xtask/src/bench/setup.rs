//! Everything that must be there before a clock starts: models, rows, lists, programs. Knows which command makes what, in
//! the benchmark's folder under the target folder.

use super::{
    arena::{Arena, Side},
    browser,
    contestant::Contestant,
    lists::{self, List},
};
use crate::{exec, project::Project, stamp, tools};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const REQUIREMENTS: &str = "tests/bench/requirements.txt";
/// What makes the rows and the forests; they are made again when it changes.
const MAKERS: [&str; 3] = [REQUIREMENTS, "tests/bench/forest.py", "tests/bench/make.py"];

/// What the contests are held on.
pub(super) struct Setup {
    folder: PathBuf,
    /// The folder of the golden set whose encoder and model are used.
    golden: PathBuf,
    lists: Vec<List>,
    has_rows: bool,
}

impl Setup {
    /// The golden set's encoder, as exported.
    pub(super) fn encoder(&self) -> PathBuf {
        self.golden.join("encoder.json")
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }

    /// Whether there are rows and forests, which Python makes.
    pub(super) fn has_rows(&self) -> bool {
        self.has_rows
    }
}

/// Makes everything and starts those who take part.
pub(super) fn start(project: &Project, with_browser: bool) -> Result<(Setup, Arena)> {
    let golden = golden(project);
    let folder = folder(project, &golden)?;
    let python = tools::environment(project, "bench/python", REQUIREMENTS);
    if let Ok(python) = &python {
        make(project, python, &folder, &golden)?;
    }
    let mut setup = Setup { has_rows: python.is_ok(), lists: lists::make(&folder, &golden)?, folder, golden };
    let mut native = Contestant::start(Command::new(program(project)?).arg(&setup.folder))?;
    native.ask(&json!({ "task": "pack", "encoder": setup.encoder() }))?;
    for list in &mut setup.lists {
        list.count(&native.ask(&json!({ "task": "census", "list": list.file }))?)?;
    }
    let mut arena = Arena::new();
    arena.add(Side::Native, Ok(native));
    let peers = |python| {
        Contestant::start(
            project.command(python).args(["-B", "-W", "ignore", "tests/bench/peers.py"]).arg(&setup.folder),
        )
    };
    arena.add(Side::Python, python.and_then(peers));
    if with_browser {
        arena.add(Side::Browser, browser::start(project, &setup.folder));
    }
    Ok((setup, arena))
}

/// The benchmark's folder, with the golden model in it.
fn folder(project: &Project, golden: &Path) -> Result<PathBuf> {
    let folder = project.target.join("bench");
    fs::create_dir_all(folder.join("models/adopted"))?;
    fs::copy(golden.join("model.onnx"), folder.join("models/adopted/model.onnx")).context("no golden model")?;
    Ok(folder)
}

/// The folder with forests over the features of a golden set, each as ONNX and as XGBoost writes it.
pub(super) fn forests(project: &Project, golden: &Path) -> Result<PathBuf> {
    let folder = folder(project, golden)?;
    make(project, &tools::environment(project, "bench/python", REQUIREMENTS)?, &folder, golden)?;
    Ok(folder)
}

/// The real golden set where the shared data is, else the synthetic one.
pub(super) fn golden(project: &Project) -> PathBuf {
    let real = project.shared.join("original_parity");
    if real.join("model.onnx").is_file() {
        return real;
    }
    println!("!! NO SHARED TEST DATA at {}: the synthetic model and made-up leads alone !!", project.shared.display());
    project.root.join("tests/fixtures/parity")
}

/// Rows and forests, where they are not already made by the same scripts of the same set.
fn make(project: &Project, python: &Path, folder: &Path, golden: &Path) -> Result<()> {
    let set = ["encoder.json", "model.onnx", "xgboost_model.json"].map(|file| golden.join(file));
    let inputs: Vec<PathBuf> = MAKERS.iter().map(PathBuf::from).chain(set).collect();
    let (record, hash) = (folder.join("made.stamp"), stamp::of(&project.root, &inputs)?);
    if stamp::matches(&record, &hash) {
        return Ok(());
    }
    println!("making rows and forests in {}: about a minute", folder.display());
    exec::run(project.command(python).args(["-B", "-W", "ignore", "tests/bench/make.py"]).args([folder, golden]))?;
    stamp::write(&record, &hash)
}

/// Leadlight's own side, built as the binary is released.
fn program(project: &Project) -> Result<PathBuf> {
    let what = "--locked --package scorer --features native --bench scoring";
    // First for the eyes, then for the path of what was built, which only the machine's form of the messages tells.
    exec::run(&mut project.cargo(&format!("bench {what} --no-run")))?;
    let messages = exec::output(&mut project.cargo(&format!("bench {what} --no-run --message-format json")))?;
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // The binary of the package is built beside it.
    let mut benchmarks = built.filter(|message| message["target"]["name"] == "scoring");
    let program = benchmarks.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.context("cargo built no benchmark")
}
