//! Candidate of a file's format: a dialect, and the row that is the header in it.

use super::Dialect;
use super::consistency::{consistency, is_quoting_artifact};
use super::sample::{PREAMBLE_ROWS_MAX, Record, SAMPLE_ROWS, first_records};
use crate::lead::mapping::{Evidence, Mapping};
use crate::lead::schema::Schema;

/// Share of rows as wide as the header from which a table is regular, in percent.
const REGULAR_PERCENT: usize = 80;

/// One cell of so many must stand in apostrophes for them to be quotes.
const APOSTROPHES_MIN_SHARE: usize = 4;

/// The best header row for one dialect.
pub(super) struct Candidate {
    pub(super) dialect: Dialect,
    pub(super) records: Vec<Record>,
    pub(super) header: usize,
    /// Number of header cells that name a field.
    pub(super) known: usize,
    /// Number of rows below with as many cells as the header.
    pub(super) same_width: usize,
}

impl Candidate {
    /// Finds the header; `None` when no row names a field.
    pub(super) fn find(text: &[u8], dialect: Dialect, schema: &Schema) -> Option<Self> {
        let records = first_records(text, dialect, PREAMBLE_ROWS_MAX + SAMPLE_ROWS);
        let known = |record: &Record| {
            let mapping = Mapping::suggest(&record.cells, &[], schema);
            let is_exact = mapping.columns.iter().any(|column| column.evidence == Evidence::Exact);
            (is_exact, mapping.columns.iter().filter(|column| column.target.is_some()).count())
        };
        let all: Vec<(bool, usize)> = records.iter().take(PREAMBLE_ROWS_MAX).map(known).collect();
        let most = all.iter().map(|(_, known)| *known).max().filter(|known| *known > 0)?;
        // The first row with a field's exact name, or with at least half as many known names as the best row.
        let header = all.iter().position(|(exact, known)| *exact || *known * 2 >= most.max(2))?;
        let known = all[header].1;
        Some(Self::with_header(dialect, records, header, known))
    }

    /// The first row, whatever it holds. Blank lines above it are left to the reader.
    pub(super) fn first_row(text: &[u8], dialect: Dialect) -> Self {
        let mut records = first_records(text, dialect, PREAMBLE_ROWS_MAX + SAMPLE_ROWS);
        records.iter_mut().take(1).for_each(|first| (first.offset, first.line) = (0, 1));
        Self::with_header(dialect, records, 0, 0)
    }

    fn with_header(dialect: Dialect, records: Vec<Record>, header: usize, known: usize) -> Self {
        let mut candidate = Candidate { dialect, records, header, known, same_width: 0 };
        let width = candidate.width();
        candidate.same_width = candidate.below().iter().filter(|record| record.cells.len() == width).count();
        candidate
    }

    /// The first of equals unless the other has more known names, or as many and more regular rows.
    pub(super) fn better(self, other: Self) -> Self {
        if (other.known, other.same_width) > (self.known, self.same_width) { other } else { self }
    }

    /// The better one, of equals that with less quoting left in its cells. A few cells in apostrophes do not make them
    /// quotes, unless rows become regular.
    pub(super) fn cleaner(self, other: Self) -> Self {
        let (one, another) = (self.artifacts(), other.artifacts());
        let is_few = one * APOSTROPHES_MIN_SHARE < self.cells() || another * 2 > one;
        let is_as_regular = (other.known, other.same_width) <= (self.known, self.same_width);
        if other.dialect.quote != self.dialect.quote && is_as_regular && is_few {
            return self;
        }
        let is_better = (other.known, other.same_width, one) > (self.known, self.same_width, another);
        if is_better { other } else { self }
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.records.get(self.header).map_or(0, |record| record.cells.len())
    }

    /// Rows below the header.
    pub(super) fn below(&self) -> &[Record] {
        let below = self.records.get(self.header + 1..).unwrap_or_default();
        &below[..below.len().min(SAMPLE_ROWS)]
    }

    /// True when most rows are as wide as the header.
    pub(super) fn is_regular(&self) -> bool {
        self.same_width * 100 >= self.below().len() * REGULAR_PERCENT
    }

    /// Number of cells of header and rows.
    fn cells(&self) -> usize {
        self.records.iter().skip(self.header).map(|record| record.cells.len()).sum()
    }

    /// Number of cells with quoting that the dialect did not remove.
    pub(super) fn artifacts(&self) -> usize {
        let rows = self.records.get(self.header..).unwrap_or_default();
        rows.iter().flat_map(|record| &record.cells).filter(|cell| is_quoting_artifact(cell)).count()
    }

    /// True when nothing speaks for another dialect.
    pub(super) fn is_plain(&self) -> bool {
        self.known > 0 && self.is_regular() && self.artifacts() == 0
    }

    /// Consistency of header and rows, from 0 to 1.
    pub(super) fn consistency(&self) -> f64 {
        let rows = self.records.get(self.header..).unwrap_or_default();
        consistency(rows.iter().map(|record| record.cells.as_slice()))
    }
}
