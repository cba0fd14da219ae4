//! Golden test in a browser: replays the document written by the native golden test.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_arch = "wasm32")]

mod document;
mod replay;

use document::Document;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Document written by the native golden test, which `cargo xtask test` runs first.
fn document() -> Document {
    serde_json::from_slice(include_bytes!(env!("LEADLIGHT_GOLDEN"))).unwrap()
}

#[wasm_bindgen_test]
fn scores_have_the_same_bits() {
    replay::check_sets(&document());
}

#[wasm_bindgen_test]
fn third_party_models_match_onnxruntime() {
    replay::check_zoo(&document());
}
