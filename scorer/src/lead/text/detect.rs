//! Guesses the encoding of a text from some of its bytes.

use super::TextEncoding;
use super::code_page::CODE_PAGES;
use super::decoder::Decoder;
use super::encoding::Table;
use super::plausibility::character_scores;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, ISO_8859_15, KOI8_U, MACINTOSH, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC,
};

/// Share of byte pairs with one zero byte from which a text without a byte order mark is UTF-16, in percent.
const UTF16_PAIRS_PERCENT: usize = 75;

/// Byte order marks.
const BYTE_ORDER_MARKS: [(&[u8], TextEncoding); 3] = [
    (b"\xFF\xFE", TextEncoding::UTF_16LE),
    (b"\xFE\xFF", TextEncoding::UTF_16BE),
    (b"\xEF\xBB\xBF", TextEncoding::UTF_8),
];

/// Encodings of Cyrillic that the detector knows.
static CYRILLIC: [&Encoding; 4] = [WINDOWS_1251, KOI8_U, IBM866, ISO_8859_5];

/// Encoding that the byte order mark of a file names.
pub(super) fn by_bom(start: &[u8]) -> Option<TextEncoding> {
    BYTE_ORDER_MARKS.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, encoding)| *encoding)
}

/// UTF-16 without a byte order mark: every other byte of Western text is zero.
pub(super) fn utf16_without_bom(start: &[u8]) -> Option<TextEncoding> {
    let pairs = start.len() / 2;
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (high_first, low_first) = (zeros(0), zeros(1));
    let is_most = |count: usize| pairs > 1 && count * 100 >= pairs * UTF16_PAIRS_PERCENT;
    match (is_most(high_first), is_most(low_first)) {
        (false, true) => Some(TextEncoding::UTF_16LE),
        (true, false) => Some(TextEncoding::UTF_16BE),
        _ => None,
    }
}

/// True when bytes are UTF-8, whole or with some broken bytes, whose rows are then rejected and not misread. Text in a code
/// page rarely contains valid multibyte sequences of UTF-8.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    let (mut multibyte, mut invalid, mut rest) = (0, 0, bytes);
    while let Err(error) = std::str::from_utf8(rest) {
        let (valid, behind) = rest.split_at(error.valid_up_to());
        multibyte += count_multibyte(valid);
        // The text is cut in the middle of a character.
        let Some(length) = error.error_len() else { return invalid <= multibyte };
        invalid += 1;
        rest = &behind[length..];
    }
    invalid <= multibyte + count_multibyte(rest)
}

fn count_multibyte(valid: &[u8]) -> usize {
    valid.iter().filter(|byte| **byte >= 0xC0).count()
}

/// Guesses the code page of text that is not UTF-8; `is_end` when nothing follows it.
pub(super) fn guess_code_page(bytes: &[u8], is_end: bool) -> TextEncoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, is_end);
    let guess = TextEncoding(Table::Standard(detector.guess(None, Utf8Detection::Deny)));
    let others = undetected(guess).into_iter().map(|encoding| Reading::new(encoding, bytes));
    // Of equals, the detector's guess is kept, else the first.
    others.fold(Reading::new(guess, bytes), Reading::better).encoding
}

/// Encodings that the detector does not know, and takes for this one.
fn undetected(guess: TextEncoding) -> Vec<TextEncoding> {
    let latin = [TextEncoding(Table::Standard(MACINTOSH))];
    let pages = CODE_PAGES.iter().map(|page| TextEncoding(Table::CodePage(page)));
    let same_script: &[&'static Encoding] = match guess.0 {
        Table::Standard(guess) if guess == WINDOWS_1252 => &[ISO_8859_15],
        Table::Standard(guess) if CYRILLIC.contains(&guess) => &[X_MAC_CYRILLIC],
        _ => &[],
    };
    let same_script = same_script.iter().map(|encoding| TextEncoding(Table::Standard(encoding)));
    latin.into_iter().chain(pages).chain(same_script).collect()
}

/// Bytes as read in an encoding.
struct Reading {
    encoding: TextEncoding,
    /// Characters outside of ASCII with their plausibility.
    characters: Vec<(char, i64)>,
    total: i64,
}

impl Reading {
    fn new(encoding: TextEncoding, bytes: &[u8]) -> Self {
        let text = Decoder::new(encoding).decode(bytes, false);
        let width = if encoding.is_single_byte() { 1 } else { 2 };
        let scores = character_scores(&text).filter(|(character, _)| !character.is_ascii());
        let characters: Vec<(char, i64)> = scores.map(|(character, score)| (character, score * width)).collect();
        Reading { encoding, total: characters.iter().map(|(_, score)| score).sum(), characters }
    }

    /// The other reading if it is clearly more plausible: by half a point for every character that it changes.
    fn better(self, other: Self) -> Self {
        let is_comparable = self.characters.len() == other.characters.len();
        let pairs = self.characters.iter().zip(&other.characters);
        let changed = if is_comparable {
            pairs.filter(|((one, _), (another, _))| one != another).count()
        } else {
            other.characters.len()
        };
        if (other.total - self.total) * 2 > changed as i64 { other } else { self }
    }
}
