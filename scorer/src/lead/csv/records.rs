//! Iterates over the records of a CSV with any columns.

use super::split::Splitter;
use super::{Cells, Dialect, ImportError, ROW_BYTES_MAX, UTF8_BOM, count_newlines};
use crate::lead::text::utf8;
use std::borrow::Cow;

/// Calls the sink with every record, the header first, and the line on which it starts, from 1. Blank lines are skipped.
pub fn for_each_record(
    bytes: &[u8],
    dialect: Dialect,
    sink: &mut impl FnMut(u64, Cells<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let bytes = bytes.strip_prefix(UTF8_BOM).unwrap_or(bytes);
    let complete = if bytes.ends_with(b"\n") { Cow::Borrowed(bytes) } else { Cow::Owned([bytes, b"\n"].concat()) };
    let (mut rest, mut line) = (complete.as_ref(), 1);
    let mut splitter = Splitter::new(dialect);
    loop {
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += count_newlines(&rest[..blank]);
        rest = &rest[blank..];
        if rest.is_empty() {
            return Ok(());
        }
        if !splitter.split(&rest[..rest.len().min(ROW_BYTES_MAX)]) {
            return Err(ImportError::TooBroken { line });
        }
        let (record, behind) = rest.split_at(splitter.length());
        let text = utf8(record).map_err(|_| ImportError::NotText { hint: "" })?;
        let lines = splitter.newlines() + u64::from(text.ends_with('\n'));
        sink(line, splitter.cells(text))?;
        splitter.restart();
        line += lines;
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, ImportError> {
        let mut rows = Vec::new();
        let mut sink = |line, cells: Cells<'_>| {
            rows.push((line, cells.iter().map(str::to_owned).collect()));
            Ok(())
        };
        for_each_record(bytes, Dialect::default(), &mut sink)?;
        Ok(rows)
    }

    #[test]
    fn records_have_their_line_and_cells() {
        let rows = read(b"\xEF\xBB\xBFa,b\r\n\n1,\"x\ny\"\n2,\"say \"\"z\"\"\"").unwrap();
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows, [(1, cells(&["a", "b"])), (3, cells(&["1", "x\ny"])), (5, cells(&["2", "say \"z\""]))]);
        assert_eq!(read(b"\n\n"), Ok(vec![]));
    }

    #[test]
    fn unreadable_records_are_errors() {
        assert_eq!(read(b"a\n\"open"), Err(ImportError::TooBroken { line: 2 }));
        assert_eq!(read(b"a\n\xFF\n"), Err(ImportError::NotText { hint: "" }));
        let long = [b"a\n".as_slice(), &vec![b'x'; ROW_BYTES_MAX + 1]].concat();
        assert_eq!(read(&long), Err(ImportError::TooBroken { line: 2 }));
    }
}
