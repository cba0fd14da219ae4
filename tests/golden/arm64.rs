//! Golden test on arm64: replays the document written by the native golden test.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod replay;

use document::Document;

/// Document written by the native golden test, which `cargo xtask test` runs first.
fn document() -> Document {
    serde_json::from_slice(include_bytes!(env!("LEADLIGHT_GOLDEN"))).unwrap()
}

#[test]
fn scores_have_the_same_bits() {
    replay::check_sets(&document());
}

#[test]
fn third_party_models_match_onnxruntime() {
    replay::check_zoo(&document());
}
