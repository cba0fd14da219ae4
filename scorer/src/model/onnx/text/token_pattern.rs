//! Regular expressions of tokenizers: of all expressions, those whose tokens are runs of one set of characters. They
//! include all that exporters write by default, and need no engine.

use super::char_class::CharClass;
use std::iter::Peekable;
use std::str::Chars;

/// Tokens: runs of characters of a set, of limited length. A longer run is cut.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TokenPattern {
    /// Sets of which a character must be in one; in none if `is_inverted`.
    classes: Vec<CharClass>,
    is_inverted: bool,
    /// Number of characters.
    shortest: usize,
    longest: usize,
}

/// Longest length written as a number.
const COUNT_MAX: usize = 1000;

impl TokenPattern {
    /// Parses an expression: `\b` at its ends, between them one set of characters, perhaps repeated. `None` for any other
    /// expression.
    pub(super) fn parse(expression: &str) -> Option<Self> {
        let opened = expression.strip_prefix("\\b").unwrap_or(expression);
        let inner = opened.strip_suffix("\\b").filter(|rest| !rest.ends_with('\\')).unwrap_or(opened);
        let mut chars = inner.chars().peekable();
        let class = CharClass::parse(&mut chars)?;
        let (mut shortest, mut longest) = parse_counts(&mut chars)?;
        while chars.peek().is_some() {
            if CharClass::parse(&mut chars)? != class {
                return None;
            }
            let (least, most) = parse_counts(&mut chars)?;
            (shortest, longest) = (shortest.saturating_add(least), longest.saturating_add(most));
        }
        // A whole run of word characters lies between word boundaries, and no other run does.
        let has_boundary = inner.len() < expression.len();
        let is_served = !has_boundary || class.is_word() && longest == usize::MAX;
        is_served.then_some(TokenPattern { classes: vec![class], is_inverted: false, shortest, longest })
    }

    /// Tokens between separators, each of which is an expression for one character. A separator that is the empty text
    /// makes each character a token.
    pub(super) fn between(separators: &[String]) -> Option<Self> {
        if let [only] = separators
            && only.is_empty()
        {
            return Some(TokenPattern { classes: vec![CharClass::any()], is_inverted: false, shortest: 1, longest: 1 });
        }
        let class = |separator: &String| {
            let pattern = Self::parse(separator).filter(|pattern| pattern.shortest == 1)?;
            pattern.classes.into_iter().next().filter(|_| matches!(pattern.longest, 1 | usize::MAX))
        };
        let classes: Vec<CharClass> = separators.iter().map(class).collect::<Option<_>>()?;
        (!classes.is_empty()).then_some(TokenPattern { classes, is_inverted: true, shortest: 1, longest: usize::MAX })
    }

    /// Tokens of a text with at least this many characters, in order.
    pub(super) fn tokens<'t>(&self, text: &'t str, least: usize) -> Vec<&'t str> {
        let mut tokens = Vec::new();
        let (mut start, mut length) = (0, 0);
        let mut end_token = |from: usize, to: usize, length: usize| {
            if length >= self.shortest.max(least) {
                tokens.push(&text[from..to]);
            }
        };
        for (at, c) in text.char_indices() {
            if !self.contains(c) {
                end_token(start, at, length);
                length = 0;
                continue;
            }
            if length == self.longest {
                end_token(start, at, length);
                length = 0;
            }
            if length == 0 {
                start = at;
            }
            length += 1;
        }
        end_token(start, text.len(), length);
        tokens
    }

    fn contains(&self, c: char) -> bool {
        self.classes.iter().any(|class| class.contains(c)) != self.is_inverted
    }
}

