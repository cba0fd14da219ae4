//! Messages of the unpacker, a worker that converts one workbook to CSV. The page sends it only the file.

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

/// Sheet of a workbook that was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetInfo {
    /// Sheet name.
    pub name: String,
    /// Number of sheets with cells that it was chosen from, itself included.
    pub candidates: u32,
}

/// Error of a conversion. The page has the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkbookError {
    /// The browser cannot read the file.
    Unavailable,
    /// Password-protected.
    PasswordProtected,
    /// Binary format of Excel before 2007.
    LegacyFormat,
    /// Not an `.xlsx` file.
    NotAWorkbook,
    /// Truncated or malformed.
    Damaged,
    /// No sheet has a cell.
    Empty,
    /// Exceeds the memory limit.
    TooLarge,
}
