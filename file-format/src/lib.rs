//! Detects a file's format by its first bytes, never by its name: exporters save web pages as `.xls` and JSON as `.csv`.
//!
//! Must not depend on anything that parses a format, because the page's scoring worker links it.

mod markup;
mod signatures;
mod unsupported;

pub use unsupported::UnsupportedFormat;

/// Number of first bytes that the detection looks at.
pub const PREFIX_BYTES: usize = 4096;

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Delimited text, or anything that is not detected.
    Text,
    /// Zip archive: a workbook (`.xlsx`, `.ods`), or something else.
    Zip,
    /// OLE compound file: Office files before 2007, and password-protected ones since.
    Ole,
    /// Web page.
    Html,
    /// XML document, for example an XML spreadsheet of Excel 2003.
    Xml,
    /// JSON array, object, or one of them per line.
    Json,
    /// Format that holds no readable table.
    Unsupported(UnsupportedFormat),
}

impl FileFormat {
    /// Detects the format; `start` should hold [`PREFIX_BYTES`], or the whole file if it is shorter.
    pub fn detect(start: &[u8]) -> FileFormat {
        let start = start.get(..PREFIX_BYTES).unwrap_or(start);
        signatures::detect(start).unwrap_or_else(|| markup::detect(&narrow(start)))
    }

    /// True for a format that has to be converted to CSV before it can be read.
    pub fn needs_conversion(self) -> bool {
        matches!(self, FileFormat::Zip | FileFormat::Ole | FileFormat::Html | FileFormat::Xml | FileFormat::Json)
    }
}

/// Removes the byte order mark, and the zero bytes of UTF-16, so that ASCII characters are single bytes.
fn narrow(start: &[u8]) -> Vec<u8> {
    let is_utf16 =
        start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") || start.iter().take(4).any(|b| *b == 0);
    if is_utf16 {
        return start.iter().copied().filter(|byte| !matches!(byte, 0 | 0xFE | 0xFF)).collect();
    }
    start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).to_vec()
}

#[cfg(test)]
mod tests;
