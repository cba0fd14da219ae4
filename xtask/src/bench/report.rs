//! Reports of the scoring sections: tables, and the text of docs/BENCHMARKS.md around them.

use super::comparison::{ComparisonResult, Measurement};
use super::peers::{Peers, Side};
use super::sections::Section;
use super::{machine, table};
use crate::project::Project;
use serde_json::json;

/// A section and the results of its comparisons.
pub(super) struct SectionResult {
    pub(super) section: &'static Section,
    pub(super) comparisons: Vec<ComparisonResult>,
}

const OPENING: &str = "\
# Benchmarks

Written by `cargo xtask bench --write`; all figures below are of one run. To repeat it, run `cargo xtask bench` on an idle
machine: it installs the peers into the target folder, generates models, rows and lists from fixed seeds, and takes about
ten minutes once everything is built. `cargo xtask bench kernel` runs one section.

All programs run on one thread and take turns, round after round. Seconds are the median of the rounds; a ratio is the
median, over the rounds, of a line's time divided by the first line's: above 1, the first line is faster. A program whose
mean probability differs from the first line's is rejected, so that all do the same work.
";

const CLOSING: &str = "\
## Methods

- The adopted model is that of the replaced system, or the synthetic one where that is not available. The larger forests
  are fitted by XGBoost to a made-up outcome and exported by onnxmltools; the rows are drawn from the ranges of the adopted
  model's encoder (`tests/bench/make.py`).
- XGBoost returns margins; of its ways to predict the faster one counts, and building its matrix is not timed.
- YDF runs the same trees by the fastest of its engines, on rows in that engine's form; its own benchmark measures the
  time.
- onnxruntime and onnxruntime-web run the same file as Leadlight's opened model.
- The pipeline of the replaced system is rewritten with pandas and XGBoost, vectorised by column
  (`tests/bench/original.py`): reading, encoding, scoring, sorting.
- The native benchmark uses the allocator of the binary; the WebAssembly is built, bound and optimised like the page's
  worker.
";

/// Tables of sections, each under its title.
pub(super) fn tables(results: &[SectionResult]) -> String {
    let of_section = |result: &SectionResult| match result.section.is_series {
        true => format!("{}\n", series(&result.comparisons)),
        false => result.comparisons.iter().map(|comparison| format!("{}\n", single(comparison))).collect(),
    };
    results.iter().map(|result| format!("## {}\n\n{}", result.section.title, of_section(result))).collect()
}

/// A row for each measurement.
fn single(result: &ComparisonResult) -> String {
    let row = |measurement: &Measurement| match &measurement.result {
        Ok(timing) => vec![label(measurement), table::seconds(timing.seconds), table::ratio(timing.ratio)],
        Err(reason) => vec![format!("{}: left out, {reason}", label(measurement)), "-".to_owned(), "-".to_owned()],
    };
    let rows: Vec<Vec<String>> = result.measurements.iter().map(row).collect();
    table::table(&[&result.title, "seconds", "ratio"], &rows)
}

/// A row for each comparison, a column for each name.
fn series(results: &[ComparisonResult]) -> String {
    let Some(first) = results.first() else { return String::new() };
    let names = first.measurements.iter().map(|measurement| measurement.name);
    let header: Vec<&str> = std::iter::once("seconds").chain(names).collect();
    let cell = |measurement: &Measurement| {
        measurement.result.as_ref().map_or("-".to_owned(), |timing| table::seconds(timing.seconds))
    };
    let row = |result: &ComparisonResult| {
        std::iter::once(result.title.clone()).chain(result.measurements.iter().map(cell)).collect::<Vec<_>>()
    };
    table::table(&header, &results.iter().map(row).collect::<Vec<_>>())
}

fn label(measurement: &Measurement) -> String {
    let Measurement { name, version, variant, .. } = measurement;
    let version = if version.is_empty() { String::new() } else { format!(" {version}") };
    let variant = if variant.is_empty() { String::new() } else { format!(" ({variant})") };
    format!("{name}{version}{variant}")
}

/// The document of a whole run.
pub(super) fn document(project: &Project, peers: &mut Peers, results: &[SectionResult]) -> String {
    let mut machine = machine::describe(project);
    for side in [Side::Python, Side::Browser] {
        let about = peers.request(side, &json!({ "task": "about" })).ok();
        machine.extend(about.and_then(|about| Some(about["about"].as_str()?.to_owned())));
    }
    let machine: String = machine.iter().map(|line| format!("- {line}\n")).collect();
    format!("{OPENING}\n## The machine\n\n{machine}\n{}{CLOSING}", tables(results))
}

#[cfg(test)]
mod tests {
    use super::super::comparison::Timing;
    use super::*;

    fn result(title: &str, seconds: f64) -> ComparisonResult {
        let measurement =
            |name, version: &str, variant, result| Measurement { name, variant, version: version.to_owned(), result };
        let measurements = vec![
            measurement("ours", "0.1.0", "", Ok(Timing { seconds, ratio: 1.0 })),
            measurement("XGBoost", "3.2.0", "inplace_predict", Ok(Timing { seconds: 0.5, ratio: 2.0 })),
            measurement("YDF", "", "", Err("not installed".to_owned())),
        ];
        ComparisonResult { title: title.to_owned(), measurements }
    }

    #[test]
    fn a_table_has_versions_variants_and_reasons() {
        let expected = "\
| 10 rows                         | seconds |  ratio |
| ------------------------------- | ------: | -----: |
| ours 0.1.0                      |  250 ms | 1.00 × |
| XGBoost 3.2.0 (inplace_predict) |  500 ms | 2.00 × |
| YDF: left out, not installed    |       - |      - |
";
        assert_eq!(single(&result("10 rows", 0.25)), expected);
    }

    #[test]
    fn a_series_has_a_row_for_each_comparison() {
        let expected = "\
| seconds |   ours | XGBoost | YDF |
| ------- | -----: | ------: | --: |
| 1 row   | 250 ms |  500 ms |   - |
| 2 rows  | 300 ms |  500 ms |   - |
";
        assert_eq!(series(&[result("1 row", 0.25), result("2 rows", 0.3)]), expected);
    }
}
