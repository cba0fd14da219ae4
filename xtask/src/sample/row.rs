//! One line of a CSV file.

use std::io::{self, Write};

#[derive(Default)]
pub(super) struct Row {
    line: String,
    cells: usize,
}

impl Row {
    /// Adds a cell, quoted where it has to be.
    pub(super) fn cell(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if self.cells > 0 {
            self.line.push(',');
        }
        self.cells += 1;
        if text.contains([',', '"', '\n', '\r']) {
            self.line += &format!("\"{}\"", text.replace('"', "\"\""));
        } else {
            self.line += text;
        }
    }

    /// Adds a cell that may be empty.
    pub(super) fn optional(&mut self, filled: bool, text: impl AsRef<str>) {
        self.cell(if filled { text.as_ref() } else { "" });
    }

    /// Writes the line and empties it.
    pub(super) fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.line.push('\n');
        out.write_all(self.line.as_bytes())?;
        self.line.clear();
        self.cells = 0;
        Ok(())
    }
}
