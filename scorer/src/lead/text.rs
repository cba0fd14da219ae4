//! Detects and decodes the text encodings of spreadsheets and exports: UTF-8, UTF-16 and Windows-1252.
//!
//! Windows-1252 is that of the WHATWG Encoding Standard: every byte is a character.

use std::str::Utf8Error;

/// Checks that bytes are UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    // Only the slower check returns the position of an error.
    simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes))
}

/// Text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// With or without a byte order mark.
    Utf8,
    /// Little endian.
    Utf16Le,
    /// Big endian.
    Utf16Be,
    /// Western European, one byte per character.
    Windows1252,
}

/// Share of byte pairs with one zero byte from which a text without a byte order mark is UTF-16, in percent.
const UTF16_PAIRS_PERCENT: usize = 75;

/// Characters 0x80 to 0x9F of Windows-1252; all others are those of Latin-1.
const WINDOWS_1252_HIGH: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}',
    '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}',
    '\u{17E}', '\u{178}',
];

impl TextEncoding {
    /// Detects the encoding from the start of a text. UTF-8 with some broken bytes stays UTF-8, so that rows with such
    /// bytes are rejected and not misread.
    pub fn detect(start: &[u8]) -> Self {
        match start {
            [0xFF, 0xFE, ..] => return TextEncoding::Utf16Le,
            [0xFE, 0xFF, ..] => return TextEncoding::Utf16Be,
            [0xEF, 0xBB, 0xBF, ..] => return TextEncoding::Utf8,
            _ => {}
        }
        if let Some(utf16) = detect_utf16_without_bom(start) {
            return utf16;
        }
        let (mut multibyte, mut invalid, mut rest) = (0, 0, start);
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, behind) = rest.split_at(error.valid_up_to());
            multibyte += count_multibyte(valid);
            // The text is cut in the middle of a character.
            let Some(length) = error.error_len() else { return utf8_or_windows_1252(multibyte, invalid) };
            invalid += 1;
            rest = &behind[length..];
        }
        utf8_or_windows_1252(multibyte + count_multibyte(rest), invalid)
    }

    /// Display name.
    pub fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => "UTF-16",
            TextEncoding::Windows1252 => "Windows-1252",
        }
    }
}

/// Windows-1252 text rarely contains valid multibyte sequences of UTF-8.
fn utf8_or_windows_1252(multibyte: usize, invalid: usize) -> TextEncoding {
    if invalid > multibyte { TextEncoding::Windows1252 } else { TextEncoding::Utf8 }
}

fn count_multibyte(valid: &[u8]) -> usize {
    valid.iter().filter(|byte| **byte >= 0xC0).count()
}

/// UTF-16 without a byte order mark: every other byte of Western text is zero.
fn detect_utf16_without_bom(start: &[u8]) -> Option<TextEncoding> {
    let pairs = start.len() / 2;
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (high_first, low_first) = (zeros(0), zeros(1));
    let is_most = |count: usize| pairs > 1 && count * 100 >= pairs * UTF16_PAIRS_PERCENT;
    match (is_most(high_first), is_most(low_first)) {
        (false, true) => Some(TextEncoding::Utf16Le),
        (true, false) => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}

/// Converts bytes, pushed in pieces, to UTF-8. Invalid characters become U+FFFD.
#[derive(Debug)]
pub struct Decoder {
    encoding: TextEncoding,
    /// First byte of a code unit that was cut.
    pending_byte: Option<u8>,
    /// High surrogate whose low one was not pushed yet.
    pending_high: Option<u16>,
    /// True once the first code unit was decoded.
    started: bool,
}

impl Decoder {
    /// Creates a decoder at the start of a file.
    pub fn new(encoding: TextEncoding) -> Self {
        Decoder { encoding, pending_byte: None, pending_high: None, started: false }
    }

    /// Decodes the next bytes and appends them to `out`. UTF-8 is passed through, valid or not.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self.encoding {
            TextEncoding::Utf8 => out.extend_from_slice(bytes),
            TextEncoding::Windows1252 => bytes.iter().for_each(|byte| push_char(windows_1252_char(*byte), out)),
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => self.push_utf16(bytes, out),
        }
    }

    /// Ends the text; a character that was cut off becomes U+FFFD.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.pending_byte.is_some() || self.pending_high.is_some() {
            push_char(char::REPLACEMENT_CHARACTER, out);
        }
    }

    fn push_utf16(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let Some(first) = self.pending_byte.take() else {
                self.pending_byte = Some(*byte);
                continue;
            };
            let pair = [first, *byte];
            let unit = if self.encoding == TextEncoding::Utf16Le {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            };
            self.push_unit(unit, out);
        }
    }

    fn push_unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let is_bom = !std::mem::replace(&mut self.started, true) && unit == 0xFEFF;
        if is_bom {
            return;
        }
        let high = self.pending_high.take();
        match (high, unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                let code = 0x10000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
                return push_char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), out);
            }
            (Some(_), _) => push_char(char::REPLACEMENT_CHARACTER, out),
            (None, _) => {}
        }
        match unit {
            0xD800..=0xDBFF => self.pending_high = Some(unit),
            _ => push_char(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER), out),
        }
    }
}

