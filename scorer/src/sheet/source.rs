//! A stranger's file -> rows: its encoding, its beginning and its columns are looked at before it is read.
//!
//! Owns what is told of a file, and what somebody may say of it beforehand. May not know scores.

use crate::lead::csv::{Dialect, Intake, IntakeError, OPENING, Opening, Reader, Row, check_text};
use crate::lead::mapping::{Column, Mapping, Target, plain};
use crate::lead::schema::Schema;
use crate::lead::text::{Decoder, Encoding};

/// What is said of a file beforehand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// What stands between its cells.
    pub delimiter: Option<u8>,
    /// What its columns are; not used where it is about other columns than the file's.
    pub mapping: Option<Mapping>,
    /// What columns of these names were said to be in other files; used where there is no mapping.
    pub known: Vec<(String, Option<Target>)>,
}

/// How a file was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Its encoding.
    pub encoding: Encoding,
    /// How its cells are told apart.
    pub dialect: Dialect,
    /// The line that names the columns, from 1; what stands above it was passed over.
    pub line: u64,
    /// Some cells of each column.
    pub examples: Vec<Vec<String>>,
}

/// A file that is pushed in pieces.
pub(super) struct Source {
    schema: Schema,
    given: Given,
    /// Its beginning, until that is enough.
    start: Vec<u8>,
    begun: Option<Begun>,
}

struct Begun {
    /// None for UTF-8, which goes through as it is.
    decoder: Option<Decoder>,
    /// The last piece, decoded.
    text: Vec<u8>,
    reader: Reader,
    origin: Origin,
}

impl Source {
    pub(super) fn new(schema: Schema, given: Given) -> Self {
        Source { schema, given, start: Vec::new(), begun: None }
    }

    /// Reads the next piece; every row that ends in it goes to the sink.
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        if let Some(begun) = &mut self.begun {
            return begun.push(bytes, sink);
        }
        // A first piece that is enough is read where it lies.
        if self.start.is_empty() && bytes.len() >= OPENING {
            return self.begin(bytes, sink);
        }
        self.start.extend_from_slice(bytes);
        if self.start.len() < OPENING {
            return Ok(());
        }
        let start = std::mem::take(&mut self.start);
        self.begin(&start, sink)
    }

    /// Reads what is left and tells what the file was.
    pub(super) fn finish(mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<(Intake, Origin), IntakeError> {
        if self.begun.is_none() {
            // A last line that does not end is one all the same.
            let start = std::mem::take(&mut self.start);
            self.begin(&start, sink)?;
        }
        let Some(Begun { decoder, mut text, mut reader, origin }) = self.begun else { return Err(IntakeError::Empty) };
        if let Some(decoder) = decoder {
            text.clear();
            decoder.finish(&mut text);
            reader.push(&text, sink)?;
        }
        Ok((reader.finish(sink)?, origin))
    }

    fn begin(&mut self, start: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        check_text(start)?;
        let encoding = Encoding::detect(start);
        let mut decoder = (encoding != Encoding::Utf8).then(|| Decoder::new(encoding));
        let mut text = Vec::new();
        if let Some(decoder) = &mut decoder {
            decoder.push(start, &mut text);
        }
        let decoded = if decoder.is_some() { text.as_slice() } else { start };
        let Opening { dialect, skip, line, mapping, examples } = self.look(decoded);
        let names: Vec<String> = mapping.columns.iter().map(|column| column.name.clone()).collect();
        let said = self.given.mapping.take().filter(|given| given.fits(&names));
        let mapping = said.unwrap_or_else(|| recalled(mapping, &self.given.known));
        let reader = Reader::new(self.schema.clone(), dialect);
        // Where nothing is known, the reader says so in its own words.
        let mut reader = if mapping.fields() > 0 { reader.mapped(mapping, line) } else { reader };
        reader.push(decoded.get(skip..).unwrap_or_default(), sink)?;
        self.begun = Some(Begun { decoder, text, reader, origin: Origin { encoding, dialect, line, examples } });
        Ok(())
    }

    /// Looks at the beginning, of which a last line may not end.
    fn look(&self, start: &[u8]) -> Opening {
        let beginning = &start[..start.len().min(OPENING)];
        if beginning.len() < OPENING && !beginning.ends_with(b"\n") {
            return Opening::of(&[beginning, b"\n"].concat(), self.given.delimiter, &self.schema);
        }
        Opening::of(beginning, self.given.delimiter, &self.schema)
    }
}

/// A suggestion, with what is known of some names in its place.
fn recalled(mut mapping: Mapping, known: &[(String, Option<Target>)]) -> Mapping {
    for (name, target) in known {
        let is_its = |column: &Column| plain(&column.name) == plain(name) && column.target != *target;
        if let Some(at) = mapping.columns.iter().position(is_its) {
            mapping.set(at, target.clone());
        }
    }
    mapping
}

impl Begun {
    fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let Some(decoder) = &mut self.decoder else { return self.reader.push(bytes, sink) };
        self.text.clear();
        decoder.push(bytes, &mut self.text);
        self.reader.push(&self.text, sink)
    }
}
