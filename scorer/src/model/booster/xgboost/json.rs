//! XGBoost's JSON, which has numbers that JSON lacks: `NaN` and `Infinity`. They are quoted before the text is parsed.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Words of numbers outside of JSON; a sign stands before them.
const WORDS: [&[u8]; 2] = [b"NaN", b"Infinity"];

/// Parses a document.
pub(super) fn from_slice<T: DeserializeOwned>(file: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(&quote_words(file))
}

/// Puts the words in quotes, with their sign, where they are outside of texts.
fn quote_words(file: &[u8]) -> Cow<'_, [u8]> {
    let (mut quoted, mut copied) = (Vec::new(), 0);
    let (mut at, mut in_text) = (0, false);
    while let Some(byte) = file.get(at) {
        let word = WORDS.iter().find(|word| !in_text && file[at..].starts_with(word));
        match (byte, word) {
            (b'\\', _) if in_text => at += 1,
            (b'"', _) => in_text = !in_text,
            (_, Some(word)) => {
                let start = if at > copied && file[at - 1] == b'-' { at - 1 } else { at };
                quoted.extend_from_slice(&file[copied..start]);
                quoted.push(b'"');
                quoted.extend_from_slice(&file[start..at + word.len()]);
                quoted.push(b'"');
                copied = at + word.len();
                at = copied - 1;
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(file);
    }
    quoted.extend_from_slice(&file[copied..]);
    Cow::Owned(quoted)
}

/// f32 that may be written as one of the words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(pub(super) f32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
        Ok(Number(value as f32))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
        Ok(Number(value as f32))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
        Ok(Number(value as f32))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map(Number).map_err(|_| E::custom(format!("{text:?} is no number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_json_are_read() {
        let read: Vec<Number> = from_slice(b"[NaN, -Infinity,Infinity, 1E-45, 2]").unwrap();
        assert!(read[0].0.is_nan());
        assert_eq!(
            read[1..].iter().map(|number| number.0).collect::<Vec<_>>(),
            [f32::NEG_INFINITY, f32::INFINITY, f32::from_bits(1), 2.0]
        );
        assert!(from_slice::<Vec<Number>>(b"[Na]").is_err() && from_slice::<Vec<Number>>(b"[\"x\"]").is_err());
    }

    #[test]
    fn words_in_texts_are_kept() {
        let texts: Vec<String> = from_slice(br#"["NaN", "a\"NaN", "\\", "-Infinity"]"#).unwrap();
        assert_eq!(texts, ["NaN", "a\"NaN", "\\", "-Infinity"]);
    }
}