fn windows_1252_char(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252_HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn push_char(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Société;Prénom\r\n“L’Été” – 5 €;Zoë 😀\r\n";

    fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    }

    fn decoded(bytes: &[u8], step: usize) -> String {
        let mut decoder = Decoder::new(TextEncoding::detect(bytes));
        let mut out = Vec::new();
        bytes.chunks(step).for_each(|piece| decoder.push(piece, &mut out));
        decoder.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn utf16_is_decoded_with_and_without_bom_wherever_it_is_cut() {
        for (to, encoding) in
            [(u16::to_le_bytes as fn(u16) -> [u8; 2], TextEncoding::Utf16Le), (u16::to_be_bytes, TextEncoding::Utf16Be)]
        {
            for bom in ["", "\u{FEFF}"] {
                let bytes = utf16(&format!("{bom}{TEXT}"), to);
                assert_eq!(TextEncoding::detect(&bytes), encoding);
                for step in 1..7 {
                    assert_eq!(decoded(&bytes, step), TEXT, "{encoding:?} {step}");
                }
            }
        }
    }

    #[test]
    fn incomplete_characters_are_replaced() {
        let bytes = [0xFF, 0xFE, 0x41, 0, 0x3D, 0xD8, 0x42, 0, 0x3D, 0xD8];
        assert_eq!(decoded(&bytes, 3), "A\u{FFFD}B\u{FFFD}");
        assert_eq!(decoded(&bytes[..5], 1), "A\u{FFFD}");
    }

    #[test]
    fn windows_1252_is_detected_and_decoded() {
        let western = b"Soci\xE9t\xE9;Pr\xE9nom\r\n\x93L\x92\xC9t\xE9\x94 \x96 5 \x80;Zo\xEB\r\n";
        assert_eq!(TextEncoding::detect(western), TextEncoding::Windows1252);
        assert_eq!(decoded(western, 2), "Société;Prénom\r\n“L’Été” – 5 €;Zoë\r\n");
        let every: Vec<u8> = (0..=255).collect();
        let mut out = Vec::new();
        Decoder::new(TextEncoding::Windows1252).push(&every, &mut out);
        assert_eq!(String::from_utf8(out).unwrap().chars().count(), 256);
    }

    #[test]
    fn utf8_is_detected_when_cut_or_with_a_broken_byte() {
        let bytes = TEXT.as_bytes();
        for end in 0..=bytes.len() {
            assert_eq!(TextEncoding::detect(&bytes[..end]), TextEncoding::Utf8, "{end}");
        }
        assert_eq!(TextEncoding::detect(b"\xC3\xA9t\xC3\xA9 \xFF"), TextEncoding::Utf8);
        assert_eq!(TextEncoding::detect(b"plain"), TextEncoding::Utf8);
        assert_eq!(decoded(b"\xC3\xA9 \xC3\xA9", 1), "é é");
    }

    #[test]
    fn some_zero_bytes_do_not_make_utf16() {
        assert_eq!(TextEncoding::detect(b"a\0b,c\n1,2\n"), TextEncoding::Utf8);
        assert_eq!(TextEncoding::detect(b""), TextEncoding::Utf8);
        assert_eq!(TextEncoding::detect(b"\0"), TextEncoding::Utf8);
    }
}
