//! Search for traces of hidden rows and merged cells in unpacked sheets.

use memchr::memmem;
use std::io::{self, Write};

/// Attribute of a hidden row, and of a hidden column.
const HIDDEN: &[u8] = b"hidden=";
/// Element of a merged cell.
const MERGED: &[u8] = b"mergeCell";

/// Looks for traces of hidden rows and merged cells in the bytes written to it.
#[derive(Default)]
pub(crate) struct DetailFinder {
    pub(crate) is_found: bool,
    /// Last bytes, where a trace may have begun.
    tail: Vec<u8>,
}

impl Write for DetailFinder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_found {
            let seam = MERGED.len() - 1;
            self.tail.extend(bytes.iter().take(seam));
            let has_trace =
                |bytes: &[u8]| memmem::find(bytes, HIDDEN).or_else(|| memmem::find(bytes, MERGED)).is_some();
            self.is_found = has_trace(&self.tail) || has_trace(bytes);
            self.tail.extend(bytes.iter().skip(seam).rev().take(seam).rev());
            let surplus = self.tail.len().saturating_sub(seam);
            self.tail.drain(..surplus);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
