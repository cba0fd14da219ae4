//! Delimiter and quote of a CSV, and their detection from the first line.

use super::ROW_BYTES_MAX;

/// CSV dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Separates cells.
    pub delimiter: u8,
    /// Encloses cells that hold delimiters or line breaks; doubled inside them.
    pub quote: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: b',', quote: b'"' }
    }
}

impl Dialect {
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
