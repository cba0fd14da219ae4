//! In which encoding a file is written, and its bytes as UTF-8.
//!
//! Owns the three encodings that spreadsheets and exporters write. May not know CSV or leads. Windows-1252 as the WHATWG
//! Encoding Standard has it: every byte is a character.

use std::str::Utf8Error;

/// Bytes as the text that they are; of others, where they stop being one.
pub fn utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    // Checked quickly, and once more where it matters what is wrong.
    simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes))
}

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// With or without a mark.
    Utf8,
    /// Low byte first.
    Utf16Le,
    /// High byte first.
    Utf16Be,
    /// Western European, one byte a character.
    Windows1252,
}

/// How many of the first pairs of bytes must look like UTF-16 where no mark says so, in percent.
const PAIRS: usize = 75;

/// The characters of Windows-1252 that are not those of Latin-1, from 0x80 on.
const WESTERN: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}',
    '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}',
    '\u{17E}', '\u{178}',
];

impl Encoding {
    /// The encoding of a text, told from its beginning; the more of it, the surer. A file of UTF-8 with some broken bytes
    /// stays one: its rows with such bytes are told, not read as something else.
    pub fn detect(start: &[u8]) -> Self {
        match start {
            [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
            [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
            [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
            _ => {}
        }
        if let Some(wide) = without_mark(start) {
            return wide;
        }
        let (mut good, mut bad, mut rest) = (0, 0, start);
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, behind) = rest.split_at(error.valid_up_to());
            good += wide_characters(valid);
            // Cut in the middle of a character.
            let Some(length) = error.error_len() else { return told(good, bad) };
            bad += 1;
            rest = &behind[length..];
        }
        told(good + wide_characters(rest), bad)
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Windows1252 => "Windows-1252",
        }
    }
}

/// Texts in a Western encoding hardly ever hold what would be characters of several bytes in UTF-8.
fn told(good: usize, bad: usize) -> Encoding {
    if bad > good { Encoding::Windows1252 } else { Encoding::Utf8 }
}

fn wide_characters(valid: &[u8]) -> usize {
    valid.iter().filter(|byte| **byte >= 0xC0).count()
}

/// UTF-16 that no mark announces: every other byte of Western texts is zero.
fn without_mark(start: &[u8]) -> Option<Encoding> {
    let pairs = start.len() / 2;
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (high_first, low_first) = (zeros(0), zeros(1));
    let is_most = |count: usize| pairs > 1 && count * 100 >= pairs * PAIRS;
    match (is_most(high_first), is_most(low_first)) {
        (false, true) => Some(Encoding::Utf16Le),
        (true, false) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Turns bytes that come in pieces into UTF-8. What is no character becomes U+FFFD.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// The first byte of a pair that was cut in two.
    half: Option<u8>,
    /// The first half of a character of two pairs.
    high: Option<u16>,
    begun: bool,
}

impl Decoder {
    /// A decoder at the start of a file.
    pub fn new(encoding: Encoding) -> Self {
        Decoder { encoding, half: None, high: None, begun: false }
    }

    /// Decodes the next piece behind what `out` holds. UTF-8 goes through as it is, broken or not.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Utf8 => out.extend_from_slice(bytes),
            Encoding::Windows1252 => bytes.iter().for_each(|byte| put(western(*byte), out)),
            Encoding::Utf16Le | Encoding::Utf16Be => self.push_pairs(bytes, out),
        }
    }

    /// What was cut off by the end of the file.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.half.is_some() || self.high.is_some() {
            put(char::REPLACEMENT_CHARACTER, out);
        }
    }

    fn push_pairs(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(*byte);
                continue;
            };
            let pair = [first, *byte];
            let unit =
                if self.encoding == Encoding::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            self.unit(unit, out);
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let is_mark = !std::mem::replace(&mut self.begun, true) && unit == 0xFEFF;
        if is_mark {
            return;
        }
        let high = self.high.take();
        match (high, unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                let code = 0x10000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
                return put(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), out);
            }
            (Some(_), _) => put(char::REPLACEMENT_CHARACTER, out),
            (None, _) => {}
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => put(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER), out),
        }
    }
}

fn western(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WESTERN[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn put(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Société;Prénom\r\n“L’Été” – 5 €;Zoë 😀\r\n";

    fn wide(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    }

    fn decoded(bytes: &[u8], step: usize) -> String {
        let mut decoder = Decoder::new(Encoding::detect(bytes));
        let mut out = Vec::new();
        bytes.chunks(step).for_each(|piece| decoder.push(piece, &mut out));
        decoder.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn utf_16_is_read_with_a_mark_and_without_wherever_it_is_cut() {
        for (to, encoding) in
            [(u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Le), (u16::to_be_bytes, Encoding::Utf16Be)]
        {
            for mark in ["", "\u{FEFF}"] {
                let bytes = wide(&format!("{mark}{TEXT}"), to);
                assert_eq!(Encoding::detect(&bytes), encoding);
                for step in 1..7 {
                    assert_eq!(decoded(&bytes, step), TEXT, "{encoding:?} {step}");
                }
            }
        }
    }

    #[test]
    fn half_a_character_is_not_lost_silently() {
        let bytes = [0xFF, 0xFE, 0x41, 0, 0x3D, 0xD8, 0x42, 0, 0x3D, 0xD8];
        assert_eq!(decoded(&bytes, 3), "A\u{FFFD}B\u{FFFD}");
        assert_eq!(decoded(&bytes[..5], 1), "A\u{FFFD}");
    }

    #[test]
    fn windows_1252_is_told_from_utf_8() {
        let western = b"Soci\xE9t\xE9;Pr\xE9nom\r\n\x93L\x92\xC9t\xE9\x94 \x96 5 \x80;Zo\xEB\r\n";
        assert_eq!(Encoding::detect(western), Encoding::Windows1252);
        assert_eq!(decoded(western, 2), "Société;Prénom\r\n“L’Été” – 5 €;Zoë\r\n");
        let every: Vec<u8> = (0..=255).collect();
        let mut out = Vec::new();
        Decoder::new(Encoding::Windows1252).push(&every, &mut out);
        assert_eq!(String::from_utf8(out).unwrap().chars().count(), 256);
    }

    #[test]
    fn utf_8_stays_utf_8_cut_or_with_a_broken_byte() {
        let bytes = TEXT.as_bytes();
        for end in 0..=bytes.len() {
            assert_eq!(Encoding::detect(&bytes[..end]), Encoding::Utf8, "{end}");
        }
        assert_eq!(Encoding::detect(b"\xC3\xA9t\xC3\xA9 \xFF"), Encoding::Utf8);
        assert_eq!(Encoding::detect(b"plain"), Encoding::Utf8);
        assert_eq!(decoded(b"\xC3\xA9 \xC3\xA9", 1), "é é");
    }

    #[test]
    fn a_file_with_some_zeros_is_not_utf_16() {
        assert_eq!(Encoding::detect(b"a\0b,c\n1,2\n"), Encoding::Utf8);
        assert_eq!(Encoding::detect(b""), Encoding::Utf8);
        assert_eq!(Encoding::detect(b"\0"), Encoding::Utf8);
    }
}
