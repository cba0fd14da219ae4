//! JSON as Python writes and reads it: what old clients send.
//!
//! Owns the grammar: NaN, Infinity and -Infinity are numbers, numbers too large become infinite, a repeated key's last
//! value counts, and errors come in the words and at the character positions of Python's own reader. May not know
//! leads. No library reads this dialect; what it refuses of it (RFC 8259 has no NaN) old clients do send.

#[cfg(test)]
mod tests;

use memchr::memchr2;
use serde_json::Number;
use std::borrow::Cow;
use thiserror::Error;

/// The most bytes of text that a list or an object may have to be kept.
const SMALL: usize = 1000;

/// How deep lists and objects may stand in one another.
const DEPTH: usize = 64;

/// Whole numbers below this one in size are all exact in an f64.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A body that is not JSON.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("not JSON: {reason} at character {at}")]
pub struct SyntaxError {
    /// The position, counted in Unicode code points from 0.
    pub at: usize,
    /// In the words of Python's reader.
    pub reason: &'static str,
}

/// A JSON value; an object's keys are distinct and in order of first appearance. A text without escapes stays where it
/// was read from.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, possibly NaN or infinite.
    Number(f64),
    /// A whole number of more digits than an f64 is sure to keep, as it was written.
    LongInteger(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A text with half of a surrogate pair, shown with a replacement character.
    BrokenText(String),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object.
    Object(Vec<(String, Json<'a>)>),
}

impl Json<'_> {
    /// The same value on its own, apart from what it was read from.
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

    /// The same as serde_json's value; NaN and infinities, which it cannot hold, become texts.
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

/// Whole numbers without a fraction, as the client most likely wrote them; only zero below zero keeps its sign so.
fn number_value(number: f64) -> serde_json::Value {
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() < EXACT && !negative_zero {
        return serde_json::Value::from(number as i64);
    }
    Number::from_f64(number).map_or_else(|| number.to_string().into(), serde_json::Value::Number)
}

/// Walks over a text, value by value.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// At the start of a text.
    pub fn new(text: &'a str) -> Self {
        Reader { text, at: 0, depth: 0 }
    }

    /// The next character that is not white space, not taken; `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("Extra data")),
        }
    }

    /// The value that starts here.
    pub fn value(&mut self) -> Result<Json<'a>, SyntaxError> {
        match self.peek() {
            Some(b'{') => {
                let mut members = Members::default();
                self.object(|reader, key| {
                    let value = reader.value()?;
                    members.put(key.into_owned(), value);
                    Ok(())
                })?;
                Ok(Json::Object(members.in_order))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.list(|reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Ok(Json::List(items))
            }
            Some(b'"') => self.string(),
            _ => self.scalar(),
        }
    }

    /// The value that starts here, if it is small or no list and no object; of a large one, a list that says how large
    /// it was. A tree takes many times the memory of its text, and nothing wants a large one.
    pub fn small_value(&mut self) -> Result<Json<'a>, SyntaxError> {
        if !matches!(self.peek(), Some(b'{' | b'[')) {
            return self.value();
        }
        let start = self.at;
        self.skip()?;
        let bytes = self.at - start;
        if bytes > SMALL {
            return Ok(Json::List(vec![Json::Text(format!("<omitted: {bytes} bytes>").into())]));
        }
        self.at = start;
        self.value()
    }

    /// Passes over the value that starts here.
    pub fn skip(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(b'{') => self.object(|reader, _| reader.skip()),
            Some(b'[') => self.list(Self::skip),
            Some(b'"') => self.string().map(drop),
            _ => self.scalar().map(drop),
        }
    }

    /// Walks over an object; `member` is called with each key, and takes the value.
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

    /// Walks over a list; `item` takes each value.
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
        if self.depth > DEPTH {
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
        if let Some((length, value)) = word(rest) {
            self.at += length;
            return Ok(value);
        }
        let length = number_length(rest.as_bytes()).ok_or_else(|| self.error("Expecting value"))?;
        let literal = &rest[..length];
        let number: f64 = literal.parse().map_err(|_| self.error("Expecting value"))?;
        self.at += length;
        // Python reads a number without fraction and exponent as an integer: exact, and without a negative zero.
        let integer = !literal.contains(['.', 'e', 'E']);
        Ok(match integer {
            true if number.abs() >= EXACT => Json::LongInteger(Cow::Borrowed(literal)),
            true => Json::Number(number + 0.0),
            false => Json::Number(number),
        })
    }

    fn string(&mut self) -> Result<Json<'a>, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let first = self.plain(start)?;
        if self.is_at(b'"') {
            self.at += 1;
            return Ok(Json::Text(Cow::Borrowed(first)));
        }
        let (mut whole, mut broken) = (first.to_owned(), false);
        while !self.is_at(b'"') {
            let escaped = self.escape(start)?;
            broken |= escaped.is_none();
            whole.push(escaped.unwrap_or(char::REPLACEMENT_CHARACTER));
            whole.push_str(self.plain(start)?);
        }
        self.at += 1;
        Ok(if broken { Json::BrokenText(whole) } else { Json::Text(Cow::Owned(whole)) })
    }

    fn is_at(&self, byte: u8) -> bool {
        self.text.as_bytes().get(self.at) == Some(&byte)
    }

    /// What stands here up to the next quote or backslash, which the text that began at `start` must still have.
    fn plain(&mut self, start: usize) -> Result<&'a str, SyntaxError> {
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

    /// The character behind a backslash; `None` for half of a surrogate pair.
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

    /// Python points at the u, and says the same of an escape that nothing follows.
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

    /// The number of `\uXXXX` at a place.
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

/// How many bytes come before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    // Most texts are names and short answers, over before a search in wide registers has begun.
    const WORDS: usize = 4;
    let words = &bytes.as_chunks().0[..(bytes.len() / 8).min(WORDS)];
    for (place, word) in words.iter().enumerate() {
        let marks = special(u64::from_le_bytes(*word));
        if marks != 0 {
            return place * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let from = words.len() * 8;
    let rest = &bytes[from..];
    let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let inside = &rest[..length];
    // The smallest byte is found many bytes at a time, the place of the first one too small is not.
    let is_control = |byte: &u8| *byte < b' ';
    if is_control(&inside.iter().fold(u8::MAX, |least, byte| least.min(*byte))) {
        return from + inside.iter().position(is_control).unwrap_or(length);
    }
    from + length
}

/// A word whose lowest byte with its highest bit set is the first that is a quote, a backslash or a control character;
/// zero where none is. (Of the bytes behind that one nothing is said. Mycroft's test, as in Warren, Hacker's Delight, 6-1.)
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | below(word, 0x20)) & (ONES << 7)
}

/// The word that a text starts with, and its length.
fn word(text: &str) -> Option<(usize, Json<'static>)> {
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

/// How many bytes of a text are a JSON number; `None` where none starts.
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

/// An object's members while they are read. Beyond a few keys an index finds the repeated ones, so that a body of
/// very many keys is read in a time that grows with its length and not with its square.
#[derive(Default)]
struct Members<'a> {
    in_order: Vec<(String, Json<'a>)>,
    places: std::collections::HashMap<String, usize>,
}

impl<'a> Members<'a> {
    fn put(&mut self, key: String, value: Json<'a>) {
        match self.places.get(&key) {
            Some(place) => self.in_order[*place].1 = value,
            None => {
                self.places.insert(key.clone(), self.in_order.len());
                self.in_order.push((key, value));
            }
        }
    }
}
