//! Removes what exporters wrap around a cell: `="..."`, quotes around the whole cell, a leading apostrophe.
//!
//! Spreadsheets are kept from rewriting a cell in these ways; none of them is part of its text.

use std::borrow::Cow;

/// Limit of nested wrappers.
const LAYERS_MAX: usize = 4;

/// True when a cell may be wrapped, by its first byte.
#[inline]
pub fn may_be_wrapped(cell: &str) -> bool {
    matches!(cell.as_bytes().first(), Some(b'=' | b'"' | b'\'' | b' '))
}

/// Text inside of a cell's wrappers; `None` when it has none.
pub fn unwrap(cell: &str) -> Option<Cow<'_, str>> {
    let mut text = without_layer(Cow::Borrowed(cell.trim()))?;
    for _ in 1..LAYERS_MAX {
        match without_layer(text.clone()) {
            Some(inner) => text = inner,
            None => break,
        }
    }
    Some(text)
}

/// The cell without its wrappers, if it has any.
pub(super) fn unwrapped(cell: &str) -> Cow<'_, str> {
    if may_be_wrapped(cell) { unwrap(cell).unwrap_or(Cow::Borrowed(cell)) } else { Cow::Borrowed(cell) }
}

fn without_layer(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => layer(text),
        Cow::Owned(text) => layer(&text).map(|inner| Cow::Owned(inner.into_owned())),
    }
}

fn layer(text: &str) -> Option<Cow<'_, str>> {
    match text.as_bytes().first()? {
        b'=' => enclosed(text.strip_prefix('=')?.trim_start(), '"'),
        b'"' => enclosed(text, '"'),
        b'\'' => enclosed(text, '\'').filter(|inner| !inner.is_empty()).or_else(|| after_apostrophe(text)),
        _ => None,
    }
}

/// Text between a pair of quotes that enclose all of it; quotes inside are doubled.
fn enclosed(text: &str, quote: char) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    if !inner.contains(quote) {
        return Some(Cow::Borrowed(inner));
    }
    let pair = [quote, quote].iter().collect::<String>();
    if inner.replace(&pair, "").contains(quote) {
        // Nested quotes that were not doubled.
        return enclosed(inner, quote);
    }
    Some(Cow::Owned(inner.replace(&pair, &quote.to_string())))
}

/// Text after the apostrophe that marks a cell as text; `None` for an apostrophe that belongs to a word, as in
/// 's-Hertogenbosch and 't Gooi.
fn after_apostrophe(text: &str) -> Option<Cow<'_, str>> {
    let rest = text.strip_prefix('\'')?;
    let mut characters = rest.chars();
    let (first, second) = (characters.next()?, characters.next());
    let is_elision = first.is_alphabetic() && second.is_some_and(|second| !second.is_alphanumeric());
    (!is_elision && !first.is_whitespace()).then_some(Cow::Borrowed(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrappers_are_removed() {
        for (cell, text) in [
            ("=\"51-200\"", "51-200"),
            ("=\"Founder & CEO\"", "Founder & CEO"),
            ("= \"007\"", "007"),
            ("\"CTO\"", "CTO"),
            ("\"\"CTO\"\"", "CTO"),
            ("\"Head of \"\"Growth\"\"\"", "Head of \"Growth\""),
            ("'0612000000", "0612000000"),
            ("'=1+1", "=1+1"),
            ("'CTO", "CTO"),
            ("'51-200'", "51-200"),
            ("'=\"12\"", "12"),
            ("=\"\"", ""),
            ("\"\"", ""),
            (" \"CTO\" ", "CTO"),
        ] {
            assert_eq!(unwrap(cell).as_deref(), Some(text), "{cell}");
        }
    }

    #[test]
    fn quotes_within_a_text_stay() {
        for cell in [
            "CTO",
            "",
            "=1+1",
            "\"Head\" of \"Growth\"",
            "\"",
            "'",
            "'s-Hertogenbosch",
            "'t Gooi",
            "5\" disk",
            "\"open",
            "' x",
        ] {
            assert_eq!(unwrap(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn any_text_survives_its_wrappers(text in "[a-zA-Zé&,;0-9][a-zA-Zé&,; \"0-9.-]{0,20}[a-zA-Z0-9]") {
            let doubled = text.replace('"', "\"\"");
            let [formula, quoted] = [format!("=\"{doubled}\""), format!("\"{doubled}\"")];
            for cell in [formula, quoted] {
                let inner = unwrap(&cell);
                prop_assert_eq!(inner.as_deref(), Some(text.as_str()));
                prop_assert!(may_be_wrapped(&cell));
            }
        }

        #[test]
        fn any_cell_is_bounded(cell in "[='\" a]{0,24}") {
            let inner = unwrap(&cell);
            prop_assert!(inner.is_none_or(|inner| inner.len() < cell.len()));
        }
    }
}
