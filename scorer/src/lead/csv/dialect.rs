//! How the cells of a file are told apart, and how to tell that from its first bytes.
//!
//! May not know columns or leads.

use super::ROW_MAX;

/// How cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between cells.
    pub delimiter: u8,
    /// Stands around cells that hold delimiters or line breaks; doubled inside them.
    pub quote: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: b',', quote: b'"' }
    }
}

impl Dialect {
    /// The dialect of a file, told from its first bytes: whatever of comma, semicolon and tab stands most often on the
    /// first line outside of quotes; a comma where none does.
    pub fn detect(start: &[u8]) -> Self {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in start.iter().take(ROW_MAX).skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => break,
                _ if quoted => {}
                other => {
                    counts.iter_mut().filter(|(delimiter, _)| delimiter == other).for_each(|(_, count)| *count += 1)
                }
            }
        }
        // Of equals the last wins, so the order is turned around: a comma before all others.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        Dialect { delimiter: most.map_or(b',', |(delimiter, _)| *delimiter), ..Dialect::default() }
    }
}
