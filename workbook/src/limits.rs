//! Checks before a workbook is opened: its signature and its unpacked size.

use crate::Error;
use quick_xml::{Reader, events::Event};
use std::io::{BufRead, BufReader, Read, Seek};
use zip::{ZipArchive, read::ZipFile};

/// Maximum total size of the unpacked parts, and of the CSV, in bytes.
pub const UNPACKED_MAX: u64 = 600_000_000;
/// Maximum unpacked size of the styles, which take many times as much in memory.
const STYLES_MAX: u64 = 8_000_000;
/// Maximum unpacked size of any other part except sheets and shared strings.
const OTHER_MAX: u64 = 64_000_000;
/// Maximum number of shared strings: each takes memory, however short.
const STRINGS_MAX: u64 = 10_000_000;

/// Maximum file size in bytes: the file is held in memory as a whole.
pub const WORKBOOK_MAX: usize = 250_000_000;

const ZIP: [u8; 2] = *b"PK";
/// OLE compound file: Office files before 2007, and password-protected ones since.
const OLE: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];
const SHARED_STRINGS: &str = "sharedstrings.xml";

/// Checks the file signature.
pub(crate) fn check_signature(bytes: &[u8]) -> Result<(), Error> {
    if bytes.starts_with(&OLE) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_protected = bytes.windows(name.len()).any(|window| window == name);
        return Err(if is_protected { Error::PasswordProtected } else { Error::LegacyFormat });
    }
    if bytes.starts_with(&ZIP) { Ok(()) } else { Err(Error::NotAWorkbook) }
}

/// Checks the size of every part by unpacking it: declared sizes prove nothing.
pub(crate) fn check_unpacked_size(reader: impl Read + Seek) -> Result<(), Error> {
    let mut archive = ZipArchive::new(reader).map_err(|_| Error::Damaged)?;
    if !archive.file_names().any(|name| name.is_ok_and(|name| is_workbook(&name.to_lowercase()))) {
        return Err(Error::NotAWorkbook);
    }
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        // A part that cannot be opened fails later, if it is needed at all.
        let Ok(part) = archive.by_index(index) else { continue };
        left = left.checked_sub(unpacked_size(part, left)?).ok_or(Error::TooLarge)?;
    }
    Ok(())
}

/// True for the part that lists the sheets; some programs number it.
fn is_workbook(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.starts_with("workbook") && last.ends_with(".xml")
}

/// Returns the unpacked size of a part; fails above its limit.
fn unpacked_size<R: Read>(part: ZipFile<'_, R>, left: u64) -> Result<u64, Error> {
    let name = part.name().map_err(|_| Error::Damaged)?.to_lowercase();
    let limit = left.min(size_limit(&name));
    // One byte beyond the limit is enough to detect an excess.
    let mut limited = part.take(limit + 1);
    if name.ends_with(SHARED_STRINGS) {
        check_string_count(BufReader::new(&mut limited))?;
    }
    std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| Error::Damaged)?;
    let bytes = limit + 1 - limited.limit();
    if bytes > limit { Err(Error::TooLarge) } else { Ok(bytes) }
}

fn size_limit(name: &str) -> u64 {
    match name {
        name if name.ends_with("styles.xml") => STYLES_MAX,
        name if name.ends_with(SHARED_STRINGS) || name.contains("sheets") => UNPACKED_MAX,
        _ => OTHER_MAX,
    }
}

/// Checks the actual and the declared number of shared strings. Malformed XML is left to calamine.
fn check_string_count(table: impl BufRead) -> Result<(), Error> {
    let (mut reader, mut buffer, mut count) = (Reader::from_reader(table), Vec::new(), 0);
    reader.config_mut().check_end_names = false;
    loop {
        buffer.clear();
        let element = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => element,
            Ok(Event::Eof) | Err(_) => return Ok(()),
            Ok(_) => continue,
        };
        match element.local_name().as_ref() {
            "si" => count += 1,
            "sst" if declared_count(&element) > STRINGS_MAX => return Err(Error::TooLarge),
            _ => {}
        }
        if count > STRINGS_MAX {
            return Err(Error::TooLarge);
        }
    }
}

/// Returns the declared number of shared strings, for which calamine reserves memory; 0 when it is not a number.
fn declared_count(table: &quick_xml::events::BytesStart) -> u64 {
    let mut attributes = table.attributes();
    let counts =
        attributes.with_checks(false).flatten().filter(|attribute| attribute.key.as_ref().ends_with("uniqueCount"));
    counts.map(|count| count.value.trim().parse().unwrap_or(0)).max().unwrap_or(0)
}
