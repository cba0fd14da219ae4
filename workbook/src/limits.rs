//! Checks before a workbook is opened: its unpacked size.

use crate::Error;
use crate::detail_finder::DetailFinder;
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

const STYLES: &str = "styles.xml";
const SHARED_STRINGS: &str = "sharedstrings.xml";

/// Checks the size of every part by unpacking it: declared sizes prove nothing. Returns true when a part has traces of
/// hidden rows or merged cells.
pub(crate) fn check_unpacked_size(reader: impl Read + Seek) -> Result<bool, Error> {
    let mut archive = ZipArchive::new(reader).map_err(|_| Error::Damaged)?;
    let (mut left, mut has_details) = (UNPACKED_MAX, false);
    for index in 0..archive.len() {
        // A part that cannot be opened fails later, if it is needed at all.
        let Ok(part) = archive.by_index(index) else { continue };
        let (bytes, found) = unpack(part, left)?;
        left = left.checked_sub(bytes).ok_or(Error::TooLarge)?;
        has_details |= found;
    }
    Ok(has_details)
}

/// True for the part that lists the sheets; some programs number it.
pub(crate) fn is_workbook(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.starts_with("workbook") && last.ends_with(".xml")
}

/// Returns the unpacked size of a part, and true when it has traces of details; fails above its limit.
fn unpack<R: Read>(part: ZipFile<'_, R>, left: u64) -> Result<(u64, bool), Error> {
    let name = part.name().map_err(|_| Error::Damaged)?.to_lowercase();
    let limit = left.min(size_limit(&name));
    // One byte beyond the limit is enough to detect an excess.
    let mut limited = part.take(limit + 1);
    let mut finder = DetailFinder::default();
    if name.ends_with(SHARED_STRINGS) {
        check_string_count(BufReader::new(&mut limited))?;
    }
    std::io::copy(&mut limited, &mut finder).map_err(|_| Error::Damaged)?;
    let bytes = limit + 1 - limited.limit();
    // Styles hide things of their own.
    let has_details = finder.is_found && !name.ends_with(STYLES) && !name.ends_with(SHARED_STRINGS);
    if bytes > limit { Err(Error::TooLarge) } else { Ok((bytes, has_details)) }
}

fn size_limit(name: &str) -> u64 {
    match name {
        name if name.ends_with(STYLES) => STYLES_MAX,
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
