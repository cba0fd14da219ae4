//! Malformed model files: real ones with random mutations of their protobuf tree. Opening and running one may return an
//! error, but must not panic, loop forever or allocate without bound.
//!
//! `LEADLIGHT_HOSTILE_CASES` sets the number of mutations per model, `LEADLIGHT_HOSTILE_SEED` the seed.

// Panics fail the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exercise;
mod random;
mod wire;

use exercise::exercise;
use random::Random;
use std::fs;
use std::path::{Path, PathBuf};

/// Largest model in bytes: larger ones take longer to mutate and cover no more code.
const MODEL_MAX: u64 = 60_000;

/// Peak memory allowed for the whole test, in kilobytes.
const MEMORY_MAX: u64 = 1 << 20;

fn find_models(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find_models(&path, found);
        } else if path.extension().is_some_and(|end| end == "onnx") && path.metadata().unwrap().len() <= MODEL_MAX {
            found.push(path);
        }
    }
}

fn env_or(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// Peak memory of this process in kilobytes; `None` where the system does not report it.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[test]
fn mutated_models_open_or_return_errors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut found = Vec::new();
    find_models(&root.join("tests/fixtures"), &mut found);
    assert!(!found.is_empty(), "there are no models to mutate");
    find_models(&shared, &mut found);
    let mut random = Random::new(env_or("LEADLIGHT_HOSTILE_SEED", 1));
    let (mut opened, mut rejected) = (0, 0);
    for path in &found {
        let bytes = fs::read(path).unwrap();
        assert!(exercise(&bytes), "{} should open as it is", path.display());
        for case in 0..env_or("LEADLIGHT_HOSTILE_CASES", 25) {
            let mutated = wire::mutate(&bytes, &mut random);
            let outcome = std::panic::catch_unwind(|| exercise(&mutated));
            let save = || {
                let path = std::env::temp_dir().join("leadlight-hostile.onnx");
                fs::write(&path, &mutated).unwrap();
                path
            };
            match outcome {
                Ok(true) => opened += 1,
                Ok(false) => rejected += 1,
                Err(_) => panic!("{}, case {case}: a panic; the file is kept as {}", path.display(), save().display()),
            }
        }
    }
    println!(
        "{} models mutated: {opened} opened, {rejected} rejected, {} kB at most",
        found.len(),
        peak_memory().unwrap_or(0)
    );
    assert!(opened > 0 && rejected > 0);
    assert!(peak_memory().is_none_or(|kilobytes| kilobytes < MEMORY_MAX), "{:?} kB", peak_memory());
}
