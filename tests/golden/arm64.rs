//! The golden document again, on another processor.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod replay;

use document::Document;

/// Written by the native golden test, which the project's test command runs first.
fn document() -> Document {
    serde_json::from_slice(include_bytes!(env!("LEADLIGHT_GOLDEN"))).unwrap()
}

#[test]
fn another_processor_gives_the_same_bits() {
    replay::sets(&document());
}

#[test]
fn models_of_other_makers_answer_as_onnxruntime_on_another_processor_too() {
    replay::zoo(&document());
}
