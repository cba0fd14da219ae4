//! Errors that make a whole file unreadable, worded for users.

use super::{COLUMNS_MAX, ROW_BYTES_MAX};
use file_format::UnsupportedFormat;
use thiserror::Error;

/// Column that is no field of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// Name in the file.
    pub name: String,
    /// Sample cells.
    pub examples: Vec<String>,
}

/// Error of a file that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// No bytes, or only white space.
    #[error("the file is empty")]
    Empty,
    /// A header without rows.
    #[error("the file has a header but no leads below it")]
    NoRows,
    /// Binary data.
    #[error("the file is not a CSV text in UTF-8{hint}")]
    NotText {
        /// The file type it seems to have.
        hint: &'static str,
    },
    /// Format that holds no readable table.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedFormat),
    /// The first line does not end within [`ROW_BYTES_MAX`].
    #[error("the first line is longer than {} KB: a CSV has column names there", ROW_BYTES_MAX >> 10)]
    HeaderTooLong,
    /// A quote on the first line that is never closed.
    #[error("a quote opens on the first line that is never closed")]
    OpenHeader,
    /// More columns than allowed.
    #[error("the file has more than {COLUMNS_MAX} columns")]
    TooManyColumns,
    /// No column is a field of a lead.
    #[error("none of the columns is one of a lead's: expected some of {expected}, found {found}")]
    NoKnownColumn {
        /// Names of all fields.
        expected: String,
        /// First column names of the file.
        found: String,
        /// All columns, for a mapping by hand.
        columns: Vec<UnknownColumn>,
    },
    /// Two columns for one field.
    #[error("the column {0:?} stands in the file twice")]
    DuplicateColumn(String),
    /// Too many rows without a detectable end.
    #[error("too many rows are broken: from line {line} on, quotes open that are never closed")]
    TooBroken {
        /// Line at which parsing stopped.
        line: u64,
    },
}

impl ImportError {
    /// Adds sample cells to the columns of an unknown header.
    pub(crate) fn with_examples(mut self, examples: &[Vec<String>]) -> Self {
        if let ImportError::NoKnownColumn { columns, .. } = &mut self {
            columns.iter_mut().zip(examples).for_each(|(column, examples)| column.examples.clone_from(examples));
        }
        self
    }
}
