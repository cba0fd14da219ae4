//! A lead: values validated against the schema, and the client's key.
//!
//! The types here must not depend on CSV, JSON or encoding.

pub mod csv;
pub mod duplicate;
pub mod encode;
pub mod import;
pub mod json;
pub mod level;
pub mod mapping;
pub mod missing_word;
pub mod schema;
pub mod text;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// Validated value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Value<'a> {
    /// Absent, null or NaN.
    #[default]
    Missing,
    /// Never NaN; may be infinite in fields without limits.
    Number(f64),
    /// May be empty, which is distinct from missing.
    Text(&'a str),
}

/// Value as the client sent it, before validation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RawValue<'a> {
    /// JSON null or an empty cell.
    Null,
    /// JSON true or false.
    Bool(bool),
    /// A number, including NaN and infinities.
    Number(f64),
    /// An integer with many digits; infinite beyond the range of f64.
    LongInteger(f64),
    /// A string or a cell.
    Text(&'a str),
    /// A list or an object.
    Other,
}

/// One value per field of a schema, and the client's key, which is returned and logged but never scored. All texts share
/// one buffer: there is no allocation per text, and none at all when a lead is reused.
#[derive(Clone, Default)]
pub struct Lead {
    key: Option<Range<usize>>,
    slots: Vec<Slot>,
    text: String,
}

/// Stored value; a text is a range of the lead's buffer.
#[derive(Clone, Default)]
enum Slot {
    #[default]
    Missing,
    Number(f64),
    Text(Range<usize>),
}

impl Lead {
    /// Creates a lead with this many fields, all missing.
    pub fn empty(fields: usize) -> Self {
        Lead { key: None, slots: vec![Slot::Missing; fields], text: String::new() }
    }

    /// Sets all fields and the key to missing.
    pub fn clear(&mut self) {
        self.key = None;
        self.slots.fill(Slot::Missing);
        self.text.clear();
    }

    /// Key of the client.
    pub fn key(&self) -> Option<&str> {
        self.text.get(self.key.clone()?)
    }

    /// Sets or removes the key.
    pub fn set_key(&mut self, key: Option<&str>) {
        self.key = key.map(|key| self.append_text(key));
    }

    /// Value of a field; missing when the index is out of range.
    pub fn value(&self, field: usize) -> Value<'_> {
        self.slots.get(field).map_or(Value::Missing, |slot| self.value_of(slot))
    }

    /// All values, in the order of the schema.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.slots.iter().map(|slot| self.value_of(slot))
    }

    /// Sets the value of a field; ignored when the index is out of range. A replaced text stays in the buffer until the
    /// lead is cleared.
    pub fn set(&mut self, field: usize, value: Value<'_>) {
        let slot = match value {
            Value::Missing => Slot::Missing,
            Value::Number(number) => Slot::Number(number),
            Value::Text(text) => Slot::Text(self.append_text(text)),
        };
        if let Some(old) = self.slots.get_mut(field) {
            *old = slot;
        }
    }

    fn append_text(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn value_of(&self, slot: &Slot) -> Value<'_> {
        match slot {
            Slot::Missing => Value::Missing,
            Slot::Number(number) => Value::Number(*number),
            Slot::Text(range) => self.text.get(range.clone()).map_or(Value::Missing, Value::Text),
        }
    }
}

/// Compares keys and values, not buffers.
impl PartialEq for Lead {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && self.values().eq(other.values())
    }
}

impl fmt::Debug for Lead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<Value<'_>> = self.values().collect();
        formatter.debug_struct("Lead").field("key", &self.key()).field("values", &values).finish()
    }
}

/// Validation error of a value.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize)]
pub enum ValueError {
    /// Below the minimum.
    #[error("should be at least {min}")]
    TooSmall {
        /// Minimum.
        min: f64,
    },
    /// Above the maximum.
    #[error("should be at most {max}")]
    TooLarge {
        /// Maximum.
        max: f64,
    },
    /// A number with a fraction in an integer field.
    #[error("should be a whole number")]
    Fraction,
    /// An infinite number in an integer field.
    #[error("should be a finite number")]
    NotFinite,
    /// A text that is no integer.
    #[error("should be a whole number")]
    NotIntegerText,
    /// A list or an object in an integer field.
    #[error("should be a whole number")]
    NotInteger,
    /// A text that is no number.
    #[error("should be a number")]
    NotNumberText,
    /// A list or an object in a number field.
    #[error("should be a number")]
    NotNumber,
    /// Another type in a text field.
    #[error("should be a text")]
    NotText,
    /// A text over the length limit.
    #[error("should have at most {max_chars} characters")]
    TooLong {
        /// Limit in Unicode code points.
        max_chars: usize,
    },
    /// A text with a lone surrogate.
    #[error("should be valid Unicode, without lone surrogates")]
    LoneSurrogate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_are_equal_when_their_values_are() {
        let mut lead = Lead::empty(2);
        lead.set(0, Value::Text("first"));
        lead.set_key(Some("old"));
        lead.set(1, Value::Number(1.0));
        lead.set(0, Value::Text(""));
        lead.set_key(Some("k"));
        lead.set(7, Value::Number(2.0));
        let mut same = Lead::empty(2);
        same.set_key(Some("k"));
        same.set(0, Value::Text(""));
        assert_ne!(lead, same);
        same.set(1, Value::Number(1.0));
        assert_eq!(lead, same);
        assert_eq!(lead.values().collect::<Vec<_>>(), [Value::Text(""), Value::Number(1.0)]);
        assert_eq!((lead.value(7), lead.key()), (Value::Missing, Some("k")));
        lead.clear();
        assert_eq!(lead, Lead::empty(2));
    }
}