/// Parses a repetition: none, `+`, `{2}`, `{2,}` or `{2,5}`. Lengths of 0 are not served.
fn parse_counts(chars: &mut Peekable<Chars<'_>>) -> Option<(usize, usize)> {
    let counts = match chars.peek() {
        Some('+') => {
            chars.next();
            (1, usize::MAX)
        }
        Some('{') => {
            chars.next();
            let inner: String = chars.by_ref().take_while(|c| *c != '}').collect();
            match inner.split_once(',') {
                None => (inner.parse().ok()?, inner.parse().ok()?),
                Some((least, "")) => (least.parse().ok()?, usize::MAX),
                Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            }
        }
        _ => (1, 1),
    };
    let (least, most) = counts;
    let is_valid = least > 0 && least <= most && least <= COUNT_MAX && (most == usize::MAX || most <= COUNT_MAX);
    (is_valid && !matches!(chars.peek(), Some('?' | '*' | '+' | '{'))).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens<'t>(expression: &str, text: &'t str) -> Vec<&'t str> {
        TokenPattern::parse(expression).unwrap().tokens(text, 1)
    }

    /// Expected tokens as onnxruntime 1.32 gives them.
    #[test]
    fn tokens_are_those_of_re2() {
        let text = "ab c déjà\nvu x_1,a 日本\u{a0}z";
        let words = ["ab", "c", "d", "j", "vu", "x_1", "a", "z"];
        assert_eq!(tokens("[a-zA-Z0-9_]+", text), words);
        assert_eq!(tokens(r"\w+", text), words);
        assert_eq!(tokens(r"\b\w\w+\b", text), ["ab", "vu", "x_1"]);
        assert_eq!(tokens(r"[^\s]+", text), ["ab", "c", "déjà", "vu", "x_1,a", "日本\u{a0}z"]);
        assert_eq!(tokens(r"\S+", text), tokens(r"[^\s]+", text));
        assert_eq!(tokens("[a-z]{2,}", text), ["ab", "vu"]);
        assert_eq!(tokens("[^,;]+", text), ["ab c déjà\nvu x_1", "a 日本\u{a0}z"]);
        assert_eq!(tokens("é+", text), ["é"]);
        assert_eq!(tokens(".", "a\né"), ["a", "\n", "é"]);
        assert_eq!(tokens(r"[^\n]", "a\né"), ["a", "é"]);
        assert_eq!(tokens("[a-z]{2}", "abcde"), ["ab", "cd"]);
        assert_eq!(tokens(r"[\w\-']+", "it's data-driven"), ["it's", "data-driven"]);
        assert_eq!(tokens("[a-]+", "a-b"), ["a-"]);
        assert!(tokens(r"\w+", "").is_empty() && tokens(r"\w+", " é").is_empty());
        assert_eq!(TokenPattern::parse(".").unwrap().tokens("ab", 2), Vec::<&str>::new());
    }

    #[test]
    fn separators_are_dropped() {
        let separators = [" ", "[.]", r"\?", ",", ";"].map(str::to_owned);
        let pattern = TokenPattern::between(&separators).unwrap();
        assert_eq!(pattern.tokens("ab.c d,e  f? x", 1), ["ab", "c", "d", "e", "f", "x"]);
        assert_eq!(pattern.tokens("ab.c d", 2), ["ab"]);
        assert_eq!(TokenPattern::between(&[String::new()]).unwrap().tokens("a\né", 1), ["a", "\n", "é"]);
        assert!(TokenPattern::between(&["ab".to_owned()]).is_none() && TokenPattern::between(&[]).is_none());
    }

    #[test]
    fn other_expressions_are_not_served() {
        let others = [
            "",
            r"(?u)\b\w\w+\b",
            r"\w*",
            r"\w+?",
            "ab",
            "a|b",
            "^a",
            r"[a-z]+\b",
            r"\pL+",
            "[[:alpha:]]+",
            "[a",
            "[z-a]",
            r"\b\w\b",
            "a{0,2}",
            "a{3,2}",
            "a{2}{2}",
            "[]+",
            "(a)",
            r"a\",
        ];
        for expression in others {
            assert_eq!(TokenPattern::parse(expression), None, "{expression}");
        }
    }
}
