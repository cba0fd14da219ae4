//! Real models, changed inside their protobuf tree, so that most changes reach what lies behind the reader.

#![no_main]

#[path = "../../tests/hostile/exercise.rs"]
mod exercise;
#[path = "../../tests/hostile/random.rs"]
mod random;
#[path = "../../tests/hostile/wire.rs"]
mod wire;

use random::Random;

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = wire::mutated(&data[..size], &mut Random::new(seed.into()));
    let length = changed.len().min(max_size).min(data.len());
    data[..length].copy_from_slice(&changed[..length]);
    length
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = exercise::exercise(bytes);
});
