//! `cargo xtask bench page`: the page as shipped, in headless Chromium, against targets: first paint, time until ready, time
//! from drop to ranked table, longest task of its thread, memory of its process.

use crate::{binary, exec, files, project::Project, sample, server::Server, site, tools};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Leads of the lists.
const LENGTHS: [&str; 3] = ["1000", "100000", "1000000"];

const PAINT_MS_MAX: f64 = 1_000.0;
const TASK_MS_MAX: f64 = 50.0;
/// Targets by length of the list: rows, most seconds, most bytes of the page's process.
const TARGETS: [(f64, f64, f64); 2] = [(100_000.0, 1.5, 1.5e9), (1_000_000.0, 15.0, 1.5e9)];

/// Measures the page and prints which targets it meets.
pub(super) fn run(project: &Project) -> Result<()> {
    tools::packages(project)?;
    let browser = tools::browser()?;
    let (site, program) = (site::release(project)?, binary::test(project)?);
    let folder = project.target.join("bench");
    files::create_folder(&folder)?;
    let list = folder.join("leads.csv");
    sample::write_file(100_000, &list)?;
    let server = Server::start_with_site(project, &program, &site, "bench/page")?;
    let mut node = project.command("node");
    node.arg("tests/e2e/bench.mjs").arg(&list).args(LENGTHS);
    node.env("BASE_URL", server.url()).env("CHROMIUM", &browser.chromium);
    let measured = serde_json::from_str(exec::output(&mut node)?.trim()).context("the measurement is no JSON")?;
    print!("{}", report(&measured)?);
    Ok(())
}

fn report(measured: &Value) -> Result<String> {
    let number = |of: &Value, name: &str| of[name].as_f64().with_context(|| format!("the measurement has no {name}"));
    let paint = number(measured, "first_paint_ms")?;
    let mut text = format!(
        "first paint from a warm cache {paint:.0} ms ({}), ready for a file after {:.0} ms\n",
        verdict(paint <= PAINT_MS_MAX),
        number(measured, "ready_ms")?
    );
    let lists = measured["lists"].as_array().context("the measurement has no lists")?;
    ensure!(lists.len() == LENGTHS.len(), "some lists were not measured");
    for list in lists {
        let (rows, seconds) = (number(list, "rows")?, number(list, "seconds")?);
        let (task, bytes) = (number(list, "longest_task_ms")?, number(list, "renderer_bytes")?);
        let target = TARGETS.iter().find(|(of, ..)| *of == rows);
        let met = target.is_none_or(|(_, in_seconds, in_bytes)| seconds <= *in_seconds && bytes <= *in_bytes);
        text += &format!(
            "{rows} leads, {:.0} MB: ranked after {seconds:.2} s, process {:.0} MB ({}), longest task {task:.0} ms ({})\n",
            number(list, "bytes")? / 1e6,
            bytes / 1e6,
            verdict(met),
            verdict(task <= TASK_MS_MAX)
        );
    }
    Ok(text)
}

fn verdict(met: bool) -> &'static str {
    if met { "reached" } else { "MISSED" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn measurements_are_compared_with_targets() {
        let list = |rows: f64, seconds: f64| json!({"rows": rows, "bytes": rows * 800.0, "seconds": seconds, "longest_task_ms": 51.0, "renderer_bytes": 9e8});
        let measured = json!({
            "first_paint_ms": 200.0, "ready_ms": 300.0, "lists": [list(1e3, 0.1), list(1e5, 1.6), list(1e6, 9.0)],
        });
        let text = report(&measured).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("200 ms (reached)"), "{text}");
        assert!(lines[2].contains("1.60 s, process 900 MB (MISSED)") && lines[2].contains("51 ms (MISSED)"), "{text}");
        assert!(lines[3].contains("9.00 s, process 900 MB (reached)"), "{text}");
        assert!(report(&json!({})).is_err());
    }
}
