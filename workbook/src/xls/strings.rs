//! Texts of a BIFF stream: in UTF-16, with the high bytes left out where all are zero, or in a code page.

use super::record::Record;
use crate::Error;
use encoding_rs::{Encoding, WINDOWS_1252};

/// Limit of shared strings: each takes memory, however short.
const STRINGS_MAX: u32 = 10_000_000;

/// Flags of a text.
const WIDE: u8 = 0x01;
const PHONETIC: u8 = 0x04;
const RICH: u8 = 0x08;

/// Reads texts of records.
pub(super) struct TextReader {
    /// True for Excel 97 and later, which write UTF-16.
    pub(super) is_biff8: bool,
    encoding: &'static Encoding,
}

impl Default for TextReader {
    fn default() -> Self {
        TextReader { is_biff8: true, encoding: WINDOWS_1252 }
    }
}

impl TextReader {
    pub(super) fn set_code_page(&mut self, code_page: u16) {
        let label = match code_page {
            10_000 | 32_768 => "macintosh".to_owned(),
            10_007 => "x-mac-cyrillic".to_owned(),
            874 | 1250..=1258 => format!("windows-{code_page}"),
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            other => format!("ibm{other}"),
        };
        self.encoding = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    }

    /// Returns the text at an offset, after its length in one or two bytes. A text that breaks off is returned as far
    /// as it goes.
    pub(super) fn text(&self, record: &Record<'_>, at: usize, has_long_length: bool) -> String {
        let length = if has_long_length { record.u16(at) } else { record.u8(at).map(u16::from) };
        let at = at + if has_long_length { 2 } else { 1 };
        let length = usize::from(length.unwrap_or(0));
        if !self.is_biff8 {
            let bytes = record.data.get(at..).unwrap_or_default();
            return self.encoding.decode_without_bom_handling(bytes.get(..length).unwrap_or(bytes)).0.into_owned();
        }
        let mut units = Vec::with_capacity(length.min(record.data.len()));
        let mut cursor = Cursor::new(record);
        cursor.skip(at);
        cursor.characters(length, &mut units);
        String::from_utf16_lossy(&units)
    }
}

/// Returns the shared strings.
pub(super) fn shared(record: &Record<'_>) -> Result<Vec<String>, Error> {
    let count = record.u32(4).unwrap_or(0);
    if count > STRINGS_MAX {
        return Err(Error::TooLarge);
    }
    let mut cursor = Cursor::new(record);
    cursor.skip(8);
    let (mut strings, mut units) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let Some(length) = cursor.u16() else { break };
        units.clear();
        cursor.rich_characters(usize::from(length), &mut units);
        strings.push(String::from_utf16_lossy(&units));
    }
    Ok(strings)
}

/// Position in the data of a record and its continuations.
struct Cursor<'a> {
    part: &'a [u8],
    parts: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
}

impl<'a> Cursor<'a> {
    fn new(record: &Record<'a>) -> Self {
        let mut parts = record.parts();
        Cursor { part: parts.next().unwrap_or_default(), parts: Box::new(parts) }
    }

    /// Goes on to the next part; false at the end.
    fn advance(&mut self) -> bool {
        self.parts.next().is_some_and(|part| {
            self.part = part;
            true
        })
    }

    fn u8(&mut self) -> Option<u8> {
        loop {
            if let Some((byte, rest)) = self.part.split_first() {
                self.part = rest;
                return Some(*byte);
            }
            if !self.advance() {
                return None;
            }
        }
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > self.part.len() {
            bytes -= self.part.len();
            if !self.advance() {
                self.part = &[];
                return;
            }
        }
        self.part = self.part.get(bytes..).unwrap_or_default();
    }

    /// Reads the flags and the characters of a text. The flags are repeated where a text is continued.
    fn characters(&mut self, length: usize, units: &mut Vec<u16>) {
        let flags = self.u8().unwrap_or(0);
        self.units(length, flags, units);
    }

    /// Reads a text with its formatting, which is skipped.
    fn rich_characters(&mut self, length: usize, units: &mut Vec<u16>) {
        let flags = self.u8().unwrap_or(0);
        let runs = if flags & RICH == 0 { 0 } else { usize::from(self.u16().unwrap_or(0)) };
        let phonetic = if flags & PHONETIC == 0 { 0 } else { self.u32().unwrap_or(0) as usize };
        self.units(length, flags, units);
        self.skip(runs * 4);
        self.skip(phonetic);
    }

    fn units(&mut self, mut length: usize, mut flags: u8, units: &mut Vec<u16>) {
        loop {
            let width = if flags & WIDE == 0 { 1 } else { 2 };
            let here = length.min(self.part.len() / width);
            let (characters, rest) = self.part.split_at(here * width);
            if width == 1 {
                units.extend(characters.iter().map(|byte| u16::from(*byte)));
            } else {
                units.extend(characters.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)));
            }
            self.part = rest;
            length -= here;
            if length == 0 || !self.advance() {
                return;
            }
            let Some((next_flags, rest)) = self.part.split_first() else { return };
            (flags, self.part) = (*next_flags, rest);
        }
    }
}
