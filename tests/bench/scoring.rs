//! Leadlight's native side of the benchmark, on one thread. Argument: the benchmark's folder. Reads tasks from standard input,
//! one JSON object a line; each response is a line with the seconds of one run and the mean probability.

// A panic ends a benchmark that cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod forest_json;
mod work;

use mimalloc::MiMalloc;
use scorer::cli::import_legacy_encoder;
use scorer::insight::card::Card;
use scorer::insight::grade::Grades;
use scorer::lead::Value as Cell;
use scorer::lead::schema::Schema;
use scorer::model::onnx;
use scorer::pipeline::{ModelParts, pack};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use work::Work;

/// Allocator of the binary, without its settings.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Shorter runs are repeated up to this time, so that the resolution of the clock does not count.
const SECONDS: f64 = 0.2;
const REPEATS_MAX: f64 = 10_000.0;

fn main() {
    let folder = PathBuf::from(std::env::args().skip(1).find(|argument| argument != "--bench").expect("a folder"));
    let mut opened = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let task: Value = serde_json::from_str(&line).unwrap();
        let response = match text(&task, "task") {
            "pack" => pack_models(&folder, &task),
            "statistics" => statistics(&fs::read(folder.join(text(&task, "list"))).unwrap()),
            _ => match opened.entry(line.clone()).or_insert_with(|| open(&folder, &task).map(with_mean)) {
                Some((work, mean)) => {
                    json!({ "seconds": seconds_of(work), "mean": mean, "version": env!("CARGO_PKG_VERSION") })
                }
                None => json!({ "error": "this machine lacks these instructions" }),
            },
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{response}").and_then(|()| out.flush()).unwrap();
    }
}

fn text<'t>(task: &'t Value, name: &str) -> &'t str {
    task[name].as_str().unwrap_or_else(|| panic!("the task has no {name}: {task}"))
}

/// Seconds of one run, after a warm-up run.
fn seconds_of(work: &mut Work) -> f64 {
    let seconds = |work: &mut Work, runs: u32| {
        let start = Instant::now();
        (0..runs).for_each(|_| work.run());
        start.elapsed().as_secs_f64() / f64::from(runs)
    };
    let once = seconds(work, 1);
    seconds(work, (SECONDS / once).clamp(1.0, REPEATS_MAX) as u32)
}

fn with_mean(mut work: Work) -> (Work, Option<f64>) {
    let mean = work.mean();
    (work, mean)
}

/// Opens the work of a task; `None` for instructions that this machine lacks.
fn open(folder: &Path, task: &Value) -> Option<Work> {
    let models = folder.join("models").join(text(task, "model"));
    let model = || fs::read(models.join("packed.onnx")).unwrap();
    let list = || fs::read(folder.join(text(task, "list"))).unwrap();
    match text(task, "task") {
        "kernel" => {
            let (rows, width) = rows(folder, task);
            let level = task["level"].as_u64().map(|level| level as usize);
            Work::kernel(&fs::read_to_string(models.join("forest.json")).unwrap(), rows, width, level)
        }
        "graph" => {
            let (rows, width) = rows(folder, task);
            Some(Work::graph(&model(), rows, width))
        }
        "encode" => Some(Work::encode(&model(), &list())),
        "csv" => Some(Work::csv(&model(), list())),
        "line" => Some(Work::line(&model(), list())),
        other => panic!("there is no task {other}"),
    }
}

/// First rows of the benchmark's matrix, and their width.
fn rows(folder: &Path, task: &Value) -> (Vec<f32>, usize) {
    let shape: Value = serde_json::from_slice(&fs::read(folder.join("rows.json")).unwrap()).unwrap();
    let (width, count) = (shape["width"].as_u64().unwrap() as usize, task["rows"].as_u64().unwrap() as usize);
    let bytes = fs::read(folder.join("rows.f32")).unwrap();
    let values = bytes.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap()));
    (values.take(count * width).collect(), width)
}

/// Packs the graphs of all model folders into model files with the same encoder.
fn pack_models(folder: &Path, task: &Value) -> Value {
    let export = fs::read(text(task, "encoder")).unwrap();
    let folders = fs::read_dir(folder.join("models")).unwrap().map(|entry| entry.unwrap().path());
    let mut names = Vec::new();
    for models in folders.filter(|path| path.join("model.onnx").is_file()) {
        let graph = fs::read(models.join("model.onnx")).unwrap();
        let input = onnx::inputs(&graph).unwrap().remove(0).name;
        let parts = ModelParts {
            encoder: import_legacy_encoder::specification(&export, &input).unwrap(),
            card: Card { name: "benchmark".into(), version: "1".into(), ..Card::default() },
            grades: Grades::default(),
            profile: None,
            output: None,
        };
        fs::write(models.join("packed.onnx"), pack(&graph, parts).unwrap()).unwrap();
        names.push(models.file_name().unwrap().to_string_lossy().into_owned());
    }
    json!({ "packed": names })
}

/// Rows and bytes of a list, and the levels of the many-level field that has fewest.
fn statistics(list: &[u8]) -> Value {
    let schema = Schema::leads();
    let leads = work::leads(&schema, list);
    let levels = |field: &&str| {
        let place = schema.position(field).unwrap();
        let texts = leads.iter().filter_map(|lead| match lead.value(place) {
            Cell::Text(text) => Some(text),
            _ => None,
        });
        texts.collect::<HashSet<_>>().len()
    };
    let many = ["llm_industry", "industry", "companyindustry", "languages", "location", "companylocation"];
    json!({ "rows": leads.len(), "bytes": list.len(), "levels_min": many.iter().map(levels).min() })
}
