//! Fuzzes model loading with arbitrary bytes.

#![no_main]

#[path = "../../tests/malformed/exercise.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = exercise::exercise(bytes);
});
