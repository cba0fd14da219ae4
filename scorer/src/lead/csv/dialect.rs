//! Delimiter and quote of a CSV, and their detection from the first line.

use super::ROW_BYTES_MAX;

/// CSV dialect. The default is that of RFC 4180.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Separates cells.
    pub delimiter: u8,
    /// Encloses cells that hold delimiters or line breaks; doubled inside them.
    pub quote: u8,
    /// Inside quotes, takes the meaning from a quote or from itself.
    pub escape: Option<u8>,
    /// True when spaces before a cell are no part of it, so that a quote may follow them.
    pub skips_spaces: bool,
    /// True when each line is one quoted cell that holds the row.
    pub wraps_lines: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: b',', quote: b'"', escape: None, skips_spaces: false, wraps_lines: false }
    }
}

impl Dialect {
    /// Dialect of RFC 4180 but for its delimiter.
    pub fn with_delimiter(delimiter: u8) -> Self {
        Dialect { delimiter, ..Dialect::default() }
    }

    /// Detects the delimiter: the most frequent of comma, semicolon and tab on the first line, outside of quotes; a comma
    /// when there is none.
    pub fn detect(start: &[u8]) -> Self {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in start.iter().take(ROW_BYTES_MAX).skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
            match byte {
                b'"' => quoted = !quoted,
                b'\r' | b'\n' if !quoted => break,
                _ if quoted => {}
                other => {
                    counts.iter_mut().filter(|(delimiter, _)| delimiter == other).for_each(|(_, count)| *count += 1)
                }
            }
        }
        // The last of equals wins, so the order is reversed: a comma before the others.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        Dialect { delimiter: most.map_or(b',', |(delimiter, _)| *delimiter), ..Dialect::default() }
    }
}
