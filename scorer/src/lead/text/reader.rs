//! Reads a file of unknown encoding, pushed in pieces, as UTF-8.
//!
//! ASCII passes through. The encoding is decided when the first other byte comes, from that byte and a window of those
//! behind it, wherever in the file that is. The same bytes are read the same way however they are cut.

use super::TextEncoding;
use super::decoder::Decoder;
use super::detect::{by_bom, guess_code_page, is_utf8, utf16_without_bom};

/// Step in which the window grows, in bytes; UTF-8 is known after the first.
const STEP_BYTES: usize = 1 << 16;

/// Size limit of the window, in bytes.
const WINDOW_BYTES_MAX: usize = 1 << 20;

/// Number of bytes outside of ASCII that are enough to guess a code page.
const EVIDENCE_BYTES: usize = 1024;

/// Number of bytes before the window that are shown to the detector: a character is judged by its neighbours.
const CONTEXT_BYTES: usize = 2;

/// Size of the blocks in which text is checked to be ASCII, in bytes.
const BLOCK_BYTES: usize = 1 << 12;

/// Basis on which an encoding was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingBasis {
    /// The bytes allow no other.
    Certain,
    /// A guess from the whole text outside of ASCII.
    Guessed,
    /// A guess from the first part of the text outside of ASCII.
    GuessedFromStart,
    /// Chosen by the user.
    Chosen,
}

/// Encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectedEncoding {
    /// The encoding.
    pub encoding: TextEncoding,
    /// Basis of the choice.
    pub basis: EncodingBasis,
    /// True when bytes were no characters of the encoding, and became U+FFFD.
    pub has_replaced: bool,
}

impl DetectedEncoding {
    /// UTF-8 beyond doubt.
    pub const UTF_8: Self =
        DetectedEncoding { encoding: TextEncoding::UTF_8, basis: EncodingBasis::Certain, has_replaced: false };

    /// True when the encoding is a guess.
    pub fn is_guessed(&self) -> bool {
        matches!(self.basis, EncodingBasis::Guessed | EncodingBasis::GuessedFromStart)
    }
}

/// Push reader.
pub struct TextReader {
    state: State,
    detected: DetectedEncoding,
}

enum State {
    /// Only ASCII so far; its last bytes.
    Ascii(Vec<u8>),
    /// Bytes from the first one outside of ASCII on, behind `context` bytes that were passed on already.
    Window { bytes: Vec<u8>, context: usize },
    /// The encoding is known.
    Known(Decoder),
}

impl TextReader {
    /// Creates a reader of a file with this start, which is pushed as well. A byte order mark is believed first, then the
    /// user's choice.
    pub fn new(start: &[u8], chosen: Option<TextEncoding>) -> Self {
        let chosen_basis = |encoding| (encoding, EncodingBasis::Chosen);
        let certain_basis = |encoding| (encoding, EncodingBasis::Certain);
        let known = by_bom(start).map(certain_basis).or_else(|| chosen.map(chosen_basis));
        match known.or_else(|| utf16_without_bom(start).map(certain_basis)) {
            Some((encoding, basis)) => TextReader {
                state: State::Known(Decoder::new(encoding)),
                detected: DetectedEncoding { encoding, basis, has_replaced: false },
            },
            None => TextReader { state: State::Ascii(Vec::new()), detected: DetectedEncoding::UTF_8 },
        }
    }

    /// Creates a reader of UTF-8, valid or not.
    pub fn utf8() -> Self {
        TextReader { state: State::Known(Decoder::new(TextEncoding::UTF_8)), detected: DetectedEncoding::UTF_8 }
    }

    /// Encoding as known so far: UTF-8 while there is only ASCII.
    pub fn detected(&self) -> DetectedEncoding {
        let has_replaced = matches!(&self.state, State::Known(decoder) if decoder.has_replaced());
        DetectedEncoding { has_replaced, ..self.detected }
    }

    /// Reads the next bytes; all text that is decided goes to the sink.
    pub fn push<E>(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match &mut self.state {
                State::Known(decoder) => return decoder.push(rest, sink),
                State::Ascii(_) => rest = self.push_ascii(rest, sink)?,
                State::Window { .. } => rest = self.push_window(rest, sink)?,
            }
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish<E>(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if let State::Window { bytes, .. } = &self.state {
            let encoding = if is_utf8(bytes) { TextEncoding::UTF_8 } else { guess_code_page(bytes, true) };
            self.decide(encoding, EncodingBasis::Guessed, sink)?;
        }
        match &mut self.state {
            State::Known(decoder) => decoder.finish(sink),
            _ => Ok(()),
        }
    }

    /// Passes ASCII on, up to the first other byte; returns what follows.
    fn push_ascii<'b, E>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<&'b [u8], E> {
        let State::Ascii(context) = &mut self.state else { return Ok(bytes) };
        let (ascii, rest) = bytes.split_at(ascii_length(bytes));
        context.extend_from_slice(&ascii[ascii.len().saturating_sub(CONTEXT_BYTES)..]);
        context.drain(..context.len().saturating_sub(CONTEXT_BYTES));
        if !rest.is_empty() {
            let bytes = std::mem::take(context);
            self.state = State::Window { context: bytes.len(), bytes };
        }
        if !ascii.is_empty() {
            sink(ascii)?;
        }
        Ok(rest)
    }

    /// Adds bytes to the window, up to its next step; returns what follows.
    fn push_window<'b, E>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<&'b [u8], E> {
        let State::Window { bytes: window, .. } = &mut self.state else { return Ok(bytes) };
        let missing = STEP_BYTES - window.len() % STEP_BYTES;
        let (more, rest) = bytes.split_at(bytes.len().min(missing));
        window.extend_from_slice(more);
        if more.len() == missing {
            // Only the first step can find UTF-8.
            if window.len() == STEP_BYTES && is_utf8(window) {
                self.decide(TextEncoding::UTF_8, EncodingBasis::GuessedFromStart, sink)?;
            } else if window.len() >= WINDOW_BYTES_MAX || count_high(window) >= EVIDENCE_BYTES {
                let encoding = guess_code_page(window, false);
                self.decide(encoding, EncodingBasis::GuessedFromStart, sink)?;
            }
        }
        Ok(rest)
    }

    /// Decodes the window, and everything behind it, in this encoding.
    fn decide<E>(
        &mut self,
        encoding: TextEncoding,
        basis: EncodingBasis,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut decoder = Decoder::new(encoding);
        // Text in UTF-8 is known by its bytes.
        let basis = if encoding == TextEncoding::UTF_8 { EncodingBasis::Certain } else { basis };
        self.detected = DetectedEncoding { encoding, basis, has_replaced: false };
        let passed = match &self.state {
            State::Window { bytes, context } => decoder.push(&bytes[*context..], sink),
            _ => Ok(()),
        };
        self.state = State::Known(decoder);
        passed
    }
}

/// Number of bytes before the first one outside of ASCII.
fn ascii_length(bytes: &[u8]) -> usize {
    let is_ascii = |block: &&[u8]| block.is_ascii();
    let blocks = bytes.chunks(BLOCK_BYTES).take_while(is_ascii).map(<[u8]>::len).sum();
    let rest = &bytes[blocks..];
    blocks + rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len())
}

fn count_high(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !byte.is_ascii()).count()
}
