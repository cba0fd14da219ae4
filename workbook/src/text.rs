//! Decodes the text of web pages, XML and JSON: by its byte order mark, as UTF-8 if it is valid, else as declared.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Number of first bytes that may declare an encoding.
const DECLARATION_BYTES: usize = 4096;

/// Returns the text without its byte order mark. Invalid bytes become replacement characters.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0;
    }
    if let Some(encoding) = utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    // Valid UTF-8 is never another encoding by chance, whatever the declaration says.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let declared = declared(bytes).filter(|encoding| *encoding != UTF_8 && encoding.is_ascii_compatible());
    declared.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0
}

/// Detects UTF-16 without a byte order mark: every format read here begins with ASCII characters.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Returns the encoding named after `charset=` or `encoding=`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes).to_ascii_lowercase();
    let labels = ["charset=", "encoding="].into_iter().filter_map(|name| {
        let at = memchr::memmem::find(&start, name.as_bytes())?;
        let value = start.get(at + name.len()..)?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'));
        let end = value.iter().position(is_end).unwrap_or(value.len());
        Encoding::for_label(value.get(..end)?)
    });
    labels.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_from_mark_validity_or_declaration() {
        let latin = b"<meta charset=iso-8859-2>\xB3";
        let utf8 = "<meta charset='iso-8859-1'>é";
        for (bytes, text) in [
            (b"\xEF\xBB\xBF[1]".as_slice(), "[1]"),
            (b"\xFF\xFE[\x001\0]\0", "[1]"),
            (b"[\x001\0]\0", "[1]"),
            (b"\0[\x001\0]", "[1]"),
            (utf8.as_bytes(), utf8),
            (latin, "<meta charset=iso-8859-2>ł"),
            (
                b"<?xml version='1.0' encoding=\"windows-1251\"?>\xC0",
                "<?xml version='1.0' encoding=\"windows-1251\"?>А",
            ),
            (b"<p>\x80\xE9", "<p>€é"),
            (b"<meta charset=utf-8>\xE9", "<meta charset=utf-8>é"),
        ] {
            assert_eq!(decode(bytes), text);
        }
    }
}
