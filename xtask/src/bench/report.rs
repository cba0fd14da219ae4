//! What is printed and written of a run. All numbers come from the run that is reported.

use super::{
    Done, api,
    arena::{Arena, Side},
    contest::{Outcome, Place},
    machine, table,
};
use crate::project::Project;
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;

const FILE: &str = "docs/BENCHMARKS.md";

const OPENING: &str = "\
# Benchmarks

Made by `cargo xtask bench --write`; every figure below is of one run of it. To repeat it, run `cargo xtask bench` on a
machine that does nothing else: it installs the peers into the target folder, makes its models, rows and lists from fixed
seeds, and takes about ten minutes once everything is built. `cargo xtask bench kernel` runs one section.

Everybody works on one thread and takes turns, round after round. Seconds are the median of the rounds, and a ratio is
the median of how many times as long as the first line a line took in the same round: above 1, the first line is faster.
Whoever comes to another mean probability than the first line is refused, so that all do the same work.
";

const CLOSING: &str = "\
## What is timed

- The adopted model is that of the replaced system, or the synthetic one where that is not at hand. The larger forests are
  fitted by XGBoost to a made-up outcome and written by onnxmltools; the rows are drawn from the ranges of the adopted
  model's encoder (`tests/bench/make.py`).
- XGBoost answers with sums; of its ways to predict the faster one counts, and the making of its matrix is not timed.
- YDF runs the same trees, by the fastest of its engines, on rows in the form of that engine; its own benchmark holds the
  clock.
- onnxruntime and onnxruntime-web run the same file as Leadlight's opened model.
- The line of the replaced system is written anew with pandas and XGBoost, each column at once
  (`tests/bench/original.py`): reading, encoding, scoring, sorting.
- Natively Leadlight has the allocator of its binary; in the browser it is built, bound and optimised as the page's worker
  is.
";

/// The tables of sections, each under its title.
pub(super) fn tables<'d>(done: impl Iterator<Item = &'d Done>) -> String {
    let of_section = |done: &Done| match done.section.is_series {
        true => format!("{}\n", series(&done.outcomes)),
        false => done.outcomes.iter().map(|outcome| format!("{}\n", single(outcome))).collect(),
    };
    done.map(|done| format!("## {}\n\n{}", done.section.title, of_section(done))).collect()
}

/// A line for each place.
fn single(outcome: &Outcome) -> String {
    let row = |place: &Place| match &place.result {
        Ok(timed) => vec![label(place), table::seconds(timed.seconds), table::ratio(timed.ratio)],
        Err(reason) => vec![format!("{}: left out, {reason}", label(place)), "-".to_owned(), "-".to_owned()],
    };
    let rows: Vec<Vec<String>> = outcome.places.iter().map(row).collect();
    table::table(&[&outcome.title, "seconds", "ratio"], &rows)
}

/// A line for each contest, a column for each name.
fn series(outcomes: &[Outcome]) -> String {
    let Some(first) = outcomes.first() else { return String::new() };
    let names = first.places.iter().map(|place| place.name);
    let header: Vec<&str> = std::iter::once("seconds").chain(names).collect();
    let cell = |place: &Place| place.result.as_ref().map_or("-".to_owned(), |timed| table::seconds(timed.seconds));
    let row = |outcome: &Outcome| {
        std::iter::once(outcome.title.clone()).chain(outcome.places.iter().map(cell)).collect::<Vec<_>>()
    };
    table::table(&header, &outcomes.iter().map(row).collect::<Vec<_>>())
}

fn label(place: &Place) -> String {
    let version = if place.version.is_empty() { String::new() } else { format!(" {}", place.version) };
    let way = if place.way.is_empty() { String::new() } else { format!(" ({})", place.way) };
    format!("{}{version}{way}", place.name)
}

/// Writes the whole run down.
pub(super) fn write(project: &Project, arena: &mut Arena, done: &[Done]) -> Result<()> {
    let mut machine = machine::described(project);
    for side in [Side::Python, Side::Browser] {
        let about = arena.ask(side, &json!({ "task": "about" })).ok();
        machine.extend(about.and_then(|about| Some(about["about"].as_str()?.to_owned())));
    }
    let machine: String = machine.iter().map(|line| format!("- {line}\n")).collect();
    let text = format!("{OPENING}\n## The machine\n\n{machine}\n{}{CLOSING}", tables(done.iter()));
    let text = api::with_part_of(project, text);
    fs::write(project.root.join(FILE), text).with_context(|| format!("cannot write {FILE}"))?;
    println!("wrote {FILE}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::contest::Timed;
    use super::*;

    fn outcome(title: &str, seconds: f64) -> Outcome {
        let place = |name, version: &str, way, result| Place { name, way, version: version.to_owned(), result };
        let places = vec![
            place("ours", "0.1.0", "", Ok(Timed { seconds, ratio: 1.0 })),
            place("XGBoost", "3.2.0", "inplace_predict", Ok(Timed { seconds: 0.5, ratio: 2.0 })),
            place("YDF", "", "", Err("not installed".to_owned())),
        ];
        Outcome { title: title.to_owned(), places }
    }

    #[test]
    fn a_table_names_versions_ways_and_reasons() {
        let expected = "\
| 10 rows                         | seconds |  ratio |
| ------------------------------- | ------: | -----: |
| ours 0.1.0                      |  250 ms | 1.00 × |
| XGBoost 3.2.0 (inplace_predict) |  500 ms | 2.00 × |
| YDF: left out, not installed    |       - |      - |
";
        assert_eq!(single(&outcome("10 rows", 0.25)), expected);
    }

    #[test]
    fn a_series_has_a_line_for_each_contest() {
        let expected = "\
| seconds |   ours | XGBoost | YDF |
| ------- | -----: | ------: | --: |
| 1 row   | 250 ms |  500 ms |   - |
| 2 rows  | 300 ms |  500 ms |   - |
";
        assert_eq!(series(&[outcome("1 row", 0.25), outcome("2 rows", 0.3)]), expected);
    }
}
