//! A CSV of any columns, which need not be a lead's: its records one by one.
//!
//! May not know what the cells mean.

use super::split::Splitter;
use super::{Cells, Dialect, IntakeError, MARK, ROW_MAX, breaks};
use crate::lead::text::utf8;
use std::borrow::Cow;

/// Hands over every record of a file, the names of the columns first, with the line on which it starts, from 1. Lines
/// without a byte are passed over.
pub fn records(
    bytes: &[u8],
    dialect: Dialect,
    sink: &mut impl FnMut(u64, Cells<'_>) -> Result<(), IntakeError>,
) -> Result<(), IntakeError> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    // A last line that does not end is ended here.
    let whole = if bytes.ends_with(b"\n") { Cow::Borrowed(bytes) } else { Cow::Owned([bytes, b"\n"].concat()) };
    let (mut rest, mut line) = (whole.as_ref(), 1);
    let mut splitter = Splitter::new(dialect);
    loop {
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += breaks(&rest[..blank]);
        rest = &rest[blank..];
        if rest.is_empty() {
            return Ok(());
        }
        if !splitter.split(&rest[..rest.len().min(ROW_MAX)]) {
            return Err(IntakeError::TooBroken { line });
        }
        let (record, behind) = rest.split_at(splitter.length());
        let text = utf8(record).map_err(|_| IntakeError::NotText { hint: "" })?;
        let lines = splitter.breaks() + u64::from(text.ends_with('\n'));
        sink(line, splitter.cells(text))?;
        splitter.restart();
        line += lines;
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
        let mut rows = Vec::new();
        let mut sink = |line, cells: Cells<'_>| {
            rows.push((line, cells.iter().map(str::to_owned).collect()));
            Ok(())
        };
        records(bytes, Dialect::default(), &mut sink)?;
        Ok(rows)
    }

    #[test]
    fn records_of_any_columns_are_read_with_their_lines() {
        let rows = read(b"\xEF\xBB\xBFa,b\r\n\n1,\"x\ny\"\n2,\"say \"\"z\"\"\"").unwrap();
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows, [(1, cells(&["a", "b"])), (3, cells(&["1", "x\ny"])), (5, cells(&["2", "say \"z\""]))]);
        assert_eq!(read(b"\n\n"), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert_eq!(read(b"a\n\"open"), Err(IntakeError::TooBroken { line: 2 }));
        assert_eq!(read(b"a\n\xFF\n"), Err(IntakeError::NotText { hint: "" }));
        let long = [b"a\n".as_slice(), &vec![b'x'; ROW_MAX + 1]].concat();
        assert_eq!(read(&long), Err(IntakeError::TooBroken { line: 2 }));
    }
}
