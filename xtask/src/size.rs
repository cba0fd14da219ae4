//! Size budgets of the page's WebAssembly programs.

use crate::{exec, files, project::Project, site};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Most bytes of a program.
struct Budget {
    /// Start of its file name.
    name: &'static str,
    /// Bytes of the quick build, neither optimised nor compressed: a model runner linked in by mistake would multiply them.
    /// No limit for the worker, which has the model runner.
    quick: Option<u64>,
    /// Bytes as shipped, compressed with brotli.
    compressed: u64,
}

const BUDGETS: [Budget; 4] = [
    Budget { name: "app", quick: Some(2_200_000), compressed: 250_000 },
    Budget { name: "monitoring", quick: Some(1_200_000), compressed: 250_000 },
    Budget { name: "unpacker", quick: None, compressed: 500_000 },
    Budget { name: "worker", quick: None, compressed: 1_600_000 },
];

/// SIMD instruction that every vectorised kernel has: a choice by lane.
const SIMD_SELECT: &str = "v128.bitselect";

/// Script for Node, which has brotli and gzip at their highest levels: a table of all files in a folder.
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

/// Prints the sizes of the release page; fails for a program over its budget and for a worker without SIMD.
pub(crate) fn print(project: &Project) -> Result<()> {
    let dist = site::release(project)?;
    let table = exec::output(project.command("node").args(["-e", SCRIPT]).arg(&dist))?;
    print!("{table}");
    for budget in &BUDGETS {
        let (name, limit) = (budget.name, budget.compressed);
        let bytes = compressed_bytes(&table, name)?;
        println!("{name}: {bytes} bytes compressed of {limit}");
        ensure!(bytes <= limit, "{name} has {bytes} bytes compressed, more than {limit}");
    }
    let selects = simd_selects(&mut project.command("wasm-opt"), &program(&dist, "worker")?)?;
    println!("worker: {selects} {SIMD_SELECT} instructions");
    ensure!(selects > 0, "the worker's kernels were compiled without SIMD: they would take several times as long");
    Ok(())
}

/// Fails for a quick build with a program over its limit, or with a worker that is not the larger one.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let worker = bytes(dist, "worker")?;
    for Budget { name, quick, .. } in &BUDGETS {
        let Some(limit) = *quick else { continue };
        let bytes = bytes(dist, name)?;
        println!("{name} {bytes} bytes of {limit}, worker {worker} bytes");
        check_size(name, bytes, limit, worker)?;
    }
    Ok(())
}

fn check_size(name: &str, bytes: u64, limit: u64, worker: u64) -> Result<()> {
    if bytes > limit {
        bail!("the program {name} has {bytes} bytes, more than {limit}: does it link the model runner?");
    }
    if worker <= bytes {
        bail!("the worker ({worker} bytes) is no larger than {name} ({bytes} bytes): where is the model runner?");
    }
    Ok(())
}

/// Last column of a program's line in the table.
fn compressed_bytes(table: &str, name: &str) -> Result<u64> {
    let is_program = |file: &str| file.starts_with(name) && file.ends_with(".wasm");
    let line = table.lines().find(|line| line.split_whitespace().next().is_some_and(is_program));
    let bytes = line.and_then(|line| line.split_whitespace().last()).and_then(|bytes| bytes.parse().ok());
    bytes.with_context(|| format!("no {name}*.wasm in the table"))
}

/// Number of SIMD selects in a program.
fn simd_selects(wasm_opt: &mut Command, program: &Path) -> Result<usize> {
    let text = exec::output(wasm_opt.arg(program).arg("--print"))?;
    Ok(text.matches(SIMD_SELECT).count())
}

fn bytes(dist: &Path, name: &str) -> Result<u64> {
    Ok(fs::metadata(program(dist, name)?)?.len())
}

/// The WebAssembly file whose name begins with `name`.
fn program(dist: &Path, name: &str) -> Result<PathBuf> {
    let is_program = |path: &PathBuf| {
        let file = files::name(path);
        file.starts_with(name) && file.ends_with(".wasm")
    };
    let found = files::list(dist)?.into_iter().find(is_program);
    found.with_context(|| format!("no {name}*.wasm in {}", dist.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_the_model_runner_in_it_is_rejected() {
        assert!(check_size("app", 100, 100, 900).is_ok());
        assert!(check_size("app", 101, 100, 900).is_err());
        assert!(check_size("app", 100, 100, 100).is_err());
    }

    #[test]
    fn compressed_bytes_are_the_last_column() {
        let table = "file   raw  gzip  brotli\napp-1f.js  9 8 7\napp-1f_bg.wasm  300 200 100\n";
        assert_eq!(compressed_bytes(table, "app").unwrap(), 100);
        assert!(compressed_bytes(table, "worker").is_err());
    }
}
