//! What makes a whole file unreadable, in sentences for people.

use super::{COLUMNS_MAX, ROW_MAX};
use thiserror::Error;

/// A file that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IntakeError {
    /// No bytes, or only white space.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has a header but no leads below it")]
    NoRows,
    /// Bytes that are no text.
    #[error("the file is not a CSV text in UTF-8{hint}")]
    NotText {
        /// What it seems to be.
        hint: &'static str,
    },
    /// The first line does not end.
    #[error("the first line is longer than {} KB: a CSV has column names there", ROW_MAX >> 10)]
    HeaderTooLong,
    /// A quote on the first line that is never closed.
    #[error("a quote opens on the first line that is never closed")]
    OpenHeader,
    /// More columns than allowed.
    #[error("the file has more than {COLUMNS_MAX} columns")]
    TooManyColumns,
    /// None of the fields of a lead.
    #[error("none of the columns is one of a lead's: expected some of {expected}, found {found}")]
    NoKnownColumn {
        /// The names of all fields.
        expected: String,
        /// The first names of the file.
        found: String,
    },
    /// A field of a lead in two columns.
    #[error("the column {0:?} stands in the file twice")]
    DuplicateColumn(String),
    /// Too many rows whose end cannot be found.
    #[error("too many rows are broken: from line {line} on, quotes open that are never closed")]
    TooBroken {
        /// Where reading was given up.
        line: u64,
    },
}
