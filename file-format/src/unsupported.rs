//! Formats that are named in an error message, each with a remedy.

use serde::{Deserialize, Serialize};

/// Format that holds no readable table. The message names it and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum UnsupportedFormat {
    /// Archive without a workbook, or a compressed file.
    #[error("the file is an archive or compressed: unpack it and choose the list in it")]
    Archive,
    /// Apple Numbers.
    #[error("the file is a Numbers spreadsheet: export it from Numbers as CSV or Excel (.xlsx)")]
    AppleNumbers,
    /// Apple Pages or Keynote.
    #[error("the file is a Pages or Keynote document: copy its table to a spreadsheet and save that as .xlsx")]
    AppleDocument,
    /// Binary workbook of Excel since 2007.
    #[error("the file is a binary workbook (.xlsb): save it in Excel as .xlsx")]
    BinaryWorkbook,
    /// Workbook of Excel 4 or older, or one without a container.
    #[error("the file is a workbook of a very old format: save it as .xlsx")]
    LegacyWorkbook,
    /// Word processor document.
    #[error("the file is a text document: copy its table to a spreadsheet and save that as .xlsx")]
    TextDocument,
    /// Presentation.
    #[error("the file is a presentation: copy its table to a spreadsheet and save that as .xlsx")]
    Presentation,
    /// Document of Office before 2007 that is not a workbook.
    #[error("the file is an Office document, but not a workbook: save its table as .xlsx or CSV")]
    OfficeDocument,
    /// E-mail of Outlook.
    #[error("the file is an e-mail: save its attachment and choose that")]
    Email,
    /// PDF.
    #[error("the file is a PDF document: export the list as CSV or .xlsx where it comes from")]
    Pdf,
    /// Picture.
    #[error("the file is a picture: export the list as CSV or .xlsx where it comes from")]
    Image,
    /// Rich text.
    #[error("the file is rich text (.rtf): save it as plain text or CSV")]
    RichText,
    /// Web page with its parts in a mail container (`.mht`), as some programs save `.xls`.
    #[error("the file is a web archive (.mht): open it in a spreadsheet and save it as .xlsx")]
    WebArchive,
    /// Parquet, Arrow, Avro or ORC.
    #[error("the file is a data file (Parquet, Arrow, Avro or ORC): export it as CSV")]
    ColumnarData,
    /// Database file.
    #[error("the file is a database: export its table as CSV")]
    Database,
    /// Contacts as vCards.
    #[error("the file holds contacts as vCards (.vcf): export them as CSV")]
    Contacts,
    /// XML without a spreadsheet.
    #[error("the file is XML, but not a spreadsheet: export the list as CSV or .xlsx")]
    OtherXml,
}
