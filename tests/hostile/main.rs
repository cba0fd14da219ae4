//! Model files that mean harm: real ones, changed at random places of their protobuf tree. Opening and running one may
//! fail with an error, and nothing else: no panic, no walk without end, no memory without bound.
//!
//! `LEADLIGHT_HOSTILE_CASES` sets how many files are made of each model (by default few), `LEADLIGHT_HOSTILE_SEED` which.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exercise;
mod random;
mod wire;

use exercise::exercise;
use random::Random;
use std::fs;
use std::path::{Path, PathBuf};

/// Larger models say nothing that smaller ones do not, and take longer to change.
const MODEL_MAX: u64 = 60_000;

/// The most memory that the whole test may take, in kilobytes.
const MEMORY_MAX: u64 = 1 << 20;

fn models(under: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(under).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            models(&path, found);
        } else if path.extension().is_some_and(|end| end == "onnx") && path.metadata().unwrap().len() <= MODEL_MAX {
            found.push(path);
        }
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}

/// The most memory that this process ever had, in kilobytes, where the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[test]
fn changed_models_are_opened_or_refused_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut found = Vec::new();
    models(&root.join("tests/fixtures"), &mut found);
    assert!(!found.is_empty(), "there are no models to change");
    models(&shared, &mut found);
    let mut random = Random::new(setting("LEADLIGHT_HOSTILE_SEED", 1));
    let (mut opened, mut refused) = (0, 0);
    for path in &found {
        let bytes = fs::read(path).unwrap();
        assert!(exercise(&bytes), "{} should open as it is", path.display());
        for case in 0..setting("LEADLIGHT_HOSTILE_CASES", 25) {
            let changed = wire::mutated(&bytes, &mut random);
            let outcome = std::panic::catch_unwind(|| exercise(&changed));
            let kept = || {
                let kept = std::env::temp_dir().join("leadlight-hostile.onnx");
                fs::write(&kept, &changed).unwrap();
                kept
            };
            match outcome {
                Ok(true) => opened += 1,
                Ok(false) => refused += 1,
                Err(_) => panic!("{}, case {case}: a panic; the file is kept as {}", path.display(), kept().display()),
            }
        }
    }
    println!("{} models changed: {opened} opened, {refused} refused, {} kB at most", found.len(), peak().unwrap_or(0));
    assert!(opened > 0 && refused > 0);
    assert!(peak().is_none_or(|kilobytes| kilobytes < MEMORY_MAX), "{:?} kB", peak());
}
