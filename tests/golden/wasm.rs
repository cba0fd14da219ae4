//! The golden document again, in a browser.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_arch = "wasm32")]

mod document;
mod replay;

use document::Document;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Written by the native golden test, which the project's test command runs first.
fn document() -> Document {
    serde_json::from_slice(include_bytes!(env!("LEADLIGHT_GOLDEN"))).unwrap()
}

#[wasm_bindgen_test]
fn the_browser_gives_the_same_bits() {
    replay::sets(&document());
}

#[wasm_bindgen_test]
fn models_of_other_makers_answer_as_onnxruntime_in_the_browser_too() {
    replay::zoo(&document());
}
