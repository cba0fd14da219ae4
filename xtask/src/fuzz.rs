//! `cargo xtask fuzz`: coverage-guided fuzzing, seeded with the project's own files. Hangs and memory exhaustion count as
//! findings.

use crate::{exec, files, project::Project};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A fuzz target and the extensions of its seed files.
struct Target {
    name: &'static str,
    seeds: &'static [&'static str],
}

const TARGETS: [Target; 6] = [
    Target { name: "arbitrary_bytes", seeds: &["onnx"] },
    Target { name: "changed_models", seeds: &["onnx"] },
    Target { name: "lists", seeds: &["csv", "txt", "tsv"] },
    Target { name: "conversions", seeds: &["xlsx", "xls", "ods", "html", "xml", "json", "jsonl"] },
    Target { name: "bodies", seeds: &["json", "jsonl"] },
    Target { name: "specifications", seeds: &["json"] },
];

/// Coverage instrumentation for libFuzzer, by options of the stable compiler.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Limits of one input: seconds, megabytes of one allocation, megabytes of the process, bytes of the input.
const LIMITS: [&str; 4] = ["-timeout=10", "-malloc_limit_mb=512", "-rss_limit_mb=2048", "-max_len=65536"];

/// Bytes of the largest seed file.
const SEED_MAX: u64 = 60_000;

/// Names of all targets.
pub(crate) fn names() -> [&'static str; TARGETS.len()] {
    TARGETS.map(|target| target.name)
}

/// Fuzzes the named targets, or all, for `seconds` each.
pub(crate) fn run(project: &Project, names: &[String], seconds: u32) -> Result<()> {
    let folder = project.target.join("fuzz");
    // With an explicit target the flags do not reach build scripts, which would not link without the fuzzing engine.
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    exec::run(
        project
            .cargo(&format!("build --release --locked --manifest-path fuzz/Cargo.toml --target {host}"))
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTFLAGS", FLAGS),
    )?;
    let findings = folder.join("findings");
    files::create_folder(&findings)?;
    let is_named = |target: &&Target| names.is_empty() || names.iter().any(|name| name == target.name);
    for Target { name, seeds } in TARGETS.iter().filter(is_named) {
        let corpus = folder.join("corpus").join(name);
        fill_corpus(project, &corpus, seeds)?;
        let mut fuzz = project.command(folder.join(&host).join("release").join(name));
        fuzz.arg(&corpus).args(LIMITS).arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
        exec::run(fuzz.arg(format!("-artifact_prefix={}/", findings.display())))
            .with_context(|| format!("{name} found something: see {}", findings.display()))?;
    }
    Ok(())
}

/// Adds seed files of the project and of the shared data to the inputs that earlier runs kept.
fn fill_corpus(project: &Project, folder: &Path, extensions: &[&str]) -> Result<()> {
    files::create_folder(folder)?;
    let mut seeds = Vec::new();
    for source in [&project.root.join("tests/fixtures"), &project.shared] {
        collect(source, extensions, &mut seeds)?;
    }
    for (at, seed) in seeds.iter().enumerate() {
        let copy = folder.join(format!("seed-{at}"));
        fs::copy(seed, &copy).with_context(|| format!("cannot copy {} to {}", seed.display(), copy.display()))?;
    }
    Ok(())
}

fn collect(folder: &Path, extensions: &[&str], seeds: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = files::list(folder) else { return Ok(()) };
    for path in entries {
        if path.is_dir() {
            collect(&path, extensions, seeds)?;
        } else if path.extension().is_some_and(|own| extensions.iter().any(|extension| own == *extension))
            && path.metadata()?.len() <= SEED_MAX
        {
            seeds.push(path);
        }
    }
    Ok(())
}
