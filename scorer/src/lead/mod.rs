//! One lead: typed values checked against the schema, with the client's own key beside them.
//!
//! Owns the lead, its values and what can be wrong with one. May not know CSV, JSON or the numbers of a model.

pub mod csv;
pub mod duplicate;
pub mod encode;
pub mod json;
pub mod mapping;
pub mod schema;
pub mod text;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// The value of a field, checked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Value<'a> {
    /// Not given, null or not a number.
    #[default]
    Missing,
    /// Never NaN; may be infinite where the field has no limits.
    Number(f64),
    /// May be empty, which is not the same as missing.
    Text(&'a str),
}

/// A value as a client sent it, before any check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Raw<'a> {
    /// JSON's null, an empty cell.
    Null,
    /// JSON's true and false.
    Bool(bool),
    /// A number, NaN and infinities included.
    Number(f64),
    /// A whole number of very many digits; infinite beyond what an f64 can hold.
    LongInteger(f64),
    /// A string, a cell.
    Text(&'a str),
    /// A list or an object.
    Other,
}

/// A lead: one value per field of the schema that it was read with, and the client's own identifier, which is returned
/// and logged, never scored. All its texts lie in one buffer, so that a lead takes no allocation per text and one that
/// is used again and again takes none at all.
#[derive(Clone, Default)]
pub struct Lead {
    key: Option<Range<usize>>,
    slots: Vec<Slot>,
    text: String,
}

/// A value; a text is a range of the lead's buffer.
#[derive(Clone, Default)]
enum Slot {
    #[default]
    Missing,
    Number(f64),
    Text(Range<usize>),
}

impl Lead {
    /// A lead of so many fields, all missing.
    pub fn empty(fields: usize) -> Self {
        Lead { key: None, slots: vec![Slot::Missing; fields], text: String::new() }
    }

    /// Makes all fields and the key missing.
    pub fn clear(&mut self) {
        self.key = None;
        self.slots.fill(Slot::Missing);
        self.text.clear();
    }

    /// The client's own identifier.
    pub fn key(&self) -> Option<&str> {
        self.text.get(self.key.clone()?)
    }

    /// Gives the lead another identifier, or none.
    pub fn set_key(&mut self, key: Option<&str>) {
        self.key = key.map(|key| self.keep(key));
    }

    /// The value of a field of the schema; missing where there is no such field.
    pub fn value(&self, place: usize) -> Value<'_> {
        self.slots.get(place).map_or(Value::Missing, |slot| self.value_of(slot))
    }

    /// All values, in the schema's order, of its length.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.slots.iter().map(|slot| self.value_of(slot))
    }

    /// Gives a field another value; nothing happens where there is no such field. The text that was there before stays
    /// in the buffer, unseen, until the lead is cleared.
    pub fn set(&mut self, place: usize, value: Value<'_>) {
        let slot = match value {
            Value::Missing => Slot::Missing,
            Value::Number(number) => Slot::Number(number),
            Value::Text(text) => Slot::Text(self.keep(text)),
        };
        if let Some(old) = self.slots.get_mut(place) {
            *old = slot;
        }
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
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

/// Leads are the same where their values are, wherever their texts lie.
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

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize)]
pub enum Fault {
    /// Below the smallest value allowed.
    #[error("should be at least {min}")]
    TooSmall {
        /// The smallest value allowed.
        min: f64,
    },
    /// Above the largest value allowed.
    #[error("should be at most {max}")]
    TooLarge {
        /// The largest value allowed.
        max: f64,
    },
    /// A number with a fraction where a whole one is wanted.
    #[error("should be a whole number")]
    Fraction,
    /// An infinite number where a whole one is wanted.
    #[error("should be a finite number")]
    NotFinite,
    /// A text that is no whole number.
    #[error("should be a whole number")]
    NotIntegerText,
    /// A list or an object where a whole number is wanted.
    #[error("should be a whole number")]
    NotInteger,
    /// A text that is no number.
    #[error("should be a number")]
    NotNumberText,
    /// A list or an object where a number is wanted.
    #[error("should be a number")]
    NotNumber,
    /// Something else where a text is wanted.
    #[error("should be a text")]
    NotText,
    /// More characters than allowed.
    #[error("should have at most {max_chars} characters")]
    TooLong {
        /// The most Unicode code points allowed.
        max_chars: usize,
    },
    /// A text with half of a surrogate pair, which no Unicode text can hold.
    #[error("should be valid Unicode, without lone surrogates")]
    LoneSurrogate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_what_its_values_are_however_it_came_to_them() {
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
