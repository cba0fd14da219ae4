//! `cargo xtask fuzz [target…] [--seconds N]`: coverage-guided fuzzing, with the project's models as first inputs. Knows
//! the targets and the limits that make a finding of a hang or of hunger; not what the targets do.

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

const TARGETS: [&str; 2] = ["arbitrary_bytes", "changed_models"];

/// How long each target runs if nothing else is said.
const SECONDS: u32 = 60;

/// Coverage for the engine, by options of the stable compiler.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A single input may take so many seconds, so many megabytes in one piece, and the process so many in all.
const LIMITS: [&str; 4] = ["-timeout=10", "-malloc_limit_mb=512", "-rss_limit_mb=2048", "-max_len=65536"];

/// The largest model that is a first input.
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
            target if TARGETS.contains(&target) => targets.push(target),
            other => bail!("there is no fuzz target `{other}`; there are {}", TARGETS.join(", ")),
        }
    }
    if targets.is_empty() {
        targets = TARGETS.to_vec();
    }
    let folder = project.target.join("fuzz");
    // With a target named, the flags are not those of build scripts, which know nothing of the engine.
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    exec::run(
        project
            .cargo(&format!("build --release --manifest-path fuzz/Cargo.toml --target {host}"))
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTFLAGS", FLAGS),
    )?;
    for target in targets {
        let corpus = corpus(project, &folder.join("corpus").join(target))?;
        let findings = folder.join("findings");
        fs::create_dir_all(&findings).with_context(|| format!("cannot create {}", findings.display()))?;
        let mut fuzz = project.command(folder.join(&host).join("release").join(target));
        fuzz.arg(&corpus).args(LIMITS).arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
        exec::run(fuzz.arg(format!("-artifact_prefix={}/", findings.display())))
            .with_context(|| format!("{target} found something: see {}", findings.display()))?;
    }
    Ok(())
}

/// The folder of inputs: what earlier runs found worth keeping, and the models of the project and of the shared data.
fn corpus(project: &Project, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut models = Vec::new();
    for from in [project.root.join("tests/fixtures"), project.shared.clone()] {
        collect(&from, &mut models)?;
    }
    for (at, model) in models.iter().enumerate() {
        let copy = folder.join(format!("model-{at}.onnx"));
        fs::copy(model, &copy).with_context(|| format!("cannot copy {} to {}", model.display(), copy.display()))?;
    }
    Ok(folder.to_owned())
}

fn collect(folder: &Path, models: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, models)?;
        } else if path.extension().is_some_and(|end| end == "onnx") && path.metadata()?.len() <= SEED_MAX {
            models.push(path);
        }
    }
    Ok(())
}
