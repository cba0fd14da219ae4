//! Sets of characters, as written in the regular expressions of tokenizers (syntax of RE2, of which `\w`, `\d` and `\s`
//! are ASCII only).

use std::iter::Peekable;
use std::str::Chars;

/// Set of characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CharClass {
    items: Vec<Item>,
    is_negated: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Range(char, char),
    Word { is_negated: bool },
    Digit { is_negated: bool },
    Space { is_negated: bool },
}

impl CharClass {
    /// Any character, as `.`: onnxruntime lets it match line breaks.
    pub(super) fn any() -> Self {
        CharClass { items: vec![], is_negated: true }
    }

    /// True for `\w` and sets of the same characters.
    pub(super) fn is_word(&self) -> bool {
        (0..128).map(char::from).all(|c| self.contains(c) == is_word(c)) && !self.contains('é') && !self.is_negated
    }

    pub(super) fn contains(&self, c: char) -> bool {
        let matches = |item: &Item| match item {
            Item::Range(first, last) => (*first..=*last).contains(&c),
            Item::Word { is_negated } => is_word(c) != *is_negated,
            Item::Digit { is_negated } => c.is_ascii_digit() != *is_negated,
            Item::Space { is_negated } => matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ') != *is_negated,
        };
        self.items.iter().any(matches) != self.is_negated
    }

    /// Parses one character or set at the start of an expression; `None` for anything else.
    pub(super) fn parse(chars: &mut Peekable<Chars<'_>>) -> Option<Self> {
        match chars.next()? {
            '.' => Some(Self::any()),
            '[' => Self::parse_set(chars),
            '\\' => Some(CharClass { items: vec![parse_escape(chars)?], is_negated: false }),
            c if "^$|()*+?{}]".contains(c) => None,
            c => Some(CharClass { items: vec![Item::Range(c, c)], is_negated: false }),
        }
    }

    /// Parses a set behind its opening bracket.
    fn parse_set(chars: &mut Peekable<Chars<'_>>) -> Option<Self> {
        let is_negated = chars.next_if_eq(&'^').is_some();
        let mut items = Vec::new();
        loop {
            let item = match chars.next()? {
                ']' if !items.is_empty() => return Some(CharClass { items, is_negated }),
                // `[:alpha:]` and the like.
                '[' if chars.peek() == Some(&':') => return None,
                '\\' => parse_escape(chars)?,
                c => Item::Range(c, c),
            };
            items.push(match (item, chars.peek()) {
                (Item::Range(first, _), Some('-')) => parse_range(first, chars)?,
                (item, _) => item,
            });
        }
    }
}

/// Parses what follows the first character of a range: a hyphen that is the last character of the set stands for itself.
fn parse_range(first: char, chars: &mut Peekable<Chars<'_>>) -> Option<Item> {
    let mut ahead = chars.clone();
    ahead.next();
    let last = match ahead.next()? {
        ']' => return Some(Item::Range(first, first)),
        '\\' => match parse_escape(&mut ahead)? {
            Item::Range(last, _) => last,
            _ => return None,
        },
        last => last,
    };
    *chars = ahead;
    (first <= last).then_some(Item::Range(first, last))
}

/// Parses an escape behind its backslash.
fn parse_escape(chars: &mut Peekable<Chars<'_>>) -> Option<Item> {
    let single = |c| Some(Item::Range(c, c));
    match chars.next()? {
        'w' => Some(Item::Word { is_negated: false }),
        'W' => Some(Item::Word { is_negated: true }),
        'd' => Some(Item::Digit { is_negated: false }),
        'D' => Some(Item::Digit { is_negated: true }),
        's' => Some(Item::Space { is_negated: false }),
        'S' => Some(Item::Space { is_negated: true }),
        'n' => single('\n'),
        't' => single('\t'),
        'r' => single('\r'),
        'f' => single('\u{c}'),
        'v' => single('\u{b}'),
        c if c.is_ascii_punctuation() => single(c),
        _ => None,
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
