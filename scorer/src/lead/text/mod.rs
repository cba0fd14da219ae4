//! Detects and decodes the text encodings of spreadsheets and exports.
//!
//! UTF-8 passes through. UTF-16 and the legacy code pages are decoded by `encoding_rs`, and guessed by `chardetng` and, for
//! those that it does not know, by `plausibility`. Must not depend on CSV or leads.

mod code_page;
mod decoder;
mod detect;
mod encoding;
mod plausibility;
mod reader;
#[cfg(test)]
mod tests;

pub use encoding::TextEncoding;
pub use reader::{DetectedEncoding, EncodingBasis, TextReader};

use std::str::Utf8Error;

/// Checks that bytes are UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    // Only the slower check returns the position of an error.
    simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes))
}
