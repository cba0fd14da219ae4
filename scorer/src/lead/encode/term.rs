//! Terms in texts, upper and lower case alike.
//!
//! Owns what "alike" means: what Python's `re.IGNORECASE` takes for the same letter. May not know features.

use super::Matching;
use super::specification::TERMS_MAX;
use aho_corasick::{AhoCorasick, MatchKind};

/// The terms of several flags, all looked for in one pass.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    automaton: AhoCorasick,
    /// How each term counts, and for which flag.
    terms: Vec<(Matching, usize)>,
}

/// Terms that would take too much memory.
#[derive(Debug)]
pub(super) struct TooManyTerms;

impl Terms {
    /// Terms that are not empty, each with its flag.
    pub(super) fn new(terms: &[(&String, Matching, usize)]) -> Result<Self, TooManyTerms> {
        if terms.iter().map(|(term, ..)| term.len()).sum::<usize>() > TERMS_MAX {
            return Err(TooManyTerms);
        }
        let folded = terms.iter().map(|(term, ..)| {
            let mut folded = String::new();
            fold(term, &mut folded);
            folded
        });
        let mut builder = AhoCorasick::builder();
        // Folding is the same for letters of ASCII, so that texts of ASCII alone are searched as they are.
        builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true);
        let automaton = builder.build(folded).map_err(|_| TooManyTerms)?;
        Ok(Terms { automaton, terms: terms.iter().map(|(_, matching, flag)| (*matching, *flag)).collect() })
    }

    /// Tells the flag of every term that the text contains, some more than once. `folded` is room to work in.
    pub(super) fn find(&self, text: &str, folded: &mut String, mut found: impl FnMut(usize)) {
        let text = if text.is_ascii() {
            text
        } else {
            fold(text, folded);
            folded
        };
        for term in self.automaton.find_overlapping_iter(text) {
            let (matching, flag) = self.terms[term.pattern().as_usize()];
            if matching == Matching::Substring || is_word(text, term.start(), term.end()) {
                found(flag);
            }
        }
    }
}

/// Whether no letter or digit stands right before or behind.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let behind = text.get(end..).and_then(|behind| behind.chars().next());
    !before.into_iter().chain(behind).any(char::is_alphanumeric)
}

/// Removes the difference between upper and lower case, character by character, as Python's `re.IGNORECASE` sees it:
/// simple case mapping, and the dotted and dotless i of Turkish equal to i.
pub(super) fn fold(text: &str, folded: &mut String) {
    folded.clear();
    folded.extend(text.chars().map(fold_char));
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
