//! Reasons why a row is rejected, worded as in reports and responses.

use crate::lead::ValueError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Reason of a reject.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize)]
pub enum RejectReason {
    /// A cell that is no value of its field.
    #[error("{error}, but is {shown}")]
    Cell {
        /// Validation error.
        error: ValueError,
        /// The cell in quotes, truncated.
        shown: String,
    },
    /// A number that cannot be averaged.
    #[error("should be a finite number")]
    Infinite,
    /// More or fewer cells than columns.
    #[error("the row has {cells} cells where the header has {columns}")]
    Width {
        /// Number of cells.
        cells: usize,
        /// Number of columns.
        columns: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("is not text in UTF-8; save the file as CSV in UTF-8")]
    NotUtf8,
    /// A row over the size limit.
    #[error("the row is longer than {kilobytes_max} KB")]
    TooLong {
        /// Size limit of a row.
        kilobytes_max: usize,
    },
    /// A quote that is never closed.
    #[error("a quote opens here that is never closed")]
    OpenQuote,
    /// The model has no probability for the lead.
    #[error("{message}")]
    Unscored {
        /// Error message of the model.
        message: String,
    },
}

impl RejectReason {
    /// True when both have the same variant and, for cells, the same variant of error: they have the same remedy.
    pub fn is_same_kind(&self, other: &RejectReason) -> bool {
        match (self, other) {
            (RejectReason::Cell { error, .. }, RejectReason::Cell { error: other, .. }) => same_variant(error, other),
            _ => same_variant(self, other),
        }
    }
}

fn same_variant<T>(one: &T, other: &T) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_compared_by_kind_of_error_not_by_cell() {
        let cell = |error, shown: &str| RejectReason::Cell { error, shown: shown.to_owned() };
        assert!(cell(ValueError::NotNumberText, "a").is_same_kind(&cell(ValueError::NotNumberText, "b")));
        assert!(!cell(ValueError::NotNumberText, "a").is_same_kind(&cell(ValueError::NotFinite, "a")));
        let width = |cells| RejectReason::Width { cells, columns: 3 };
        assert!(width(2).is_same_kind(&width(4)));
        assert!(!RejectReason::OpenQuote.is_same_kind(&RejectReason::NotUtf8));
    }
}
