//! What a file turns out to hold: rows with their cells and leads, rejects, and the sum of it.
//!
//! Owns these values. May not know how they are read.

use crate::lead::Lead;
use std::fmt;

/// A row that holds no usable lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line of the file on which the row starts, from 1.
    pub line: u64,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// What is wrong and what is allowed.
    pub reason: String,
}

/// The column and what is wrong with it, without the line.
impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(formatter, "{column} {}", self.reason),
            None => formatter.write_str(&self.reason),
        }
    }
}

/// The cells of one row.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    pub(super) text: &'a str,
    pub(super) ends: &'a [usize],
}

impl<'a> Cells<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of a column.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    /// All cells, in the file's order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).filter_map(move |column| self.get(column))
    }
}

/// One row of the file.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line on which it starts, from 1.
    pub line: u64,
    /// Its cells as they stand in the file; empty where they could not be told apart.
    pub cells: Cells<'a>,
    /// Its lead, or why there is none.
    pub lead: Result<Lead, Reject>,
}

/// What a whole file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The names of all columns, as they stand in the file.
    pub columns: Vec<String>,
    /// Fields of a lead that the file has no column for, in the schema's order.
    pub missing_fields: Vec<String>,
    /// Columns that are no field of a lead.
    pub unknown_columns: Vec<String>,
    /// How many rows there were, rejected ones included.
    pub rows: u64,
}
