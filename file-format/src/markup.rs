//! Detection of HTML, XML and JSON by the first characters that are no spaces.

use crate::FileFormat::{self, Html, Json, Text, Xml};

/// Elements that web pages and fragments of them start with.
const HTML_TAGS: [&str; 18] = [
    "html", "head", "meta", "title", "style", "script", "link", "body", "table", "thead", "tbody", "tr", "div",
    "center", "font", "p", "h1", "span",
];

/// Detects the format of text in an encoding that contains ASCII.
pub(crate) fn detect(text: &[u8]) -> FileFormat {
    let text = text.trim_ascii_start();
    match text.first() {
        Some(b'<') => markup(text),
        Some(b'[') => bracket(&text[1..]),
        Some(b'{') => brace(&text[1..]),
        _ => Text,
    }
}

/// Distinguishes HTML from XML; a cell in angle brackets is text.
fn markup(text: &[u8]) -> FileFormat {
    if HTML_TAGS.iter().any(|tag| starts_with_tag(text, tag)) {
        return Html;
    }
    let rest = &text[1..];
    match rest.first() {
        Some(b'?' | b'!') if is_page(rest) => Html,
        Some(b'?' | b'!') => Xml,
        Some(letter) if letter.is_ascii_alphabetic() && has_end_tag(rest) => Xml,
        _ => Text,
    }
}

/// True for a web page after a declaration or a comment. Spreadsheets in XML have elements of the same names.
fn is_page(text: &[u8]) -> bool {
    let has_tag = |tag: &str| (0..text.len()).any(|at| starts_with_tag(&text[at..], tag));
    has_tag("html")
        || starts_with_ignoring_case(text, b"!doctype html")
        || !has_tag("Workbook") && HTML_TAGS.iter().any(|tag| has_tag(tag))
}

/// True when the text begins with this tag.
fn starts_with_tag(text: &[u8], tag: &str) -> bool {
    let name = text.strip_prefix(b"<").filter(|rest| starts_with_ignoring_case(rest, tag.as_bytes()));
    name.and_then(|rest| rest.get(tag.len()))
        .is_some_and(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
}

/// True when an element's end, or that of an empty one, follows: a cell such as `<none>` has none.
fn has_end_tag(text: &[u8]) -> bool {
    text.windows(2).any(|pair| matches!(pair, b"</" | b"/>")) || text.windows(6).any(|name| name == b" xmlns")
}

/// A JSON array of objects, arrays or texts; a column name in brackets is text.
fn bracket(rest: &[u8]) -> FileFormat {
    match rest.trim_ascii_start() {
        [b'{', rest @ ..] => brace(rest),
        [b'[' | b']' | b'"', ..] => Json,
        _ => Text,
    }
}

fn brace(rest: &[u8]) -> FileFormat {
    if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')) { Json } else { Text }
}

fn starts_with_ignoring_case(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}
