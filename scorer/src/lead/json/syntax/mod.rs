//! Parses JSON as Python's `json` module does.
//!
//! NaN, Infinity and -Infinity are numbers, numbers out of range become infinite, the last value of a repeated key
//! counts, and errors have the messages and character positions of Python. No library parses this dialect, which
//! existing clients send (RFC 8259 has no NaN). Must not depend on leads.

#[cfg(test)]
mod tests;

use memchr::memchr2;
use serde_json::Number;
use std::borrow::Cow;
use thiserror::Error;

/// Size limit of a list or an object that is kept, in bytes of text.
const KEPT_BYTES_MAX: usize = 1000;

/// Nesting limit of lists and objects.
const DEPTH_MAX: usize = 64;

/// Integers below this magnitude are exact in f64.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// Syntax error.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("not JSON: {reason} at character {at}")]
pub struct SyntaxError {
    /// Position in Unicode code points, from 0.
    pub at: usize,
    /// Message of Python's parser.
    pub reason: &'static str,
}

/// JSON value. The keys of an object are distinct, in order of first appearance. Texts without escapes borrow from the
/// input.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number; may be NaN or infinite.
    Number(f64),
    /// An integer that may not be exact in f64, as its digits.
    LongInteger(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// A string with a lone surrogate, which is replaced by U+FFFD.
    BrokenText(String),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object.
    Object(Vec<(String, Json<'a>)>),
}

impl Json<'_> {
    /// Copies borrowed texts.
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Json::Null => Json::Null,
            Json::Bool(flag) => Json::Bool(flag),
            Json::Number(number) => Json::Number(number),
            Json::LongInteger(digits) => Json::LongInteger(Cow::Owned(digits.into_owned())),
            Json::Text(text) => Json::Text(Cow::Owned(text.into_owned())),
            Json::BrokenText(text) => Json::BrokenText(text),
            Json::List(items) => Json::List(items.into_iter().map(Json::into_owned).collect()),
            Json::Object(members) => {
                Json::Object(members.into_iter().map(|(key, value)| (key, value.into_owned())).collect())
            }
        }
    }

    /// Converts to a value of serde_json; NaN and infinities become strings.
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => number_value(*number),
            Json::LongInteger(digits) => {
                digits.parse::<i64>().map_or_else(|_| Value::String(digits.to_string()), Value::from)
            }
            Json::Text(text) => Value::String(text.to_string()),
            Json::BrokenText(text) => Value::String(text.clone()),
            Json::List(items) => items.iter().map(Json::to_value).collect(),
            Json::Object(members) => members.iter().map(|(key, value)| (key.clone(), value.to_value())).collect(),
        }
    }
}

/// Writes integers without a fraction, except for a negative zero, which would lose its sign.
fn number_value(number: f64) -> serde_json::Value {
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() < EXACT_INTEGERS && !negative_zero {
        return serde_json::Value::from(number as i64);
    }
    Number::from_f64(number).map_or_else(|| number.to_string().into(), serde_json::Value::Number)
}

