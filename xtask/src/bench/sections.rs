//! Sections of the benchmark, their comparisons and tasks.

use super::{
    comparison::{Comparison, Entry},
    peers::Side,
    setup::Setup,
};
use serde_json::{Value, json};

/// Model folders that tests/bench/make.py writes: the golden set's model, the large one.
const ADOPTED: &str = "adopted";
const LARGE: &str = "trees-500";
const ROWS: u32 = 100_000;
const ROUNDS: usize = 5;
/// Rows, numbers of trees and depths of the section `growth`.
const GROWTH_ROUNDS: usize = 3;
const GROWTH_ROWS: [u32; 5] = [1, 100, 1_000, 10_000, 100_000];
const GROWTH_MODELS_ROWS: u32 = 10_000;
const TREES: [&str; 5] = ["trees-50", "trees-100", "trees-200", "trees-500", "trees-1000"];
const DEPTHS: [&str; 5] = ["depth-2", "depth-4", "depth-6", "depth-8", "depth-10"];

/// A part of the benchmark.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) needs_browser: bool,
    /// True for one table with a row for each comparison, instead of a table for each.
    pub(super) is_series: bool,
    pub(super) comparisons: fn(&Setup) -> Vec<Comparison>,
}

pub(super) const SECTIONS: [Section; 5] = [
    Section {
        name: "kernel",
        title: "The trees alone: rows of features to sums of leaves",
        needs_browser: false,
        is_series: false,
        comparisons: |setup| for_models(setup, kernels_and_levels),
    },
    Section {
        name: "graph",
        title: "The opened model: rows of features to probabilities",
        needs_browser: false,
        is_series: false,
        comparisons: |setup| for_models(setup, graphs),
    },
    Section {
        name: "line",
        title: "The whole pipeline: the bytes of a CSV file to the ranked list",
        needs_browser: false,
        is_series: false,
        comparisons: |setup| for_lists(setup, Side::Native),
    },
    Section {
        name: "browser",
        title: "In a worker of headless Chromium",
        needs_browser: true,
        is_series: false,
        comparisons: |setup| {
            let forests = for_models(setup, in_browser);
            forests.into_iter().chain(for_lists(setup, Side::Browser)).collect()
        },
    },
    Section {
        name: "growth",
        title: "How the cost grows",
        needs_browser: false,
        is_series: true,
        comparisons: |setup| if setup.has_rows() { growth() } else { Vec::new() },
    },
];

/// Many rows and a single one, for both models; none where Python could not generate the rows.
fn for_models(setup: &Setup, entries: impl Fn(&'static str, u32) -> Vec<Entry>) -> Vec<Comparison> {
    if !setup.has_rows() {
        return Vec::new();
    }
    let cases = [(ADOPTED, ROWS), (LARGE, ROWS), (ADOPTED, 1), (LARGE, 1)];
    let comparison = |(model, rows)| Comparison {
        title: format!("{}, {}", model_title(model), rows_title(rows)),
        rounds: ROUNDS,
        entries: entries(model, rows),
    };
    cases.map(comparison).into()
}

fn model_title(model: &str) -> &'static str {
    if model == ADOPTED { "the adopted model" } else { "500 trees of depth 6" }
}

fn rows_title(rows: u32) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn model_task(task: &str, model: &str, rows: u32) -> Value {
    json!({ "task": task, "model": model, "rows": rows })
}

/// Task of the kernel with the instructions of a level, counted from the baseline of the target.
fn level_task(level: u32, model: &str, rows: u32) -> Value {
    json!({ "task": "kernel", "model": model, "rows": rows, "level": level })
}

fn kernels(model: &str, rows: u32) -> Vec<Entry> {
    let python = |name, variant, task| Entry { name, variant, side: Side::Python, task: model_task(task, model, rows) };
    vec![
        Entry { name: "Leadlight's kernel", variant: "", side: Side::Native, task: model_task("kernel", model, rows) },
        python("XGBoost", "inplace_predict", "xgboost"),
        python("XGBoost", "predict, its DMatrix built beforehand", "xgboost-matrix"),
        python("YDF", "its fastest engine, rows converted beforehand", "ydf"),
    ]
}

fn kernels_and_levels(model: &str, rows: u32) -> Vec<Entry> {
    let level = |name, level| Entry { name, variant: "", side: Side::Native, task: level_task(level, model, rows) };
    let mut entries = kernels(model, rows);
    // The levels of x86-64; a machine without such a level responds with an error.
    entries.extend([level("the kernel with AVX2 at most", 1), level("the kernel without AVX2", 0)]);
    entries
}

fn graphs(model: &str, rows: u32) -> Vec<Entry> {
    vec![
        Entry {
            name: "Leadlight's opened model",
            variant: "",
            side: Side::Native,
            task: model_task("graph", model, rows),
        },
        Entry { name: "onnxruntime", variant: "", side: Side::Python, task: model_task("onnxruntime", model, rows) },
    ]
}

fn in_browser(model: &str, rows: u32) -> Vec<Entry> {
    let entry = |name, side, task| Entry { name, variant: "", side, task: model_task(task, model, rows) };
    vec![
        entry("Leadlight's opened model", Side::Browser, "graph"),
        entry("Leadlight's kernel", Side::Browser, "kernel"),
        Entry { task: level_task(0, model, rows), ..entry("Leadlight's kernel without SIMD", Side::Browser, "kernel") },
        entry("onnxruntime-web", Side::Browser, "onnxruntime-web"),
        entry("Leadlight's opened model, natively", Side::Native, "graph"),
    ]
}

/// A comparison for each list, with the model of the golden set.
fn for_lists(setup: &Setup, side: Side) -> Vec<Comparison> {
    let encoder = setup.encoder();
    let task = |task: &str, file: &str| json!({ "task": task, "model": ADOPTED, "list": file, "encoder": encoder });
    let comparison = |list: &super::lists::List| {
        let ours = |name, side, part| Entry { name, variant: "", side, task: task(part, list.file) };
        let parts = [("of which reading", "csv"), ("of which encoding", "encode")];
        let mut entries = vec![ours("Leadlight's pipeline", side, "line")];
        entries.extend(parts.map(|(name, part)| ours(name, side, part)));
        if side == Side::Browser {
            entries.push(ours("Leadlight's pipeline, natively", Side::Native, "line"));
        }
        let (name, variant) = ("the replaced system's pipeline", "pandas and XGBoost, natively");
        entries.push(Entry { name, variant, side: Side::Python, task: task("original", list.file) });
        Comparison { title: list.to_string(), rounds: ROUNDS, entries }
    };
    setup.lists().iter().map(comparison).collect()
}

fn growth() -> Vec<Comparison> {
    let by_rows =
        GROWTH_ROWS.map(|rows| growth_comparison(format!("500 trees of depth 6, {}", rows_title(rows)), LARGE, rows));
    let by_models = TREES.into_iter().chain(DEPTHS).map(|model| {
        let title = model.replace("trees-", "trees of depth 6: ").replace("depth-", "200 trees of depth ");
        growth_comparison(format!("{title}, {}", rows_title(GROWTH_MODELS_ROWS)), model, GROWTH_MODELS_ROWS)
    });
    by_rows.into_iter().chain(by_models).collect()
}

fn growth_comparison(title: String, model: &str, rows: u32) -> Comparison {
    let entries = kernels(model, rows).into_iter().chain(graphs(model, rows)).collect();
    Comparison { title, rounds: GROWTH_ROUNDS, entries }
}
