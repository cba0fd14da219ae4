//! Parts of a JSON value, borrowed from its text.

use crate::Error;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Null,
    /// Number or truth value.
    Literal,
}

pub(super) fn kind(value: &RawValue) -> Kind {
    match value.get().as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::Text,
        Some(b'n') => Kind::Null,
        _ => Kind::Literal,
    }
}

/// Returns the elements of an array; none of another value.
pub(super) fn elements(array: &RawValue) -> Result<Vec<&RawValue>, Error> {
    if kind(array) != Kind::Array {
        return Ok(Vec::new());
    }
    serde_json::from_str(array.get()).map_err(malformed)
}

/// Returns the fields of an object in their order, repeated ones too.
pub(super) fn fields(object: &RawValue) -> Result<Vec<(String, &RawValue)>, Error> {
    serde_json::from_str(object.get()).map(|Fields(fields)| fields).map_err(malformed)
}

/// Returns the text of a value; numbers and nested values as they are written.
pub(super) fn text(value: &RawValue) -> Cow<'_, str> {
    match kind(value) {
        Kind::Null => "".into(),
        Kind::Text => serde_json::from_str(value.get()).map_or_else(|_| value.get().into(), |Text(text)| text.into()),
        _ => value.get().into(),
    }
}

/// Replaces `NaN` and `Infinity` outside of texts, which are no JSON, by `null`.
pub(super) fn replace_nan(text: &str) -> Cow<'_, str> {
    let (mut replaced, mut copied, mut in_text, mut at) = (String::new(), 0, false, 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let literal = ["NaN", "-Infinity", "Infinity"].into_iter().find(|name| rest.starts_with(name.as_bytes()));
        match (byte, literal) {
            (b'\\', _) => at += 1,
            (b'"', _) => in_text = !in_text,
            (_, Some(name)) if !in_text => {
                replaced.extend([text.get(copied..at).unwrap_or_default(), "null"]);
                at += name.len() - 1;
                copied = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return text.into();
    }
    replaced.push_str(text.get(copied..).unwrap_or_default());
    replaced.into()
}

fn malformed(error: serde_json::Error) -> Error {
    Error::MalformedJson { line: error.line() }
}

/// Fields of an object, in order.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

/// Text whose escapes may be half of a surrogate pair, which becomes a replacement character.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
    }
}
