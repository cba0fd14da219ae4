//! Text encodings with their names and labels.

use super::code_page::{CODE_PAGES, CodePage};
use encoding_rs::{Encoding, MACINTOSH, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_MAC_CYRILLIC};

/// Text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(pub(super) Table);

/// Source of an encoding's characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Encoding of the WHATWG Encoding Standard.
    Standard(&'static Encoding),
    /// Code page that the standard lacks.
    CodePage(&'static CodePage),
}

impl TextEncoding {
    /// UTF-8, with or without a byte order mark.
    pub const UTF_8: Self = TextEncoding(Table::Standard(UTF_8));
    /// UTF-16, little endian.
    pub const UTF_16LE: Self = TextEncoding(Table::Standard(UTF_16LE));
    /// UTF-16, big endian.
    pub const UTF_16BE: Self = TextEncoding(Table::Standard(UTF_16BE));

    /// Finds an encoding by a label of the WHATWG Encoding Standard, or by the name of a code page of MS-DOS or the Mac
    /// (`ibm850`, `x-mac-ce`); case does not matter.
    pub fn for_label(label: &str) -> Option<Self> {
        let label = label.trim().to_ascii_lowercase();
        let page = CODE_PAGES.iter().find(|page| page.labels.contains(&label.as_str()));
        let standard = || Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT);
        let table = page.map(Table::CodePage).or_else(|| standard().map(Table::Standard));
        table.map(TextEncoding)
    }

    /// Label that [`TextEncoding::for_label`] finds it by.
    pub fn label(self) -> &'static str {
        match self.0 {
            Table::Standard(encoding) => encoding.name(),
            Table::CodePage(page) => page.labels[0],
        }
    }

    /// Display name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Table::Standard(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => "UTF-16",
            Table::Standard(encoding) if encoding == MACINTOSH => "Mac OS Roman",
            Table::Standard(encoding) if encoding == X_MAC_CYRILLIC => "Mac OS Cyrillic",
            Table::Standard(encoding) => windows_name(encoding.name()),
            Table::CodePage(page) => page.name,
        }
    }

    /// True when every character is one byte.
    pub(super) fn is_single_byte(self) -> bool {
        match self.0 {
            Table::Standard(encoding) => encoding.is_single_byte(),
            Table::CodePage(_) => true,
        }
    }
}

/// Names of Windows code pages as Windows writes them.
fn windows_name(name: &'static str) -> &'static str {
    match name {
        "windows-1250" => "Windows-1250",
        "windows-1251" => "Windows-1251",
        "windows-1252" => "Windows-1252",
        "windows-1253" => "Windows-1253",
        "windows-1254" => "Windows-1254",
        "windows-1255" => "Windows-1255",
        "windows-1256" => "Windows-1256",
        "windows-1257" => "Windows-1257",
        "windows-1258" => "Windows-1258",
        "windows-874" => "Windows-874",
        other => other,
    }
}
