//! Converts files that hold a table, but are no CSV, to CSV, in chunks and within memory limits: the largest sheet of a
//! workbook, the largest table of a web page, or leads as JSON. The format is detected by the content.
//!
//! Must not depend on the browser or on leads.

mod archive;
mod cell;
mod compound;
mod csv;
mod detail_finder;
mod grid;
mod html;
mod json;
mod limits;
mod metered_reader;
mod ods;
mod spreadsheet_xml;
mod text;
mod xls;
mod xlsx;
mod xlsx_details;
mod xml;

use file_format::{FileFormat, UnsupportedFormat};

pub use limits::{UNPACKED_MAX, WORKBOOK_MAX};

/// Maximum number of sheets.
const SHEETS_MAX: usize = 255;

/// Converted sheet of a workbook, table of a web page, or array of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Format of the file.
    pub format: FileFormat,
    /// Name of the sheet, or path of the array; empty if it has none.
    pub name: String,
    /// Number of sheets, tables or arrays with cells that it was chosen from, itself included.
    pub candidates: usize,
    /// Number of hidden rows, for example those that a filter hides. They are converted like all others.
    pub hidden_rows: u64,
    /// Number of empty cells that got the text of the merged cell that covers them.
    pub filled_cells: u64,
}

/// Error of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Password-protected.
    #[error("the workbook is protected by a password: save a copy without one")]
    PasswordProtected,
    /// Format that holds no readable table.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedFormat),
    /// No file that needs to be converted.
    #[error("the file is no workbook, web page or JSON")]
    NotConvertible,
    /// Truncated or malformed.
    #[error("the file is damaged: open it in a spreadsheet and save it anew as .xlsx or CSV")]
    Damaged,
    /// No sheet has a cell.
    #[error("no sheet or table of the file holds a cell")]
    Empty,
    /// Exceeds a memory limit.
    #[error("the file unpacks to more than can be held: save its sheet as CSV")]
    TooLarge,
    /// Web page without a table.
    #[error("the file is a web page without a table: export the list as CSV or .xlsx where it comes from")]
    NoTable,
    /// Malformed JSON, at this line.
    #[error("the file is JSON, but broken in line {line}: export it anew")]
    MalformedJson {
        /// Line, from 1 on.
        line: usize,
    },
    /// JSON without objects.
    #[error("the file is JSON without a list of objects: export the list as CSV")]
    NoRecords,
    /// Nested deeper than any list.
    #[error("the file is nested too deeply: export the list as CSV")]
    TooDeep,
    /// JSON with too many different fields.
    #[error("the file has more than 4096 columns: export only those of the leads")]
    TooManyColumns,
}

/// Receiver of the CSV.
pub trait CsvSink {
    /// Reports the completed share, from 0 to 1.
    fn progress(&mut self, share: f64);
    /// Receives the next chunk of the CSV: RFC 4180 in UTF-8.
    fn chunk(&mut self, bytes: Vec<u8>);
}

/// Converts a file. Of several sheets or tables the one with the most cells is converted.
pub fn read(bytes: &[u8], sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    match FileFormat::detect(bytes) {
        FileFormat::Zip => archive::read(bytes, sink),
        FileFormat::Ole => compound::read(bytes, sink),
        FileFormat::Json => json::read(&text::decode(bytes), sink),
        format @ FileFormat::Html => {
            let page = text::decode(bytes);
            grid::convert(format, sink, &|| 1.0, |grid| html::parse(&page, grid))
        }
        format @ FileFormat::Xml => {
            let text = text::decode(bytes);
            grid::convert(format, sink, &|| 1.0, |grid| parse_xml(&text, grid))
        }
        FileFormat::Unsupported(format) => Err(format.into()),
        FileFormat::Text => Err(Error::NotConvertible),
    }
}

/// Parses an OpenDocument spreadsheet in a single XML file, or an XML spreadsheet of Excel.
fn parse_xml(text: &str, grid: &mut dyn grid::Grid) -> Result<(), Error> {
    const ODS: &[u8] = b"urn:oasis:names:tc:opendocument:xmlns:table";
    let start = text.as_bytes().get(..file_format::PREFIX_BYTES).unwrap_or(text.as_bytes());
    if memchr::memmem::find(start, ODS).is_some() {
        ods::parse(text.as_bytes(), grid)
    } else {
        spreadsheet_xml::parse(text, grid)
    }
}
