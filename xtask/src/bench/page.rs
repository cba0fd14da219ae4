//! `cargo xtask bench page`: the page as shipped, in headless Chromium: first paint, ready for a file, from a drop to the
//! ranked table, the longest task of its thread, the memory of its process. Knows targets; no clock.

use crate::{exec, project::Project, sample, server::Server, site, steps, tools};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{ffi::OsStr, fs};

/// The section's name among the others.
pub(super) const NAME: &str = "page";

/// How many leads the lists have.
const LENGTHS: [&str; 3] = ["1000", "100000", "1000000"];

/// What is asked of it.
const PAINT_MS: f64 = 1_000.0;
const TASK_MS: f64 = 50.0;
/// Rows, seconds and bytes of the page's process.
const LISTS: [(f64, f64, f64); 2] = [(100_000.0, 1.5, 1.5e9), (1_000_000.0, 15.0, 1.5e9)];

/// Measures it and says which targets it meets.
pub(super) fn run(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let (site, program) = (site::release(project)?, steps::binary(project)?);
    let folder = project.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let list = folder.join("leads.csv");
    sample::run(&["--rows", "100000", "-o", &list.display().to_string()].map(str::to_owned))?;
    let data = Server::folder(project, "bench/page")?;
    let options: [&OsStr; 4] = ["--models".as_ref(), "models".as_ref(), "--site".as_ref(), site.as_os_str()];
    let server = Server::start(project, &program, &data, &options)?;
    let mut node = project.command("node");
    node.arg("tests/e2e/bench.mjs").arg(&list).args(LENGTHS);
    node.env("BASE_URL", server.url()).env("CHROMIUM", &browser.chromium);
    let told: Value = serde_json::from_str(exec::output(&mut node)?.trim()).context("the measurement is no JSON")?;
    print!("{}", report(&told)?);
    Ok(())
}

fn report(told: &Value) -> Result<String> {
    let number = |of: &Value, name: &str| of[name].as_f64().with_context(|| format!("the measurement has no {name}"));
    let paint = number(told, "first_paint_ms")?;
    let mut text = format!(
        "first paint from a warm cache {paint:.0} ms ({}), ready for a file after {:.0} ms\n",
        verdict(paint <= PAINT_MS),
        number(told, "ready_ms")?
    );
    let lists = told["lists"].as_array().context("the measurement has no lists")?;
    ensure!(lists.len() == LENGTHS.len(), "some lists were not measured");
    for list in lists {
        let (rows, seconds) = (number(list, "rows")?, number(list, "seconds")?);
        let (task, bytes) = (number(list, "longest_task_ms")?, number(list, "renderer_bytes")?);
        let target = LISTS.iter().find(|(of, ..)| *of == rows);
        let met = target.is_none_or(|(_, in_seconds, in_bytes)| seconds <= *in_seconds && bytes <= *in_bytes);
        text += &format!(
            "{rows} leads, {:.0} MB: ranked after {seconds:.2} s, process {:.0} MB ({}), longest task {task:.0} ms ({})\n",
            number(list, "bytes")? / 1e6,
            bytes / 1e6,
            verdict(met),
            verdict(task <= TASK_MS)
        );
    }
    Ok(text)
}

fn verdict(met: bool) -> &'static str {
    if met { "as asked" } else { "MISSED" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_are_held_against_what_was_measured() {
        let list = |rows: f64, seconds: f64| json!({"rows": rows, "bytes": rows * 800.0, "seconds": seconds, "longest_task_ms": 51.0, "renderer_bytes": 9e8});
        let told = json!({
            "first_paint_ms": 200.0, "ready_ms": 300.0, "lists": [list(1e3, 0.1), list(1e5, 1.6), list(1e6, 9.0)],
        });
        let text = report(&told).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("200 ms (as asked)"), "{text}");
        assert!(lines[2].contains("1.60 s, process 900 MB (MISSED)") && lines[2].contains("51 ms (MISSED)"), "{text}");
        assert!(lines[3].contains("9.00 s, process 900 MB (as asked)"), "{text}");
        assert!(report(&json!({})).is_err());
    }
}
