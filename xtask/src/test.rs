//! `cargo xtask test`: the table of steps, run in order, each with its time. Knows no step's inside.

use crate::{project::Project, steps};
use anyhow::{Result, bail};
use std::{fs, path::Path, time::Instant};

/// One step: its name on the command line, what it proves, what it runs.
struct Step(&'static str, &'static str, fn(&Project) -> Result<()>);

const STEPS: [Step; 16] = [
    Step("fmt", "every source is formatted", steps::fmt),
    Step("tidy", "the project's own rules about its sources", steps::tidy),
    Step("workflows", "workflows are pinned, run our own commands, and are well formed", steps::workflows),
    Step("deny", "licences, sources and known faults of what is built in", steps::deny),
    Step("clippy", "no lint in native code", steps::clippy),
    Step("clippy-wasm", "no lint in the page and its worker", steps::clippy_wasm),
    Step("layers", "no server in the page, no model runner outside its worker", steps::layers),
    Step("docs", "the documentation builds, every link in it leads somewhere", steps::docs),
    Step("native", "unit, golden, property and HTTP tests, natively", steps::native),
    Step("wasm", "the same bits and the page's parts, in headless Chromium", steps::wasm),
    Step("arm64", "the same bits on another processor, emulated", steps::arm64),
    Step("site", "the page builds and stays within its bytes", steps::site),
    Step("image", "what the image holds runs as uid 1000 where nothing can be written", steps::image),
    Step("e2e", "the whole way, in a browser against a server", steps::e2e),
    Step("schemathesis", "the API answers as its description says, whatever it is asked", steps::schemathesis),
    Step("onnxruntime", "onnxruntime gives the probabilities that we give", steps::onnxruntime),
];

/// Runs the steps named, or all; stops at the first that fails.
pub(crate) fn run(project: &Project, names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.0 == **name)) {
        bail!("there is no step `{unknown}`; `cargo xtask steps` lists them");
    }
    if !has_golden(&project.shared) {
        println!(
            "!! NO SHARED TEST DATA at {}: golden tests run on the committed set alone !!",
            project.shared.display()
        );
    }
    let started = Instant::now();
    let mut done = Vec::new();
    let mut failure = None;
    for Step(name, about, run) in
        STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.0))
    {
        println!("\n=== {name}: {about}");
        let begun = Instant::now();
        let result = run(project);
        let seconds = begun.elapsed().as_secs_f32();
        println!("=== {name} {} after {seconds:.1} s", if result.is_ok() { "passed" } else { "FAILED" });
        done.push((*name, seconds));
        if let Err(error) = result {
            failure = Some(error.context(format!("step `{name}` failed")));
            break;
        }
    }
    summarise(&done, failure.is_some(), started.elapsed().as_secs_f32());
    failure.map_or(Ok(()), Err)
}

/// Whether there are golden records anywhere in a folder.
fn has_golden(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    folder.join("golden.jsonl").is_file()
        || entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .any(|entry| has_golden(&entry.path()))
}

/// Prints every step with what it proves.
pub(crate) fn list() {
    for Step(name, about, _) in &STEPS {
        println!("{name:12} {about}");
    }
}

fn summarise(done: &[(&str, f32)], failed: bool, seconds: f32) {
    println!("\nseconds  step");
    for (name, seconds) in done {
        println!("{seconds:7.1}  {name}");
    }
    println!("{seconds:7.1}  together");
    let failures = usize::from(failed);
    println!("{} passed, {failures} failed", done.len() - failures);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_names_of_their_own() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }
}
