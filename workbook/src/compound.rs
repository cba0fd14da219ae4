//! OLE compound files: workbooks of Excel before 2007, and other documents that are named in an error.

use crate::{CsvSink, Error, Sheet, grid, xls};
use file_format::{FileFormat, UnsupportedFormat};
use memchr::memmem;

/// Streams that show what a file is.
const STREAMS: [(&str, Error); 4] = [
    ("EncryptedPackage", Error::PasswordProtected),
    ("WordDocument", Error::Unsupported(UnsupportedFormat::TextDocument)),
    ("PowerPoint Document", Error::Unsupported(UnsupportedFormat::Presentation)),
    ("__properties_version1.0", Error::Unsupported(UnsupportedFormat::Email)),
];

/// Converts the largest sheet of a workbook.
pub(crate) fn read(bytes: &[u8], sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    if !has_stream(bytes, "Workbook") && !has_stream(bytes, "Book") {
        let found = STREAMS.into_iter().find(|(name, _)| has_stream(bytes, name));
        return Err(found.map_or(Error::Unsupported(UnsupportedFormat::OfficeDocument), |(_, error)| error));
    }
    let stream = xls::open(bytes)?;
    // A workbook of this format is small: at most 65,536 rows a sheet.
    grid::convert(FileFormat::Ole, sink, &|| 1.0, |grid| xls::parse(&stream, grid))
}

/// True when the name of a stream is in the file; names are written in UTF-16.
fn has_stream(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
    memmem::find(bytes, &name).is_some()
}
