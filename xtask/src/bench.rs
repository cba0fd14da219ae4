//! `cargo xtask bench`: how fast scoring is beside a named peer, in one run on one machine. Knows which models and lists
//! are timed; what is timed is the benchmark's.

use crate::{exec, project::Project, sample, tools};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{fs, path::Path};

/// How many leads the list has.
const ROWS: &str = "20000";

/// Rounds of ours and theirs in turn; the machine's moods fall on both.
const ROUNDS: usize = 3;

pub(crate) fn run(project: &Project) -> Result<()> {
    let python = tools::python(project)?;
    let folder = project.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let list = folder.join("leads.csv");
    sample::run(&["--rows".to_owned(), ROWS.to_owned(), "-o".to_owned(), list.display().to_string()])?;
    exec::run(&mut project.cargo("build --locked --release --package scorer --features native --bin leadlight"))?;
    exec::run(&mut project.cargo("bench --locked --package scorer --features native --bench scoring --no-run"))?;
    let adopted = folder.join("adopted.onnx");
    let set = "tests/fixtures/parity";
    let mut pack = project.command(project.target.join("release/leadlight"));
    pack.args(["pack", &format!("{set}/model.onnx"), "--encoder", &format!("{set}/encoder.json"), "-o"]).arg(&adopted);
    exec::run(&mut pack)?;
    for model in [project.root.join("models/linkedin-engagement.onnx"), adopted] {
        compare(project, &python, &list, &model, &folder.join("features.f32"))?;
    }
    Ok(())
}

fn compare(project: &Project, python: &Path, list: &Path, model: &Path, features: &Path) -> Result<()> {
    let (mut ratios, mut last) = (Vec::new(), (Value::Null, Value::Null));
    for _ in 0..ROUNDS {
        let mut bench = project.cargo("bench --locked --quiet --package scorer --features native --bench scoring --");
        let ours: Value = serde_json::from_str(&exec::output(bench.arg(list).arg(model).arg(features))?)?;
        let mut peer = project.command(python);
        peer.arg("tests/bench/peers.py").arg(model).arg(features).arg(ours["width"].to_string());
        let theirs: Value = serde_json::from_str(&exec::output(&mut peer)?)?;
        ratios.push(seconds(&theirs, "graph_seconds")? / seconds(&ours, "graph_seconds")?);
        last = (ours, theirs);
    }
    ratios.sort_by(f64::total_cmp);
    let (ours, theirs) = &last;
    println!("\n{} ({} leads, {} features, one thread)", model.display(), ours["rows"], ours["width"]);
    println!("  graph: {:.1} times as fast as onnxruntime {}", ratios[ROUNDS / 2], theirs["version"]);
    for (what, name) in
        [("graph_seconds", "graph"), ("encode_seconds", "encoding"), ("list_seconds", "CSV to ranked list")]
    {
        println!("  {name}: {:.4} s", seconds(ours, what)?);
    }
    println!("  onnxruntime's graph: {:.4} s", seconds(theirs, "graph_seconds")?);
    Ok(())
}

fn seconds(report: &Value, name: &str) -> Result<f64> {
    report[name].as_f64().with_context(|| format!("the report has no {name}"))
}
