//! Why a row of a file holds no usable lead.
//!
//! Owns the reasons, and their words as reports and answers carry them. May not know how rows are read.

use crate::lead::Fault;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is wrong with a row, and what is allowed.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize)]
pub enum Reason {
    /// A cell is not what its field can be.
    #[error("{fault}, but is {shown}")]
    Cell {
        /// What is wrong with it.
        fault: Fault,
        /// The cell as people are shown it: in quotes, cut where it is long.
        shown: String,
    },
    /// A number that cannot be averaged with others.
    #[error("should be a finite number")]
    Infinite,
    /// The row has more cells than there are columns, or fewer.
    #[error("the row has {cells} cells where the header has {columns}")]
    Width {
        /// How many it has.
        cells: usize,
        /// How many it should have.
        columns: usize,
    },
    /// Bytes that are no text.
    #[error("is not text in UTF-8; save the file as CSV in UTF-8")]
    NotUtf8,
    /// More bytes than a row may have.
    #[error("the row is longer than {kilobytes_max} KB")]
    TooLong {
        /// The most that a row may have.
        kilobytes_max: usize,
    },
    /// A quote that is never closed.
    #[error("a quote opens here that is never closed")]
    OpenQuote,
    /// The model has no probability for the lead.
    #[error("{told}")]
    Unscored {
        /// What the model told.
        told: String,
    },
}

impl Reason {
    /// Whether another is of the same kind: what is to be done about both is the same.
    pub fn is_like(&self, other: &Reason) -> bool {
        match (self, other) {
            (Reason::Cell { fault, .. }, Reason::Cell { fault: other, .. }) => same_kind(fault, other),
            _ => same_kind(self, other),
        }
    }
}

fn same_kind<T>(one: &T, other: &T) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_alike_by_what_is_wrong_and_not_by_the_cell() {
        let cell = |fault, shown: &str| Reason::Cell { fault, shown: shown.to_owned() };
        assert!(cell(Fault::NotNumberText, "a").is_like(&cell(Fault::NotNumberText, "b")));
        assert!(!cell(Fault::NotNumberText, "a").is_like(&cell(Fault::NotFinite, "a")));
        assert!(Reason::Width { cells: 2, columns: 3 }.is_like(&Reason::Width { cells: 4, columns: 3 }));
        assert!(!Reason::OpenQuote.is_like(&Reason::NotUtf8));
    }
}
