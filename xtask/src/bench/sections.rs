//! What is timed against what: the sections of the benchmark and their contests. Knows the tasks' form; neither programs
//! nor clocks.

use super::{
    arena::Side,
    contest::{Contest, Entry},
    setup::Setup,
};
use serde_json::{Value, json};

/// The model of the golden set, and the large one; the folders that tests/bench/make.py writes.
const ADOPTED: &str = "adopted";
const LARGE: &str = "trees-500";
const ROWS: u32 = 100_000;
const ROUNDS: usize = 5;
/// How many rows and trees the tables of growth go through, and how deep trees are.
const GROWTH_ROUNDS: usize = 3;
const GROWTH_ROWS: [u32; 5] = [1, 100, 1_000, 10_000, 100_000];
const GROWTH_MODELS_ROWS: u32 = 10_000;
const TREES: [&str; 5] = ["trees-50", "trees-100", "trees-200", "trees-500", "trees-1000"];
const DEPTHS: [&str; 5] = ["depth-2", "depth-4", "depth-6", "depth-8", "depth-10"];

/// One part of the benchmark.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) needs_browser: bool,
    /// One table for all contests, a line each, instead of a table for each.
    pub(super) is_series: bool,
    pub(super) contests: fn(&Setup) -> Vec<Contest>,
}

pub(super) const SECTIONS: [Section; 5] = [
    Section {
        name: "kernel",
        title: "The trees alone: rows of features to sums of leaves",
        needs_browser: false,
        is_series: false,
        contests: |setup| for_models(setup, kernels_and_levels),
    },
    Section {
        name: "graph",
        title: "The opened model: rows of features to probabilities",
        needs_browser: false,
        is_series: false,
        contests: |setup| for_models(setup, graphs),
    },
    Section {
        name: "line",
        title: "The whole line: the bytes of a CSV file to the ranked list",
        needs_browser: false,
        is_series: false,
        contests: |setup| for_lists(setup, Side::Native),
    },
    Section {
        name: "browser",
        title: "In a worker of headless Chromium",
        needs_browser: true,
        is_series: false,
        contests: |setup| {
            let forests = for_models(setup, in_browser);
            forests.into_iter().chain(for_lists(setup, Side::Browser)).collect()
        },
    },
    Section {
        name: "growth",
        title: "How the cost grows",
        needs_browser: false,
        is_series: true,
        contests: |setup| if setup.has_rows() { growth() } else { Vec::new() },
    },
];

/// Many rows and a single one, for both models; nothing where Python could not make the rows.
fn for_models(setup: &Setup, entries: impl Fn(&'static str, u32) -> Vec<Entry>) -> Vec<Contest> {
    if !setup.has_rows() {
        return Vec::new();
    }
    let cases = [(ADOPTED, ROWS), (LARGE, ROWS), (ADOPTED, 1), (LARGE, 1)];
    let contest = |(model, rows)| Contest {
        title: format!("{}, {}", described(model), counted(rows)),
        rounds: ROUNDS,
        entries: entries(model, rows),
    };
    cases.map(contest).into()
}

fn described(model: &str) -> &'static str {
    if model == ADOPTED { "the adopted model" } else { "500 trees of depth 6" }
}

fn counted(rows: u32) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn of_model(task: &str, model: &str, rows: u32) -> Value {
    json!({ "task": task, "model": model, "rows": rows })
}

/// The kernel with the instructions of a level, counted from the plainest that the target has.
fn at_level(level: u32, model: &str, rows: u32) -> Value {
    json!({ "task": "kernel", "model": model, "rows": rows, "level": level })
}

fn kernels(model: &str, rows: u32) -> Vec<Entry> {
    let python = |name, way, task| Entry { name, way, side: Side::Python, task: of_model(task, model, rows) };
    vec![
        Entry { name: "Leadlight's kernel", way: "", side: Side::Native, task: of_model("kernel", model, rows) },
        python("XGBoost", "inplace_predict", "xgboost"),
        python("XGBoost", "predict, its DMatrix made beforehand", "xgboost-matrix"),
        python("YDF", "its fastest engine, rows in its form beforehand", "ydf"),
    ]
}

fn kernels_and_levels(model: &str, rows: u32) -> Vec<Entry> {
    let level = |name, level| Entry { name, way: "", side: Side::Native, task: at_level(level, model, rows) };
    let mut entries = kernels(model, rows);
    // The levels of x86-64; a machine that has no such level says so.
    entries.extend([level("the kernel with AVX2 at most", 1), level("the kernel without AVX2", 0)]);
    entries
}

fn graphs(model: &str, rows: u32) -> Vec<Entry> {
    vec![
        Entry { name: "Leadlight's opened model", way: "", side: Side::Native, task: of_model("graph", model, rows) },
        Entry { name: "onnxruntime", way: "", side: Side::Python, task: of_model("onnxruntime", model, rows) },
    ]
}

fn in_browser(model: &str, rows: u32) -> Vec<Entry> {
    let entry = |name, side, task| Entry { name, way: "", side, task: of_model(task, model, rows) };
    vec![
        entry("Leadlight's opened model", Side::Browser, "graph"),
        entry("Leadlight's kernel", Side::Browser, "kernel"),
        Entry { task: at_level(0, model, rows), ..entry("Leadlight's kernel without SIMD", Side::Browser, "kernel") },
        entry("onnxruntime-web", Side::Browser, "onnxruntime-web"),
        entry("Leadlight's opened model, natively", Side::Native, "graph"),
    ]
}

/// The lists, each with the model of the golden set.
fn for_lists(setup: &Setup, side: Side) -> Vec<Contest> {
    let encoder = setup.encoder();
    let task = |task: &str, file: &str| json!({ "task": task, "model": ADOPTED, "list": file, "encoder": encoder });
    let contest = |list: &super::lists::List| {
        let ours = |name, side, what| Entry { name, way: "", side, task: task(what, list.file) };
        let parts = [("of which reading", "csv"), ("of which encoding", "encode")];
        let mut entries = vec![ours("Leadlight's line", side, "line")];
        entries.extend(parts.map(|(name, what)| ours(name, side, what)));
        if side == Side::Browser {
            entries.push(ours("Leadlight's line, natively", Side::Native, "line"));
        }
        let (name, way) = ("the replaced system's line", "pandas and XGBoost, natively");
        entries.push(Entry { name, way, side: Side::Python, task: task("original", list.file) });
        Contest { title: list.to_string(), rounds: ROUNDS, entries }
    };
    setup.lists().iter().map(contest).collect()
}

fn growth() -> Vec<Contest> {
    let of_rows = GROWTH_ROWS.map(|rows| grown(format!("500 trees of depth 6, {}", counted(rows)), LARGE, rows));
    let of_models = TREES.into_iter().chain(DEPTHS).map(|model| {
        let what = model.replace("trees-", "trees of depth 6: ").replace("depth-", "200 trees of depth ");
        grown(format!("{what}, {}", counted(GROWTH_MODELS_ROWS)), model, GROWTH_MODELS_ROWS)
    });
    of_rows.into_iter().chain(of_models).collect()
}

fn grown(title: String, model: &str, rows: u32) -> Contest {
    let entries = kernels(model, rows).into_iter().chain(graphs(model, rows)).collect();
    Contest { title, rounds: GROWTH_ROUNDS, entries }
}
