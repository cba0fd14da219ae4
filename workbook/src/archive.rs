//! Zip archives: workbooks, and other documents that are named in an error.

use crate::metered_reader::MeteredReader;
use crate::{CsvSink, Error, Sheet, UNPACKED_MAX, grid, limits, ods, xlsx};
use file_format::{FileFormat, UnsupportedFormat};
use memchr::memmem;
use std::io::{BufReader, Cursor, Read, Seek};
use zip::ZipArchive;

/// Limit of the parts that describe a document, in bytes.
const HEAD_BYTES_MAX: u64 = 1_000_000;

/// Content of an archive.
enum Content {
    Workbook,
    OpenDocument,
    Unsupported(UnsupportedFormat),
}

/// Converts the largest sheet of a workbook.
pub(crate) fn read(bytes: &[u8], sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    let metered = MeteredReader::new(Cursor::new(bytes), bytes.len() as u64);
    let mut archive = ZipArchive::new(metered.clone()).map_err(|_| Error::Damaged)?;
    match content(&mut archive) {
        Content::Workbook => xlsx::read(metered, sink),
        Content::OpenDocument => {
            let meter = metered.meter();
            check_protection(&mut archive)?;
            grid::convert(FileFormat::Zip, sink, &|| meter.share(), |grid| {
                let part = archive.by_name("content.xml").map_err(|_| Error::Damaged)?;
                let mut limited = part.take(UNPACKED_MAX);
                let result = ods::parse(BufReader::new(&mut limited), grid);
                if limited.limit() == 0 { Err(Error::TooLarge) } else { result }
            })
        }
        Content::Unsupported(format) => Err(Error::Unsupported(format)),
    }
}

fn content<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Content {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.to_lowercase()).collect();
    let has = |test: fn(&str) -> bool| names.iter().any(|name| test(name));
    if has(limits::is_workbook) {
        return Content::Workbook;
    }
    let mimetype = head(archive, "mimetype");
    let is_document =
        |kind: &str| mimetype.starts_with(format!("application/vnd.oasis.opendocument.{kind}").as_bytes());
    if is_document("spreadsheet") {
        return Content::OpenDocument;
    }
    Content::Unsupported(match () {
        () if has(|name| name.ends_with("workbook.bin")) => UnsupportedFormat::BinaryWorkbook,
        () if is_document("text") || has(|name| name.starts_with("word/")) => UnsupportedFormat::TextDocument,
        () if is_document("presentation") || has(|name| name.starts_with("ppt/")) => UnsupportedFormat::Presentation,
        () if has(|name| name.starts_with("index/calculationengine")) => UnsupportedFormat::AppleNumbers,
        () if has(|name| name.ends_with(".iwa") || name == "index.zip") => UnsupportedFormat::AppleDocument,
        () => UnsupportedFormat::Archive,
    })
}

/// Returns the beginning of a part; nothing when there is none.
fn head<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(part) = archive.by_name(name) {
        // A part that cannot be read says as little as none.
        drop(part.take(HEAD_BYTES_MAX).read_to_end(&mut head));
    }
    head
}

fn check_protection<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), Error> {
    let manifest = head(archive, "META-INF/manifest.xml");
    let is_protected = memmem::find(&manifest, b"encryption-data").is_some();
    if is_protected { Err(Error::PasswordProtected) } else { Ok(()) }
}
