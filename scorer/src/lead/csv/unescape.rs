//! Copy of a record whose cells are not their text: they have escaped quotes, or spaces around them.

use super::Dialect;
use super::row::{CellEnd, Cells};

/// Copy of a record without quotes.
#[derive(Default)]
pub(super) struct Unescaped {
    text: String,
    ends: Vec<CellEnd>,
}

impl Unescaped {
    /// Copies the cells of a record without their quotes, escapes and skipped spaces.
    pub(super) fn fill(&mut self, cells: Cells<'_>, dialect: Dialect) -> Cells<'_> {
        self.text.clear();
        self.ends.clear();
        for (cell, quoted) in cells.raw() {
            let cell = if dialect.skips_spaces { cell.trim_matches(' ') } else { cell };
            let quote = char::from(dialect.quote);
            match (cell.strip_prefix(quote).filter(|_| quoted), dialect.escape.map(char::from)) {
                (Some(cell), None) => push_unescaped(cell, quote, &mut self.text),
                (Some(cell), Some(escape)) => push_escaped(cell, (quote, escape), &mut self.text),
                (None, _) => self.text.push_str(cell),
            }
            self.ends.push(CellEnd::new(self.text.len(), false));
            // Cells are one byte apart.
            self.text.push(',');
        }
        Cells::new(&self.text, &self.ends)
    }
}

/// Unescapes a cell behind its opening quote: doubled quotes are one, and text behind the closing quote is kept.
fn push_unescaped(cell: &str, quote: char, out: &mut String) {
    let mut rest = cell;
    while let Some((inside, behind)) = rest.split_once(quote) {
        out.push_str(inside);
        let Some(more) = behind.strip_prefix(quote) else {
            rest = behind;
            break;
        };
        out.push(quote);
        rest = more;
    }
    out.push_str(rest);
}

/// Unescapes a cell in which an escape stands before quotes and before itself; before other characters it is text.
fn push_escaped(cell: &str, (quote, escape): (char, char), out: &mut String) {
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        let next = characters.clone().next();
        if (character == escape && (next == Some(quote) || next == Some(escape)))
            || (character == quote && next == Some(quote))
        {
            out.extend(characters.next());
        } else if character == quote {
            // Text behind the closing quote.
            return out.push_str(characters.as_str());
        } else {
            out.push(character);
        }
    }
}
