//! What is checked before a workbook is opened: its kind by its first bytes, and how much it unpacks to.
//!
//! Owns the limits. May not know sheets and cells.

use crate::Refusal;
use quick_xml::{Reader, events::Event};
use std::io::{BufRead, BufReader, Read, Seek};
use zip::{ZipArchive, read::ZipFile};

/// The most bytes that all parts may have, and that the CSV may have.
pub const UNPACKED_MAX: u64 = 600_000_000;
/// The same of the part that tells how cells look, which becomes many times larger in memory.
const STYLES_MAX: u64 = 8_000_000;
/// The same of any other part that is neither a sheet nor the table of strings.
const SMALL_MAX: u64 = 64_000_000;
/// The most strings in the table: each takes memory, however short.
const STRINGS_MAX: u64 = 10_000_000;

/// The most bytes of a file that is read: it is held in memory as a whole.
pub const WORKBOOK_MAX: usize = 250_000_000;

const ZIP: [u8; 2] = *b"PK";
/// The container of Office files before 2007, and of protected ones since.
const OLE: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];
const STRINGS: &str = "sharedstrings.xml";

/// Tells workbooks from what only looks like one.
pub(crate) fn kind(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.starts_with(&OLE) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_protected = bytes.windows(name.len()).any(|window| window == name);
        return Err(if is_protected { Refusal::Protected } else { Refusal::OldFormat });
    }
    if bytes.starts_with(&ZIP) { Ok(()) } else { Err(Refusal::NoWorkbook) }
}

/// Unpacks every part to nowhere: what a part says of its own size proves nothing.
pub(crate) fn unpacked(reader: impl Read + Seek) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(reader).map_err(|_| Refusal::Broken)?;
    if !archive.file_names().any(|name| name.is_ok_and(|name| is_workbook(&name.to_lowercase()))) {
        return Err(Refusal::NoWorkbook);
    }
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        // What cannot be opened here cannot be opened later either, and need not be where it is no sheet.
        let Ok(part) = archive.by_index(index) else { continue };
        left = left.checked_sub(unpack(part, left)?).ok_or(Refusal::TooLarge)?;
    }
    Ok(())
}

/// Spreadsheets number the part that lists the sheets, or not.
fn is_workbook(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.starts_with("workbook") && last.ends_with(".xml")
}

fn unpack<R: Read>(part: ZipFile<'_, R>, left: u64) -> Result<u64, Refusal> {
    let name = part.name().map_err(|_| Refusal::Broken)?.to_lowercase();
    let most = left.min(largest(&name));
    // One byte more than allowed is enough to know.
    let mut limited = part.take(most + 1);
    if name.ends_with(STRINGS) {
        strings(BufReader::new(&mut limited))?;
    }
    std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| Refusal::Broken)?;
    let bytes = most + 1 - limited.limit();
    if bytes > most { Err(Refusal::TooLarge) } else { Ok(bytes) }
}

fn largest(name: &str) -> u64 {
    match name {
        name if name.ends_with("styles.xml") => STYLES_MAX,
        name if name.ends_with(STRINGS) || name.contains("sheets") => UNPACKED_MAX,
        _ => SMALL_MAX,
    }
}

/// Counts the strings, and what the table says of their number. What is no XML is left for the one who reads it.
fn strings(table: impl BufRead) -> Result<(), Refusal> {
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
            "sst" if said(&element) > STRINGS_MAX => return Err(Refusal::TooLarge),
            _ => {}
        }
        if count > STRINGS_MAX {
            return Err(Refusal::TooLarge);
        }
    }
}

/// The number that the table says of itself; one that is none reserves nothing.
fn said(table: &quick_xml::events::BytesStart) -> u64 {
    let mut attributes = table.attributes();
    let counts =
        attributes.with_checks(false).flatten().filter(|attribute| attribute.key.as_ref().ends_with("uniqueCount"));
    counts.map(|count| count.value.trim().parse().unwrap_or(0)).max().unwrap_or(0)
}
