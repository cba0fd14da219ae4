//! `cargo xtask fuzz [target…] [--seconds N]`: coverage-guided fuzzing, with the project's models as first inputs. Knows
//! the targets and the limits that make a finding of a hang or of hunger; not what the targets do.

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A target, and the endings of the files that are its first inputs.
struct Target {
    name: &'static str,
    seeds: &'static [&'static str],
}

const TARGETS: [Target; 5] = [
    Target { name: "arbitrary_bytes", seeds: &["onnx"] },
    Target { name: "changed_models", seeds: &["onnx"] },
    Target { name: "lists", seeds: &["csv", "txt", "tsv"] },
    Target { name: "bodies", seeds: &["json", "jsonl"] },
    Target { name: "specifications", seeds: &["json"] },
];

/// How long each target runs if nothing else is said.
const SECONDS: u32 = 60;

/// Coverage for the engine, by options of the stable compiler.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A single input may take so many seconds, so many megabytes in one piece, and the process so many in all.
const LIMITS: [&str; 4] = ["-timeout=10", "-malloc_limit_mb=512", "-rss_limit_mb=2048", "-max_len=65536"];

/// The largest file that is a first input.
const SEED_MAX: u64 = 60_000;

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let (mut targets, mut seconds) = (Vec::new(), SECONDS);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let value = arguments.next().context("--seconds wants a number")?;
                seconds = value.parse().with_context(|| format!("--seconds {value} should be a whole number"))?;
            }
            name => match TARGETS.iter().find(|target| target.name == name) {
                Some(target) => targets.push(target),
                None => bail!("there is no fuzz target `{name}`; there are {}", names().join(", ")),
            },
        }
    }
    if targets.is_empty() {
        targets = TARGETS.iter().collect();
    }
    let folder = project.target.join("fuzz");
    // With a target named, the flags are not those of build scripts, which know nothing of the engine.
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    exec::run(
        project
            .cargo(&format!("build --release --locked --manifest-path fuzz/Cargo.toml --target {host}"))
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTFLAGS", FLAGS),
    )?;
    for Target { name, seeds } in targets {
        let corpus = corpus(project, &folder.join("corpus").join(name), seeds)?;
        let findings = folder.join("findings");
        fs::create_dir_all(&findings).with_context(|| format!("cannot create {}", findings.display()))?;
        let mut fuzz = project.command(folder.join(&host).join("release").join(name));
        fuzz.arg(&corpus).args(LIMITS).arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
        exec::run(fuzz.arg(format!("-artifact_prefix={}/", findings.display())))
            .with_context(|| format!("{name} found something: see {}", findings.display()))?;
    }
    Ok(())
}

fn names() -> Vec<&'static str> {
    TARGETS.iter().map(|target| target.name).collect()
}

/// The folder of inputs: what earlier runs found worth keeping, and such files of the project and of the shared data.
fn corpus(project: &Project, folder: &Path, endings: &[&str]) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut seeds = Vec::new();
    for from in [project.root.join("tests/fixtures"), project.shared.clone()] {
        collect(&from, endings, &mut seeds)?;
    }
    for (at, seed) in seeds.iter().enumerate() {
        let copy = folder.join(format!("seed-{at}"));
        fs::copy(seed, &copy).with_context(|| format!("cannot copy {} to {}", seed.display(), copy.display()))?;
    }
    Ok(folder.to_owned())
}

fn collect(folder: &Path, endings: &[&str], seeds: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, endings, seeds)?;
        } else if path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending))
            && path.metadata()?.len() <= SEED_MAX
        {
            seeds.push(path);
        }
    }
    Ok(())
}
