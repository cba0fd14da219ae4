//! The section as text: tables and what is to be known about them. Knows words; measures nothing.

use super::super::{machine, table};
use super::figures::{Batches, FEW, Look, MANY, Moment, Run, Single, Watch};
use super::services::BATCH;
use super::verdict;
use crate::project::Project;

/// The cells of a line.
pub(super) type Row = Vec<String>;

const OPENING: &str = "\
## The service beside the one that it replaces

Made by `cargo xtask bench api --write`; every figure is of one run of it. The stand-in (`tests/bench/api/original`) is the
replaced service written anew from its contract: FastAPI, pandas, XGBoost and SQLAlchemy, one uvicorn worker. Both have the
same model, both record every prediction with its input and every call, and an answer of ours counts as given only
when its row is in the log. They take turns, round after round; the load runs on the same machine and checks every answer.
Before batches nobody is asked for three seconds, so that what was written before is on the disk.
A stand-in slower than the replaced service by more than 20 % makes the run void.
";

/// Everything about a run.
pub(super) fn report(project: &Project, run: &Run, on_postgres: bool) -> String {
    let machine: String = machine::described(project).iter().map(|line| format!("- {line}\n")).collect();
    let list = format!(
        "- recorded in {}\n- {} made-up leads, {} bytes each on average as JSON, {} levels or more in each many-level field\n",
        if on_postgres { "PostgreSQL" } else { "SQLite" },
        run.list.leads,
        run.list.bytes_a_lead,
        run.list.levels_least
    );
    let watch = memory(&run.watch);
    let targets = table::table(&["target", "asked", "measured", ""], &verdict::targets(run));
    let (ours, theirs) = (&run.contest.ours, &run.contest.stand_in);
    let (singles, page) = (singles(run), page(&run.page));
    let (asked, long) = (batches(&ours.batches, &theirs.batches), batches(&ours.long, &theirs.long));
    format!("{OPENING}\n{machine}{list}\n{singles}\n{asked}\n{long}\n{watch}\n{page}{targets}")
}

fn singles(run: &Run) -> String {
    let (ours, theirs) = (&run.contest.ours, &run.contest.stand_in);
    let rows = [
        single(format!("Leadlight, {FEW} connections"), &ours.few, &theirs.few),
        single(format!("the stand-in, {FEW} connections"), &theirs.few, &theirs.few),
        single(format!("Leadlight, {MANY} connections"), &ours.many, &theirs.many),
        single(format!("the stand-in, {MANY} connections"), &theirs.many, &theirs.many),
        single("Leadlight at half of its most".to_owned(), &[run.contest.half], &[]),
    ];
    let table =
        table::table(&["single predictions", "a second", "half within", "99 % within", "99.9 %", "ratio"], &rows);
    format!("{table}\nAt half load requests are due at even steps, and a time counts from when its request was due.\n")
}

fn single(what: String, rounds: &[Single], first: &[Single]) -> Row {
    let figures = Single::median(rounds);
    let millis = |millis: f64| table::seconds(millis / 1e3);
    let ratio = || table::ratio(figures.per_second / Single::median(first).per_second);
    let ratio = if first.is_empty() { "-".to_owned() } else { ratio() };
    let per_second = format!("{:.1}", figures.per_second);
    vec![what, per_second, millis(figures.p50_ms), millis(figures.p99_ms), millis(figures.p99_9_ms), ratio]
}

fn batches(ours: &Batches, theirs: &Batches) -> String {
    let row = |what: &str, batches: &Batches| {
        vec![what.to_owned(), table::seconds(batches.median()), table::ratio(theirs.median() / batches.median())]
    };
    let mut rows = vec![row("Leadlight", ours), row("the stand-in", theirs)];
    // As the service tells them, in no order of its own: what took longest first.
    let mut parts: Vec<(&String, &f64)> = ours.parts.iter().collect();
    parts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let part = |(name, millis): (&String, &f64)| {
        vec![format!("of ours: {name}"), table::seconds(millis / 1e3), "-".to_owned()]
    };
    rows.splice(1..1, parts.into_iter().map(part));
    let what = format!("a batch of {BATCH} leads of {} bytes each", ours.bytes_a_lead);
    table::table(&[&what, "seconds", "ratio"], &rows)
}

/// At most a dozen moments of it.
fn memory(watch: &Watch) -> String {
    let step = watch.moments.len().div_ceil(12).max(1);
    let megabytes = |bytes: f64| format!("{:.0} MiB", bytes / f64::from(1 << 20));
    let row = |moment: &Moment| {
        let (minute, p99) = (format!("{:.1}", moment.minute), table::seconds(moment.p99_ms / 1e3));
        vec![minute, megabytes(moment.memory.median), megabytes(moment.memory.most), p99]
    };
    let rows: Vec<Row> = watch.moments.iter().rev().step_by(step).map(row).collect();
    let rows: Vec<Row> = rows.into_iter().rev().collect();
    let table = table::table(&["minute", "resident half of the time", "at most", "99 % within"], &rows);
    format!("{table}\nAt half load with a batch every few seconds: {} predictions in all.\n", watch.answers)
}

/// Nothing where no page was looked at.
fn page(looks: &[Look]) -> String {
    let row = |look: &Look| {
        let (first, others) = (table::seconds(look.first_seconds), table::seconds(look.seconds));
        vec![look.path.to_owned(), format!("{} KiB", look.bytes >> 10), first, others]
    };
    let Some(rows) = looks.first().map(|look| look.rows) else { return String::new() };
    let table = table::table(&["page", "size", "first time", "then"], &looks.iter().map(row).collect::<Vec<_>>());
    format!("{table}\nWith {rows} predictions and more in the log.\n\n")
}
