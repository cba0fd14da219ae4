//! `cargo xtask test`: the table of steps, run in order, and a table of their results.

use crate::{project::Project, steps};
use anyhow::Result;
use std::{fs, path::Path, process::ExitCode, time::Instant};

/// A step: its name on the command line, what it proves, its function.
struct Step(&'static str, &'static str, fn(&Project) -> Result<()>);

const STEPS: [Step; 18] = [
    Step("fmt", "every source is formatted", steps::fmt),
    Step("tidy", "the project's rules about its sources", steps::tidy),
    Step("workflows", "workflows are pinned, run the project's commands, and are well formed", steps::workflows),
    Step("deny", "licences, sources and known vulnerabilities of dependencies", steps::deny),
    Step("clippy", "no lint in native code", steps::clippy),
    Step("clippy-wasm", "no lint in the page and its worker", steps::clippy_wasm),
    Step("layers", "no server in the page, no model runner outside its worker", steps::layers),
    Step("docs", "the documentation builds, every link resolves", steps::docs),
    Step("native", "unit, golden, property and HTTP tests, natively", steps::native),
    Step("wasm", "the same bits and the page's components, in headless Chromium", steps::wasm),
    Step("arm64", "the same bits on another processor, emulated", steps::arm64),
    Step("site", "the page builds within its size budget", steps::site),
    Step("image", "the image's contents run as uid 1000 on a read-only root", steps::image),
    Step("e2e", "the page in a browser against a server", steps::e2e),
    Step("schemathesis", "the API conforms to its OpenAPI document", steps::schemathesis),
    Step("client", "a client generated from the OpenAPI document predicts", steps::generated_client),
    Step("onnxruntime", "onnxruntime gives the same probabilities", steps::onnxruntime),
    Step("boosters", "XGBoost and LightGBM give the same probabilities for their own files", steps::boosters),
];

/// Result of a step, with its seconds; steps behind a failure are not run.
#[derive(Clone, Copy)]
enum StepResult {
    Passed(f32),
    Failed(f32),
    NotRun,
}

/// Names of all steps.
pub(crate) fn names() -> [&'static str; STEPS.len()] {
    STEPS.map(|step| step.0)
}

/// Prints every step with what it proves.
pub(crate) fn list() {
    for Step(name, about, _) in &STEPS {
        println!("{name:12} {about}");
    }
}

/// Runs the named steps, or all; stops at the first failure. The table of results is the end of the log.
pub(crate) fn run(project: &Project, names: &[String]) -> ExitCode {
    if !has_golden(&project.shared) {
        println!(
            "!! NO SHARED TEST DATA at {}: golden tests run on the committed set alone !!",
            project.shared.display()
        );
    }
    let is_named = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.0);
    let mut results: Vec<(&str, StepResult)> = Vec::new();
    let mut failure = None;
    for step in STEPS.iter().filter(is_named) {
        let result = if failure.is_some() { StepResult::NotRun } else { run_step(project, step, &mut failure) };
        results.push((step.0, result));
    }
    if let Some(error) = &failure {
        println!("error: {error:#}");
    }
    print!("\n{}", table(&results));
    if failure.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_step(project: &Project, Step(name, about, run): &Step, failure: &mut Option<anyhow::Error>) -> StepResult {
    println!("\n=== {name}: {about}");
    let started = Instant::now();
    let result = run(project);
    let seconds = started.elapsed().as_secs_f32();
    println!("=== {name} {} after {seconds:.1} s", if result.is_ok() { "passed" } else { "FAILED" });
    match result {
        Ok(()) => StepResult::Passed(seconds),
        Err(error) => {
            *failure = Some(error.context(format!("step `{name}` failed")));
            StepResult::Failed(seconds)
        }
    }
}

/// True when there are golden records anywhere in a folder.
fn has_golden(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folder.join("golden.jsonl").is_file() || folders.any(|entry| has_golden(&entry.path()))
}

/// One line for each step, the sum of seconds, and the counts as the last line.
fn table(results: &[(&str, StepResult)]) -> String {
    let mut text = format!("{:14} {:>8}  result\n", "step", "seconds");
    let (mut total, mut passed, mut failed) = (0.0, 0, 0);
    for (name, result) in results {
        let (seconds, verdict) = match result {
            StepResult::Passed(seconds) => (Some(seconds), "passed"),
            StepResult::Failed(seconds) => (Some(seconds), "FAILED"),
            StepResult::NotRun => (None, "not run"),
        };
        total += seconds.unwrap_or(&0.0);
        passed += usize::from(verdict == "passed");
        failed += usize::from(verdict == "FAILED");
        let seconds = seconds.map_or("-".to_owned(), |seconds| format!("{seconds:.1}"));
        text += &format!("{name:14} {seconds:>8}  {verdict}\n");
    }
    text + &format!("{:14} {total:8.1}\n{passed} passed, {failed} failed\n", "total")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_names_are_unique() {
        let mut names = names().to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn the_table_lists_every_step_and_ends_with_the_counts() {
        let results =
            [("fmt", StepResult::Passed(1.24)), ("clippy", StepResult::Failed(60.0)), ("native", StepResult::NotRun)];
        let expected = "\
step            seconds  result
fmt                 1.2  passed
clippy             60.0  FAILED
native                -  not run
total              61.2
1 passed, 1 failed
";
        assert_eq!(table(&results), expected);
    }
}
