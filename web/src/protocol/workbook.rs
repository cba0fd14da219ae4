//! Messages of the unpacker, a worker that converts one workbook, web page or JSON file to CSV. The page sends it only the file.

use file_format::UnsupportedFormat;
use serde::{Deserialize, Serialize};

/// Message from the unpacker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum UnpackerMessage {
    /// The unpacker runs and waits for a workbook, sent as a `File`.
    Ready,
    /// Progress of the conversion.
    Progress {
        /// Completed share, from 0 to 1.
        share: f64,
    },
    /// The sheet is converted; attachment: its CSV as a `Blob`.
    Done {
        /// Metadata of the sheet.
        sheet: SheetInfo,
    },
    /// The workbook cannot be converted.
    Failed {
        /// Cause.
        error: WorkbookError,
    },
}

/// Source of a converted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetSource {
    /// Sheet of a workbook.
    Workbook,
    /// Table of a web page.
    WebPage,
    /// Array of JSON.
    Json,
}

/// Sheet, table or array that was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetInfo {
    /// Kind of file.
    pub source: SheetSource,
    /// Name of the sheet, or path of the array; empty if it has none.
    pub name: String,
    /// Number of sheets, tables or arrays with cells that it was chosen from, itself included.
    pub candidates: u32,
    /// Number of hidden rows that were read too.
    pub hidden_rows: u32,
    /// Number of cells filled from merged ones.
    pub filled_cells: u32,
}

/// Error of a conversion. The page has the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkbookError {
    /// The browser cannot read the file.
    Unavailable,
    /// Password-protected.
    PasswordProtected,
    /// Format that holds no readable table.
    Unsupported {
        /// Format.
        format: UnsupportedFormat,
    },
    /// Truncated or malformed.
    Damaged,
    /// No sheet or table has a cell.
    Empty,
    /// Exceeds the memory limit.
    TooLarge,
    /// Web page without a table.
    NoTable,
    /// Malformed JSON.
    MalformedJson {
        /// Line, from 1 on.
        line: u32,
    },
    /// JSON without objects, or nested too deeply.
    NoRecords,
    /// More columns than a list can have.
    TooManyColumns,
}
