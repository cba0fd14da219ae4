//! Detected format of a file, as the page shows it.

use crate::protocol::{FileDialect, FileEncoding};
use scorer::lead::import::FileFormat;
use scorer::lead::text::{DetectedEncoding, EncodingBasis, TextEncoding};

/// Delimiters that need no mention.
const COMMON_DELIMITERS: &[u8] = b",;\t|";

/// Returns the encoding, unless it is UTF-8 and was not chosen.
pub(super) fn file_encoding(detected: DetectedEncoding) -> Option<FileEncoding> {
    let is_chosen = detected.basis == EncodingBasis::Chosen;
    (is_chosen || detected.encoding != TextEncoding::UTF_8).then(|| FileEncoding {
        name: detected.encoding.name().to_owned(),
        chosen: is_chosen.then(|| detected.encoding.label().to_lowercase()),
        guessed: detected.is_guessed(),
        has_replaced: detected.has_replaced,
    })
}

/// Returns the dialect, unless it is that of RFC 4180 with a common delimiter.
pub(super) fn file_dialect(format: &FileFormat) -> Option<FileDialect> {
    let (dialect, header) = (format.dialect, format.header_delimiter);
    let is_mentioned = header.is_some() || !COMMON_DELIMITERS.contains(&dialect.delimiter);
    let shown = FileDialect {
        delimiter: is_mentioned.then(|| char::from(dialect.delimiter)),
        header_delimiter: header.map(char::from),
        quote: (dialect.quote != b'"').then(|| char::from(dialect.quote)),
        escape: dialect.escape.map(char::from),
        skips_spaces: dialect.skips_spaces,
        wraps_lines: dialect.wraps_lines,
    };
    let is_plain = FileDialect {
        delimiter: None,
        header_delimiter: None,
        quote: None,
        escape: None,
        skips_spaces: false,
        wraps_lines: false,
    };
    (shown != is_plain).then_some(shown)
}
