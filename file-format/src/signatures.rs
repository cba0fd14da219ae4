//! Signatures of binary formats, and of text formats with a fixed first line.

use crate::FileFormat::{self, Ole, Zip};
use crate::UnsupportedFormat::{
    self, Archive, ColumnarData, Contacts, Database, Image, LegacyWorkbook, Pdf, RichText, WebArchive,
};

/// Signatures at the start of a file.
const SIGNATURES: [(&[u8], UnsupportedFormat); 29] = [
    (b"%PDF", Pdf),
    (b"\xFF\xD8\xFF", Image),
    (b"\x89PNG", Image),
    (b"GIF87a", Image),
    (b"GIF89a", Image),
    (b"II*\0", Image),
    (b"MM\0*", Image),
    (b"\x1F\x8B", Archive),
    (b"7z\xBC\xAF\x27\x1C", Archive),
    (b"Rar!\x1A\x07", Archive),
    (b"\xFD7zXZ\0", Archive),
    (b"\x28\xB5\x2F\xFD", Archive),
    (b"BZh91AY&SY", Archive),
    (b"PK\x05\x06", Archive),
    (b"PAR1\x15", ColumnarData),
    (b"ARROW1\0", ColumnarData),
    (b"FEA1\0", ColumnarData),
    (b"Obj\x01", ColumnarData),
    (b"ORC\x08", ColumnarData),
    (b"SQLite format 3\0", Database),
    (b"\0\x01\0\0Standard Jet DB\0", Database),
    (b"\0\x01\0\0Standard ACE DB\0", Database),
    (b"{\\rtf", RichText),
    (b"MIME-Version:", WebArchive),
    (b"BEGIN:VCARD", Contacts),
    // Workbooks of Excel 2 to 4, and those of Excel 5 on that some programs write without a container.
    (b"\x09\0\x04\0", LegacyWorkbook),
    (b"\x09\x02\x06\0", LegacyWorkbook),
    (b"\x09\x04\x06\0", LegacyWorkbook),
    (b"\x09\x08\x10\0", LegacyWorkbook),
];

/// Offset of the signature of a tar archive.
const TAR_AT: usize = 257;

pub(crate) fn detect(start: &[u8]) -> Option<FileFormat> {
    if start.starts_with(b"PK\x03\x04") {
        return Some(Zip);
    }
    if start.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some(Ole);
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let known = SIGNATURES.iter().find(|(signature, _)| starts_with(text, signature)).map(|(_, format)| *format);
    known.or_else(|| container(start)).map(FileFormat::Unsupported)
}

/// Compares without case: mail headers and contacts are written in any.
fn starts_with(start: &[u8], signature: &[u8]) -> bool {
    start.get(..signature.len()).is_some_and(|start| match signature {
        b"MIME-Version:" | b"BEGIN:VCARD" => start.eq_ignore_ascii_case(signature),
        _ => start == signature,
    })
}

/// Detects formats whose signature is not at the start.
fn container(start: &[u8]) -> Option<UnsupportedFormat> {
    let at = |offset: usize, signature: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(signature));
    let is_riff_image = start.starts_with(b"RIFF") && at(8, b"WEBP");
    let is_heif = at(4, b"ftyphei") || at(4, b"ftypmif1") || at(4, b"ftypavif");
    match () {
        () if is_riff_image || is_heif => Some(Image),
        () if at(TAR_AT, b"ustar") => Some(Archive),
        () => None,
    }
}