/// Recursive descent parser.
pub struct JsonParser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> JsonParser<'a> {
    /// Creates a parser at the start of a text.
    pub fn new(text: &'a str) -> Self {
        JsonParser { text, at: 0, depth: 0 }
    }

    /// Skips white space and returns the next byte without consuming it; `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Checks that only white space follows.
    pub fn end(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("Extra data")),
        }
    }

    /// Parses the next value.
    pub fn value(&mut self) -> Result<Json<'a>, SyntaxError> {
        match self.peek() {
            Some(b'{') => {
                let mut members = Members::default();
                self.object(|parser, key| {
                    let value = parser.value()?;
                    members.put(key.into_owned(), value);
                    Ok(())
                })?;
                Ok(Json::Object(members.in_order))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.list(|parser| {
                    items.push(parser.value()?);
                    Ok(())
                })?;
                Ok(Json::List(items))
            }
            Some(b'"') => self.string(),
            _ => self.scalar(),
        }
    }

    /// Parses the next value. A list or an object over `KEPT_BYTES_MAX` is replaced by a list with a note of its size: a
    /// tree takes many times the memory of its text, and no field has a large one.
    pub fn small_value(&mut self) -> Result<Json<'a>, SyntaxError> {
        if !matches!(self.peek(), Some(b'{' | b'[')) {
            return self.value();
        }
        let start = self.at;
        self.skip()?;
        let bytes = self.at - start;
        if bytes > KEPT_BYTES_MAX {
            return Ok(Json::List(vec![Json::Text(format!("<omitted: {bytes} bytes>").into())]));
        }
        self.at = start;
        self.value()
    }

    /// Skips the next value.
    pub fn skip(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(b'{') => self.object(|parser, _| parser.skip()),
            Some(b'[') => self.list(Self::skip),
            Some(b'"') => self.string().map(drop),
            _ => self.scalar().map(drop),
        }
    }

    /// Parses an object; `member` is called with each key and must consume the value.
    pub fn object<E: From<SyntaxError>>(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.enter()?;
        let mut next = self.peek();
        if next == Some(b'}') {
            self.leave();
            return Ok(());
        }
        loop {
            if next != Some(b'"') {
                return Err(self.error("Expecting property name enclosed in double quotes").into());
            }
            let key = match self.string()? {
                Json::Text(key) => key,
                Json::BrokenText(key) => Cow::Owned(key),
                _ => return Err(self.error("Expecting value").into()),
            };
            if self.peek() != Some(b':') {
                return Err(self.error("Expecting ':' delimiter").into());
            }
            self.at += 1;
            member(self, key)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.error("Expecting ',' delimiter").into()),
            }
            next = self.peek();
        }
        self.leave();
        Ok(())
    }

    /// Parses a list; `item` must consume each value.
    pub fn list<E: From<SyntaxError>>(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), E>) -> Result<(), E> {
        self.enter()?;
        if self.peek() == Some(b']') {
            self.leave();
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.error("Expecting ',' delimiter").into()),
            }
        }
        self.leave();
        Ok(())
    }

    fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("Too deeply nested"));
        }
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    fn scalar(&mut self) -> Result<Json<'a>, SyntaxError> {
        let text = self.text;
        let rest = &text[self.at..];
        if let Some((length, value)) = literal(rest) {
            self.at += length;
            return Ok(value);
        }
        let length = number_length(rest.as_bytes()).ok_or_else(|| self.error("Expecting value"))?;
        let digits = &rest[..length];
        let number: f64 = digits.parse().map_err(|_| self.error("Expecting value"))?;
        self.at += length;
        // Python parses a number without fraction and exponent as an integer: exact, and without a negative zero.
        let integer = !digits.contains(['.', 'e', 'E']);
        Ok(match integer {
            true if number.abs() >= EXACT_INTEGERS => Json::LongInteger(Cow::Borrowed(digits)),
            true => Json::Number(number + 0.0),
            false => Json::Number(number),
        })
    }

    fn string(&mut self) -> Result<Json<'a>, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let first = self.normalize_name(start)?;
        if self.is_at(b'"') {
            self.at += 1;
            return Ok(Json::Text(Cow::Borrowed(first)));
        }
        let (mut whole, mut broken) = (first.to_owned(), false);
        while !self.is_at(b'"') {
            let escaped = self.escape(start)?;
            broken |= escaped.is_none();
            whole.push(escaped.unwrap_or(char::REPLACEMENT_CHARACTER));
            whole.push_str(self.normalize_name(start)?);
        }
        self.at += 1;
        Ok(if broken { Json::BrokenText(whole) } else { Json::Text(Cow::Owned(whole)) })
    }

    fn is_at(&self, byte: u8) -> bool {
        self.text.as_bytes().get(self.at) == Some(&byte)
    }

    /// Consumes text up to the next quote or backslash; `start` is where the string began, for errors.
    fn normalize_name(&mut self, start: usize) -> Result<&'a str, SyntaxError> {
        let (text, from) = (self.text, self.at);
        let rest = &text.as_bytes()[from..];
        let length = plain_length(rest);
        match rest.get(length) {
            None => return Err(self.error_at(start, "Unterminated string starting at")),
            Some(..b' ') => return Err(self.error_at(from + length, "Invalid control character at")),
            Some(_) => {}
        }
        self.at += length;
        Ok(&text[from..self.at])
    }

    /// Parses an escape sequence; `None` for a lone surrogate.
    fn escape(&mut self, start: usize) -> Result<Option<char>, SyntaxError> {
        let code = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match code {
            Some(b'u') => return self.unicode_escape(),
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(same @ (b'"' | b'\\' | b'/')) => char::from(same),
            Some(_) => return Err(self.error("Invalid \\escape")),
            None => return Err(self.error_at(start, "Unterminated string starting at")),
        };
        self.at += 2;
        Ok(Some(plain))
    }

    /// Python reports the position of the u, and the same error for an escape at the end of the text.
    fn unicode_escape(&mut self) -> Result<Option<char>, SyntaxError> {
        let first = self.hex(self.at).filter(|_| self.at + 6 < self.text.len());
        let first = first.ok_or_else(|| self.error_at(self.at + 1, "Invalid \\uXXXX escape"))?;
        self.at += 6;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first));
        }
        match self.hex(self.at) {
            Some(second) if (0xDC00..0xE000).contains(&second) && self.at + 6 < self.text.len() => {
                self.at += 6;
                Ok(char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)))
            }
            _ => Ok(None),
        }
    }

    /// Code unit of `\uXXXX` at a position.
    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }

    fn error(&self, reason: &'static str) -> SyntaxError {
        self.error_at(self.at, reason)
    }

    fn error_at(&self, at: usize, reason: &'static str) -> SyntaxError {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        SyntaxError { at: before.chars().count(), reason }
    }
}

