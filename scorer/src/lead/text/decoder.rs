//! Converts bytes of one encoding, pushed in pieces, to UTF-8.

use super::TextEncoding;
use super::encoding::Table;
use encoding_rs::{CoderResult, UTF_8};

/// Number of bytes decoded at once.
const PIECE_BYTES: usize = 1 << 14;

/// Push decoder. Characters that the encoding does not have become U+FFFD.
pub(super) struct Decoder {
    state: State,
    /// True once a character was replaced.
    replaced: bool,
}

enum State {
    /// UTF-8, valid or not.
    PassThrough,
    Standard(Box<encoding_rs::Decoder>),
    CodePage(Box<[char; 128]>),
}

impl Decoder {
    /// Creates a decoder at the start of a file, whose byte order mark it removes.
    pub(super) fn new(encoding: TextEncoding) -> Self {
        let state = match encoding.0 {
            Table::Standard(encoding) if encoding == UTF_8 => State::PassThrough,
            Table::Standard(encoding) => State::Standard(Box::new(encoding.new_decoder_with_bom_removal())),
            Table::CodePage(page) => State::CodePage(Box::new(page.characters())),
        };
        Decoder { state, replaced: false }
    }

    /// True once a character was replaced.
    pub(super) fn has_replaced(&self) -> bool {
        self.replaced
    }

    /// Decodes the next bytes and passes the text on in pieces.
    pub(super) fn push<E>(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if matches!(self.state, State::PassThrough) {
            return sink(bytes);
        }
        bytes.chunks(PIECE_BYTES).try_for_each(|piece| sink(self.decode(piece, false).as_bytes()))
    }

    /// Ends the text; a character that was cut off becomes U+FFFD.
    pub(super) fn finish<E>(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        sink(self.decode(&[], true).as_bytes())
    }

    /// Decodes a piece; `last` ends the text.
    pub(super) fn decode(&mut self, piece: &[u8], last: bool) -> String {
        match &mut self.state {
            State::PassThrough => String::new(),
            State::Standard(decoder) => {
                // Of that capacity, one call decodes everything; without it, a call could return early.
                let capacity = decoder.max_utf8_buffer_length(piece.len()).unwrap_or(piece.len() * 3);
                let mut text = String::with_capacity(capacity);
                let mut rest = piece;
                loop {
                    let (result, read, replaced) = decoder.decode_to_string(rest, &mut text, last);
                    self.replaced |= replaced;
                    if result == CoderResult::InputEmpty {
                        return text;
                    }
                    rest = &rest[read..];
                    text.reserve(capacity.max(PIECE_BYTES));
                }
            }
            State::CodePage(characters) => {
                let character = |byte: &u8| match usize::from(*byte).checked_sub(0x80) {
                    Some(high) => characters[high],
                    None => char::from(*byte),
                };
                piece.iter().map(character).collect()
            }
        }
    }
}
