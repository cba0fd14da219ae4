//! Fuzzes model loading with structure-aware mutations of real models, most of which get past the protobuf decoder.

#![no_main]

#[path = "../../tests/malformed/exercise.rs"]
mod exercise;
#[path = "../../tests/malformed/random.rs"]
mod random;
#[path = "../../tests/malformed/wire.rs"]
mod wire;

use random::Random;

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mutated = wire::mutate(&data[..size], &mut Random::new(seed.into()));
    let length = mutated.len().min(max_size).min(data.len());
    data[..length].copy_from_slice(&mutated[..length]);
    length
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = exercise::exercise(bytes);
});
