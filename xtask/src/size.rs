//! Bytes of the built page, as stored and as sent. Knows files only.

use crate::{exec, project::Project, site};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

/// What the page's own program may weigh in the quick build, in bytes: with the model runner linked in by mistake it
/// would weigh several times that.
const PAGE_LIMIT: u64 = 1_500_000;

/// The same of the monitoring document's program, which draws but neither scores nor has components.
const MONITORING_LIMIT: u64 = 1_200_000;

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

/// Prints the sizes of the release page, which is built if need be.
pub(crate) fn print(project: &Project) -> Result<()> {
    let dist = site::release(project)?;
    print!("{}", exec::output(project.command("node").args(["-e", SCRIPT]).arg(dist))?);
    Ok(())
}

/// Refuses a quick build whose page has grown past its limit, or whose worker is not the larger one.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let page = program(dist, "app")?;
    let worker = program(dist, "worker")?;
    let monitoring = program(dist, "monitoring")?;
    println!(
        "page {page} bytes of {PAGE_LIMIT}, monitoring {monitoring} bytes of {MONITORING_LIMIT}, worker {worker} bytes"
    );
    if monitoring > MONITORING_LIMIT {
        bail!("the monitoring document's program has {monitoring} bytes, more than {MONITORING_LIMIT}");
    }
    verdict(page, worker)
}

fn verdict(page: u64, worker: u64) -> Result<()> {
    if page > PAGE_LIMIT {
        bail!("the page's program has {page} bytes, more than {PAGE_LIMIT}: does it link the model runner?");
    }
    if worker <= page {
        bail!(
            "the worker's program ({worker} bytes) is no larger than the page's ({page} bytes): where is the model runner?"
        );
    }
    Ok(())
}

/// The size of the one WebAssembly file whose name begins so.
fn program(dist: &Path, name: &str) -> Result<u64> {
    for entry in fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with(name) && file.ends_with(".wasm") {
            return Ok(entry.metadata()?.len());
        }
    }
    bail!("no {name}*.wasm in {}", dist.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_the_model_runner_in_it_is_refused() {
        assert!(verdict(PAGE_LIMIT, 9 * PAGE_LIMIT).is_ok());
        assert!(verdict(PAGE_LIMIT + 1, 9 * PAGE_LIMIT).is_err());
        assert!(verdict(400_000, 400_000).is_err());
    }
}
