//! Fuzzes encoder specifications.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scorer::lead::encode::{Encoder, Specification};
use scorer::lead::Lead;

fuzz_target!(|bytes: &[u8]| {
    let Ok(specification) = serde_json::from_slice::<Specification>(bytes) else { return };
    let Ok(encoder) = Encoder::new(specification) else { return };
    let lead = Lead::empty(encoder.schema().len());
    encoder.encode_blocks([lead].iter());
});
