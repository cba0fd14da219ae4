//! What the page hears of a workbook that is unpacked for it. It sends nothing but the file.

use serde::{Deserialize, Serialize};

/// From the unpacker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Unpacking {
    /// The code runs and waits for a workbook, which follows as a `File`.
    Awake,
    /// So far.
    Reached {
        /// The share of the work that is done, from 0 to 1.
        share: f64,
    },
    /// A sheet is unpacked; its CSV follows as a `Blob`.
    Done {
        /// Which.
        sheet: PickedSheet,
    },
    /// There is nothing to unpack.
    Refused {
        /// Why.
        fault: WorkbookFault,
    },
}

/// The sheet of a workbook that holds the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PickedSheet {
    /// Its name.
    pub name: String,
    /// How many sheets hold cells, this one among them.
    pub among: u32,
}

/// Why a workbook gives no list; the words for it are the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkbookFault {
    /// The browser does not hand out its bytes.
    Unavailable,
    /// A password is needed to open it.
    Protected,
    /// The format before `.xlsx`.
    OldFormat,
    /// Something else than a workbook.
    NoWorkbook,
    /// Not whole, or not as the format has it.
    Broken,
    /// No sheet holds a cell.
    Empty,
    /// More than memory is sure to hold.
    TooLarge,
}
