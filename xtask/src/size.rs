//! Bytes of the built page, as stored and as sent, and what they may be. Knows files only.

use crate::{exec, project::Project, site};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A program of the site and the most bytes that it may have.
struct Budget {
    /// How its file's name begins.
    name: &'static str,
    /// As the quick build leaves it, neither optimised nor compressed: with the model runner linked in by mistake it would
    /// weigh several times that. The worker is the one that has it, so it has no such limit.
    quick: Option<u64>,
    /// As shipped and compressed with brotli.
    sent: u64,
}

const BUDGETS: [Budget; 4] = [
    Budget { name: "app", quick: Some(2_200_000), sent: 250_000 },
    Budget { name: "monitoring", quick: Some(1_200_000), sent: 250_000 },
    Budget { name: "unpacker", quick: None, sent: 500_000 },
    Budget { name: "worker", quick: None, sent: 1_600_000 },
];

/// What only a kernel compiled for vectors holds: a choice between numbers, many at once.
const VECTOR: &str = "v128.bitselect";

/// Node has brotli and gzip at their strongest; the arguments are a folder and what to print of each file in it.
const SCRIPT: &str = r#"
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");
const zlib = require("node:zlib");
const dist = process.argv[1];
const row = (...cells) => console.log(cells[0].padEnd(44) + cells.slice(1).map((c) => String(c).padStart(12)).join(""));
const total = [0, 0, 0];
row("file", "raw", "gzip", "brotli");
for (const name of readdirSync(dist, { recursive: true }).map(String).sort()) {
  const file = join(dist, name);
  if (!statSync(file).isFile()) continue;
  const bytes = readFileSync(file);
  const sizes = [bytes.length, zlib.gzipSync(bytes, { level: 9 }).length, zlib.brotliCompressSync(bytes).length];
  sizes.forEach((size, i) => (total[i] += size));
  row(name, ...sizes);
}
row("all", ...total);
"#;

/// Prints the sizes of the release page, which is built if need be, and refuses what is over its budget or was left
/// without vectors.
pub(crate) fn print(project: &Project) -> Result<()> {
    let dist = site::release(project)?;
    let table = exec::output(project.command("node").args(["-e", SCRIPT]).arg(&dist))?;
    print!("{table}");
    for budget in &BUDGETS {
        let sent = sent(&table, budget.name)?;
        println!("{}: {sent} bytes sent of {}", budget.name, budget.sent);
        ensure!(sent <= budget.sent, "{} is sent as {sent} bytes, more than {}", budget.name, budget.sent);
    }
    let vectors = vectors(&mut project.command("wasm-opt"), &program(&dist, "worker")?)?;
    println!("worker: {vectors} choices by vector");
    ensure!(vectors > 0, "the worker's kernels were compiled without vectors: they would take several times as long");
    Ok(())
}

/// Refuses a quick build of which a program has grown past its limit, or whose worker is not the larger one.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let worker = bytes(dist, "worker")?;
    for Budget { name, quick, .. } in &BUDGETS {
        let Some(limit) = *quick else { continue };
        let bytes = bytes(dist, name)?;
        println!("{name} {bytes} bytes of {limit}, worker {worker} bytes");
        verdict(name, bytes, limit, worker)?;
    }
    Ok(())
}

fn verdict(name: &str, bytes: u64, limit: u64, worker: u64) -> Result<()> {
    if bytes > limit {
        bail!("the program {name} has {bytes} bytes, more than {limit}: does it link the model runner?");
    }
    if worker <= bytes {
        bail!("the worker ({worker} bytes) is no larger than {name} ({bytes} bytes): where is the model runner?");
    }
    Ok(())
}

/// The last column of a program's line in the table.
fn sent(table: &str, name: &str) -> Result<u64> {
    let is_program = |file: &str| file.starts_with(name) && file.ends_with(".wasm");
    let line = table.lines().find(|line| line.split_whitespace().next().is_some_and(is_program));
    let bytes = line.and_then(|line| line.split_whitespace().last()).and_then(|bytes| bytes.parse().ok());
    bytes.with_context(|| format!("no {name}*.wasm in the table"))
}

/// How often the instruction that tells of vectors stands in a program.
fn vectors(wasm_opt: &mut Command, program: &Path) -> Result<usize> {
    let text = exec::output(wasm_opt.arg(program).arg("--print"))?;
    Ok(text.matches(VECTOR).count())
}

fn bytes(dist: &Path, name: &str) -> Result<u64> {
    Ok(fs::metadata(program(dist, name)?)?.len())
}

/// The one WebAssembly file whose name begins so.
fn program(dist: &Path, name: &str) -> Result<PathBuf> {
    for entry in fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with(name) && file.ends_with(".wasm") {
            return Ok(entry.path());
        }
    }
    bail!("no {name}*.wasm in {}", dist.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_the_model_runner_in_it_is_refused() {
        assert!(verdict("app", 100, 100, 900).is_ok());
        assert!(verdict("app", 101, 100, 900).is_err());
        assert!(verdict("app", 100, 100, 100).is_err());
    }

    #[test]
    fn what_is_sent_stands_last_in_the_line_of_a_program() {
        let table = "file   raw  gzip  brotli\napp-1f.js  9 8 7\napp-1f_bg.wasm  300 200 100\n";
        assert_eq!(sent(table, "app").unwrap(), 100);
        assert!(sent(table, "worker").is_err());
    }
}
