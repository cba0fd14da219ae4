//! Deserializer of Universal Binary JSON, draft 12, as XGBoost writes it: lengths are checked against the bytes that are
//! left before anything is read, and nesting is limited.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt::Display;
use thiserror::Error;

/// Largest nesting of arrays and objects.
const DEPTH_MAX: usize = 64;

/// Error with its reason and, if known, the offset of the byte.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub(super) struct UbjsonError(String);

impl serde::de::Error for UbjsonError {
    fn custom<T: Display>(message: T) -> Self {
        UbjsonError(message.to_string())
    }
}

/// Deserializes a file; bytes behind the value are an error.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, UbjsonError> {
    let mut reader = Reader { bytes, at: 0, depth: 0 };
    let value = T::deserialize(Value { reader: &mut reader, marker: None })?;
    if reader.at < bytes.len() {
        return Err(reader.error("there are bytes behind the document"));
    }
    Ok(value)
}

struct Reader<'de> {
    bytes: &'de [u8],
    at: usize,
    depth: usize,
}

impl<'de> Reader<'de> {
    fn error(&self, reason: &str) -> UbjsonError {
        UbjsonError(format!("{reason} at byte {}", self.at))
    }

    fn take(&mut self, count: usize) -> Result<&'de [u8], UbjsonError> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.error("the file is cut short"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], UbjsonError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error("the file is cut short"))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Next marker; `N` is padding.
    fn marker(&mut self) -> Result<u8, UbjsonError> {
        loop {
            let [marker] = self.array()?;
            if marker != b'N' {
                return Ok(marker);
            }
        }
    }

    fn integer(&mut self, marker: u8) -> Result<i64, UbjsonError> {
        Ok(match marker {
            b'i' => i8::from_be_bytes(self.array()?).into(),
            b'U' => u8::from_be_bytes(self.array()?).into(),
            b'I' => i16::from_be_bytes(self.array()?).into(),
            b'l' => i32::from_be_bytes(self.array()?).into(),
            b'L' => i64::from_be_bytes(self.array()?),
            _ => return Err(self.error("an integer is expected")),
        })
    }

    /// Length of a text or container: at most the bytes that are left, at one byte per element.
    fn length(&mut self) -> Result<usize, UbjsonError> {
        let marker = self.marker()?;
        let length = self.integer(marker)?;
        let left = self.bytes.len() - self.at;
        usize::try_from(length).ok().filter(|length| *length <= left).ok_or_else(|| self.error("a length is wrong"))
    }

    fn text(&mut self) -> Result<&'de str, UbjsonError> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is no UTF-8"))
    }

    /// Start of a container: the type of its elements and their number, as far as given.
    fn container(&mut self) -> Result<Container, UbjsonError> {
        let mut container = Container { element: None, left: None };
        if self.peek() == Some(b'$') {
            self.at += 1;
            let [element] = self.array()?;
            // Elements without bytes could be any number in a short file.
            if !b"iUIlLdDCS[{H".contains(&element) || self.peek() != Some(b'#') {
                return Err(self.error("a type of elements is wrong"));
            }
            container.element = Some(element);
        }
        if self.peek() == Some(b'#') {
            self.at += 1;
            container.left = Some(self.length()?);
        }
        Ok(container)
    }

    fn enter(&mut self) -> Result<(), UbjsonError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(self.error("the document is nested too deep")) } else { Ok(()) }
    }
}