/// Number of bytes before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    // Most strings are shorter than the setup of a vector search.
    const WORDS: usize = 4;
    let words = &bytes.as_chunks().0[..(bytes.len() / 8).min(WORDS)];
    for (index, word) in words.iter().enumerate() {
        let flags = special(u64::from_le_bytes(*word));
        if flags != 0 {
            return index * 8 + flags.trailing_zeros() as usize / 8;
        }
    }
    let from = words.len() * 8;
    let rest = &bytes[from..];
    let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let inside = &rest[..length];
    // The minimum is vectorized, the position of the first control character is not.
    let is_control = |byte: &u8| *byte < b' ';
    if is_control(&inside.iter().fold(u8::MAX, |least, byte| least.min(*byte))) {
        return from + inside.iter().position(is_control).unwrap_or(length);
    }
    from + length
}

/// Sets the highest bit of the first byte that is a quote, a backslash or a control character; 0 without one. Later bytes
/// are undefined. (Mycroft's test; Warren, Hacker's Delight, 6-1.)
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | below(word, 0x20)) & (ONES << 7)
}

/// Literal at the start of a text, with its length.
fn literal(text: &str) -> Option<(usize, Json<'static>)> {
    const WORDS: [(&str, Json<'static>); 6] = [
        ("null", Json::Null),
        ("true", Json::Bool(true)),
        ("false", Json::Bool(false)),
        ("NaN", Json::Number(f64::NAN)),
        ("Infinity", Json::Number(f64::INFINITY)),
        ("-Infinity", Json::Number(f64::NEG_INFINITY)),
    ];
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    WORDS.into_iter().find(|(word, _)| text.starts_with(word)).map(|(word, value)| (word.len(), value))
}

/// Length of the JSON number at the start of a text.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match (bytes.get(at), digits(at)) {
        (_, 0) => return None,
        (Some(b'0'), _) => 1,
        (_, whole) => whole,
    };
    if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let signed = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if digits(signed) > 0 {
            at = signed + digits(signed);
        }
    }
    Some(at)
}

/// Members of an object during parsing. An index finds repeated keys, so that objects of many keys take linear time.
#[derive(Default)]
struct Members<'a> {
    in_order: Vec<(String, Json<'a>)>,
    index: std::collections::HashMap<String, usize>,
}

impl<'a> Members<'a> {
    fn put(&mut self, key: String, value: Json<'a>) {
        match self.index.get(&key) {
            Some(index) => self.in_order[*index].1 = value,
            None => {
                self.index.insert(key.clone(), self.in_order.len());
                self.in_order.push((key, value));
            }
        }
    }
}
