//! Report of the section: tables and notes.

use super::super::{machine, table};
use super::measurements::{BatchTimings, FEW, Interval, MANY, MemorySeries, PageTiming, Run, SingleTiming};
use super::services::BATCH;
use super::targets;
use crate::project::Project;

/// Rows of the memory table, at most.
const INTERVALS_MAX: usize = 12;

const OPENING: &str = "\
## The service compared with the one that it replaces

Written by `cargo xtask bench api --write`; all figures are of one run. The baseline (`tests/bench/api/original`) is the
replaced service rewritten from its contract: FastAPI, pandas, XGBoost and SQLAlchemy, one uvicorn worker. Both have the
same model, both log every prediction with its input and every call, and a response of ours counts only when its row is in
the log. They take turns, round after round; the load generator runs on the same machine and checks every response.
Batches start after a pause of three seconds, in which earlier writes reach the disk. A baseline slower than the replaced
service by more than 20 % makes the run void.
";

/// The whole report of a run.
pub(super) fn report(project: &Project, run: &Run, on_postgres: bool) -> String {
    let machine: String = machine::describe(project).iter().map(|line| format!("- {line}\n")).collect();
    let list = format!(
        "- logged in {}\n- {} made-up leads, {} bytes each on average as JSON, {} levels or more in each many-level field\n",
        if on_postgres { "PostgreSQL" } else { "SQLite" },
        run.list.leads,
        run.list.bytes_per_lead,
        run.list.levels_min
    );
    let batches = batches(&run.comparison.ours.batches, &run.comparison.baseline.batches);
    let (singles, memory, pages) = (singles(run), memory(&run.memory), pages(&run.pages));
    let targets = table::table(&["target", "limit", "measured", ""], &targets::rows(run));
    format!("{OPENING}\n{machine}{list}\n{singles}\n{batches}\n{memory}\n{pages}{targets}")
}

fn singles(run: &Run) -> String {
    let (ours, baseline) = (&run.comparison.ours, &run.comparison.baseline);
    let rows = [
        single(format!("Leadlight, {FEW} connections"), &ours.few, &baseline.few),
        single(format!("baseline, {FEW} connections"), &baseline.few, &baseline.few),
        single(format!("Leadlight, {MANY} connections"), &ours.many, &baseline.many),
        single(format!("baseline, {MANY} connections"), &baseline.many, &baseline.many),
        single("Leadlight at half load".to_owned(), &[run.comparison.half], &[]),
    ];
    let table = table::table(&["single predictions", "per second", "p50", "p99", "p99.9", "ratio"], &rows);
    format!("{table}\nAt half load requests are due at constant intervals, and latency counts from the due time.\n")
}

fn single(label: String, rounds: &[SingleTiming], baseline: &[SingleTiming]) -> Vec<String> {
    let figures = SingleTiming::median(rounds);
    let millis = |millis: f64| table::seconds(millis / 1e3);
    let ratio = || table::ratio(figures.per_second / SingleTiming::median(baseline).per_second);
    let ratio = if baseline.is_empty() { "-".to_owned() } else { ratio() };
    let per_second = format!("{:.1}", figures.per_second);
    vec![label, per_second, millis(figures.p50_ms), millis(figures.p99_ms), millis(figures.p99_9_ms), ratio]
}

fn batches(ours: &BatchTimings, baseline: &BatchTimings) -> String {
    let row = |label: &str, timings: &BatchTimings| {
        vec![label.to_owned(), table::seconds(timings.median()), table::ratio(baseline.median() / timings.median())]
    };
    let mut parts: Vec<(&String, &f64)> = ours.parts.iter().collect();
    parts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let part = |(name, millis): (&String, &f64)| {
        vec![format!("of ours: {name}"), table::seconds(millis / 1e3), "-".to_owned()]
    };
    let mut rows = vec![row("Leadlight", ours)];
    rows.extend(parts.into_iter().map(part));
    rows.push(row("baseline", baseline));
    let title = format!("a batch of {BATCH} leads of {} bytes each", ours.bytes_per_lead);
    table::table(&[&title, "seconds", "ratio"], &rows)
}

/// A table of intervals, evenly spaced, with the last one.
fn memory(series: &MemorySeries) -> String {
    let step = series.intervals.len().div_ceil(INTERVALS_MAX).max(1);
    let megabytes = |bytes: f64| format!("{:.0} MiB", bytes / f64::from(1 << 20));
    let row = |interval: &Interval| {
        let (minute, p99) = (format!("{:.1}", interval.minute), table::seconds(interval.p99_ms / 1e3));
        vec![minute, megabytes(interval.memory.median), megabytes(interval.memory.max), p99]
    };
    let mut rows: Vec<Vec<String>> = series.intervals.iter().rev().step_by(step).map(row).collect();
    rows.reverse();
    let table = table::table(&["minute", "resident, median", "resident, max", "p99"], &rows);
    format!("{table}\nAt half load with a batch every few seconds: {} predictions in all.\n", series.predictions)
}

/// Empty where no page was timed.
fn pages(timings: &[PageTiming]) -> String {
    let row = |page: &PageTiming| {
        let (first, others) = (table::seconds(page.first_seconds), table::seconds(page.seconds));
        vec![page.path.to_owned(), format!("{} KiB", page.bytes >> 10), first, others]
    };
    let Some(rows) = timings.first().map(|page| page.rows) else { return String::new() };
    let table = table::table(&["page", "size", "first", "median"], &timings.iter().map(row).collect::<Vec<_>>());
    format!("{table}\nWith at least {rows} predictions in the log.\n\n")
}