/// A value, whose marker may have been read: a typed container has one for all elements.
struct Value<'r, 'de> {
    reader: &'r mut Reader<'de>,
    marker: Option<u8>,
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = UbjsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjsonError> {
        let reader = self.reader;
        let marker = self.marker.map_or_else(|| reader.marker(), Ok)?;
        match marker {
            b'Z' => visitor.visit_unit(),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'd' => visitor.visit_f32(f32::from_be_bytes(reader.array()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(reader.array()?)),
            b'S' | b'H' => visitor.visit_borrowed_str(reader.text()?),
            b'C' => visitor.visit_u64(reader.array::<1>()?[0].into()),
            b'[' | b'{' => {
                reader.enter()?;
                let container = reader.container()?;
                let mut elements = Elements { reader, container, end: if marker == b'[' { b']' } else { b'}' } };
                let value = match marker {
                    b'[' => visitor.visit_seq(&mut elements)?,
                    _ => visitor.visit_map(&mut elements)?,
                };
                elements.finish()?;
                Ok(value)
            }
            _ => visitor.visit_i64(reader.integer(marker)?),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjsonError> {
        if self.marker.is_none() && self.reader.peek() == Some(b'Z') {
            self.reader.at += 1;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Type and number of the elements that are left, as far as given.
struct Container {
    element: Option<u8>,
    left: Option<usize>,
}

struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    container: Container,
    end: u8,
}

impl Elements<'_, '_> {
    /// Goes to the next element; false at the end.
    fn advance(&mut self) -> Result<bool, UbjsonError> {
        match &mut self.container.left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None => {
                while self.reader.peek() == Some(b'N') {
                    self.reader.at += 1;
                }
                let next = self.reader.peek().ok_or_else(|| self.reader.error("the file is cut short"))?;
                Ok(next != self.end)
            }
        }
    }

    /// Leaves the container, all of whose elements must have been read.
    fn finish(mut self) -> Result<(), UbjsonError> {
        if self.advance()? {
            return Err(self.reader.error("a list is longer than expected"));
        }
        if self.container.left.is_none() {
            self.reader.at += 1;
        }
        self.reader.depth -= 1;
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = UbjsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, UbjsonError> {
        if !self.advance()? {
            return Ok(None);
        }
        seed.deserialize(Value { reader: self.reader, marker: self.container.element }).map(Some)
    }
}

impl<'de> MapAccess<'de> for &mut Elements<'_, 'de> {
    type Error = UbjsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, UbjsonError> {
        if !self.advance()? {
            return Ok(None);
        }
        let key: StrDeserializer<'_, UbjsonError> = self.reader.text()?.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, UbjsonError> {
        seed.deserialize(Value { reader: self.reader, marker: self.container.element })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn typed_and_untyped_lists_are_read() {
        let floats: Vec<f32> = from_slice(b"[$d#L\0\0\0\0\0\0\0\x02\x3f\x80\0\0\xbf\0\0\0").unwrap();
        assert_eq!(floats, [1.0, -0.5]);
        let numbers: Vec<i64> = from_slice(b"[i\xffU\xffNI\x01\0l\0\0\0\x07]").unwrap();
        assert_eq!(numbers, [-1, 255, 256, 7]);
        let object: BTreeMap<String, String> = from_slice(b"{L\0\0\0\0\0\0\0\x01aSi\x02xy}").unwrap();
        assert_eq!(object["a"], "xy");
        let absent: Option<String> = from_slice(b"Z").unwrap();
        assert_eq!(absent, None);
    }

    #[test]
    fn wrong_lengths_and_deep_nesting_are_errors() {
        let error = |bytes: &[u8]| from_slice::<serde_json::Value>(bytes).unwrap_err().to_string();
        assert!(error(b"[$d#L\x7f\0\0\0\0\0\0\0").contains("length is wrong"));
        assert!(error(b"[$d#i\x04\0\0\0\0").contains("cut short"));
        assert!(error(b"[$Z#L\x7f\0\0\0\0\0\0\0").contains("type of elements"));
        assert!(error(b"Si\x05ab").contains("length is wrong"));
        assert!(error(b"Si\xffab").contains("length is wrong"));
        assert!(error(&b"[".repeat(100_000)).contains("nested too deep"));
        assert!(error(b"[i\x01").contains("cut short"));
        assert!(error(b"Zi").contains("behind the document"));
        assert!(error(b"").contains("cut short"));
    }
}
