//! Searches texts for terms, ignoring case as Python's `re.IGNORECASE` does.

use super::Matching;
use super::specification::TERMS_MAX;
use aho_corasick::{AhoCorasick, MatchKind};

/// Matcher of the terms of several flags in one pass.
#[derive(Debug, Clone)]
pub(super) struct TermMatcher {
    automaton: AhoCorasick,
    /// Matching mode and flag of each term.
    terms: Vec<(Matching, usize)>,
}

/// Terms over the size limit.
#[derive(Debug)]
pub(super) struct TooManyTerms;

impl TermMatcher {
    /// Compiles non-empty terms, each with its flag.
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
        // ASCII case is ignored by the automaton, so that ASCII texts need no folding.
        builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true);
        let automaton = builder.build(folded).map_err(|_| TooManyTerms)?;
        Ok(TermMatcher { automaton, terms: terms.iter().map(|(_, matching, flag)| (*matching, *flag)).collect() })
    }

    /// Calls `found` with the flag of every match, possibly more than once. `folded` is a scratch buffer.
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

/// True when no letter or digit is adjacent to the match.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let previous = text.get(..start).and_then(|text| text.chars().next_back());
    let next = text.get(end..).and_then(|text| text.chars().next());
    !previous.into_iter().chain(next).any(char::is_alphanumeric)
}

/// Folds case character by character as Python's `re.IGNORECASE` does: simple case mapping, and the dotted and dotless i of
/// Turkish equal to i.
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
    let upper = single(char.to_uppercase()).unwrap_or(char);
    single(upper.to_lowercase()).unwrap_or(upper)
}

/// The item of an iterator with exactly one.
fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}
