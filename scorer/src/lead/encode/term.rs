//! Terms in texts, upper and lower case alike.
//!
//! Owns what "alike" means: what Python's `re.IGNORECASE` takes for the same letter. May not know features.

use super::Matching;

/// Removes the difference between upper and lower case, character by character, as Python's `re.IGNORECASE` sees it:
/// simple case mapping, and the dotted and dotless i of Turkish equal to i.
pub(super) fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    if char == '\u{130}' {
        return 'i';
    }
    let upper = only(char.to_uppercase()).unwrap_or(char);
    only(upper.to_lowercase()).unwrap_or(upper)
}

/// The one item of an iterator that has just one.
fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// Whether a folded text contains a folded term.
pub(super) fn contains(folded: &str, term: &str, matching: Matching) -> bool {
    match matching {
        Matching::Substring => folded.contains(term),
        Matching::Word => folded.match_indices(term).any(|(at, found)| {
            let before = folded[..at].chars().next_back();
            let behind = folded[at + found.len()..].chars().next();
            !before.into_iter().chain(behind).any(char::is_alphanumeric)
        }),
    }
}
