//! One lead: typed values checked against the schema, with the client's own key beside them.
//!
//! Owns the lead, its values and what can be wrong with one. May not know CSV, JSON or the numbers of a model.

pub mod csv;
pub mod encode;
pub mod json;
pub mod schema;

use thiserror::Error;

/// The value of a field, checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not given, null or not a number.
    #[default]
    Missing,
    /// Never NaN; may be infinite where the field has no limits.
    Number(f64),
    /// May be empty, which is not the same as missing.
    Text(String),
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

/// A lead: one value per field of the schema that it was read with.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// The client's own identifier, returned and logged, never scored.
    pub key: Option<String>,
    /// In the schema's order, of its length.
    pub values: Vec<Value>,
}

impl Lead {
    /// A lead of so many fields, all missing.
    pub fn empty(fields: usize) -> Self {
        Lead { key: None, values: vec![Value::Missing; fields] }
    }
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Error)]
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
