//! Messages about a ranked list: queries, rows, marks and exports.
//!
//! [`Query`] and [`Mark`] are stored in project files: their serialized names must not change.

use scorer::lead::csv::{CellCounts, RejectReason};
use serde::{Deserialize, Serialize};

/// Outreach status that the user gives a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Contacted.
    Contacted,
    /// Replied.
    Replied,
    /// Not interested.
    NotInterested,
}

impl Mark {
    /// All marks.
    pub const ALL: [Mark; 3] = [Mark::Contacted, Mark::Replied, Mark::NotInterested];
}

/// Filters, order, columns and range of the rows to show. All filters must match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Column to sort by.
    pub sort: Sort,
    /// True to reverse the natural order: best first for the score, ascending for other columns.
    pub reversed: bool,
    /// Text that some cell must contain, ignoring case; empty for all rows.
    pub search: String,
    /// Accepted grades; empty for all.
    pub grades: Vec<char>,
    /// Accepted displayed scores, inclusive.
    #[serde(rename = "points")]
    pub score_range: (u32, u32),
    /// Filters on columns.
    #[serde(rename = "conditions")]
    pub column_filters: Vec<ColumnFilter>,
    /// Accepted marks, `None` for unmarked leads; empty for all.
    pub marks: Vec<Option<Mark>>,
    /// True for selected leads only.
    pub selected: bool,
    /// True to show each person once, by their best lead.
    #[serde(rename = "folded")]
    pub deduplicated: bool,
    /// Shown columns, by index in the file.
    pub columns: Vec<u32>,
    /// First row of the window among the matching rows.
    pub offset: u32,
    /// Maximum number of rows in the window.
    pub limit: u32,
}

impl Query {
    /// True when both queries match the same rows in the same order; range and columns may differ.
    pub fn has_same_rows(&self, other: &Query) -> bool {
        let whole = |query: &Query| Query { offset: 0, limit: 0, columns: Vec::new(), ..query.clone() };
        whole(self) == whole(other)
    }
}

/// Filter on one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnFilter {
    /// Index of the column in the file.
    pub column: u32,
    /// Accepted cells.
    #[serde(rename = "wanted")]
    pub cells: CellFilter,
}

/// Accepted cells of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CellFilter {
    /// One of these values, trimmed; the empty string for an empty cell.
    Values(Vec<String>),
    /// Any value.
    #[serde(rename = "Filled")]
    NonEmpty,
}

/// Most frequent values of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnValues {
    /// Index of the column in the file.
    pub column: u32,
    /// Values with their numbers of leads, most frequent first.
    pub counts: Vec<(String, u32)>,
    /// Number of further values.
    pub omitted: u32,
    /// Number of leads with an empty cell.
    pub empty: u32,
}

/// Leads to select or mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LeadSet {
    /// One lead, by index in the file.
    Lead(u32),
    /// All matches of the last query.
    Found,
    /// All selected leads.
    Selected,
}

/// Numbers of selected and marked leads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarkCounts {
    /// Number of changes so far.
    pub revision: u32,
    /// Selected leads.
    pub selected: u32,
    /// Leads with a mark.
    pub marked: u32,
}

/// Leads to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportScope {
    /// All leads.
    All,
    /// Matches of the query, in its order.
    Found,
    /// Selected leads.
    Selected,
    /// The first leads by rank.
    Top(u32),
}

/// File format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    /// CSV that the user's spreadsheet opens correctly.
    SpreadsheetCsv,
    /// CSV for other programs.
    PlainCsv,
    /// JSON.
    Json,
}

/// Content of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Export {
    /// Leads with their scores, as a file.
    Leads {
        /// Leads to export.
        scope: ExportScope,
        /// File format.
        format: ExportFormat,
    },
    /// Leads with their scores, as text to paste into a table.
    Clipboard {
        /// Leads to export.
        scope: ExportScope,
    },
    /// All rejected rows with their reasons.
    Rejects,
    /// Project file: the list with marks, column mapping and query.
    Project,
}

/// Localized texts and number format of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportLabels {
    /// Header of the mark column.
    pub mark_column: String,
    /// Names of the marks, in the order of [`Mark::ALL`].
    pub mark_names: Vec<String>,
    /// True when the decimal separator is a comma.
    pub decimal_comma: bool,
}

/// Details of one lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadDetail {
    /// Its table row, without cells.
    pub row: Row,
    /// True when a better lead is the same person.
    pub is_duplicate: bool,
    /// Name and text of each column of the file; very long texts are truncated.
    pub cells: Vec<(String, String)>,
    /// Name and text of each field as the model read it.
    pub fields: Vec<(String, String)>,
}

/// Sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// The score.
    Score,
    /// A column, by index in the file.
    Column(u32),
}

/// Summary of an imported file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListSummary {
    /// Columns of the file, in display order.
    pub columns: Vec<Column>,
    /// Number of scored leads.
    pub rows: u32,
    /// Number of rejected rows.
    pub rejects: u32,
    /// Number of leads scored by each model.
    pub models: Vec<u32>,
    /// Number of leads per grade, best grade first.
    pub grades: Vec<(char, u32)>,
    /// Model fields that the file lacks.
    pub missing_fields: Vec<String>,
    /// Number of fields that the model reads.
    pub field_count: u32,
    /// Columns that the model does not read.
    pub unmapped_columns: Vec<String>,
    /// Number of leads that are the same person as a better one.
    pub duplicates: u32,
    /// Mapping of each column, in file order.
    pub mapped_columns: Vec<MappedColumn>,
    /// Detected file format.
    pub format: FileFormat,
}

/// Mapping of one column of the user's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// Target field and confidence.
    pub column: scorer::lead::mapping::ColumnMapping,
    /// Sample cells.
    pub examples: Vec<String>,
    /// Number of cells that could not be parsed.
    pub unparsed: u32,
    /// Other counts of cells that were not read as they are.
    pub counts: CellCounts,
    /// Values that the model has never seen.
    pub unseen: UnseenValues,
}

/// Cells of a column whose value the model has never seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnseenValues {
    /// Number of cells.
    pub cells: u32,
    /// The most common of these values with their numbers of cells, most frequent first.
    pub most_common: Vec<(String, u32)>,
}

/// Detected format of a text file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFormat {
    /// Character encoding, unless it is UTF-8 and was not chosen.
    pub encoding: Option<FileEncoding>,
    /// Dialect, unless it is that of RFC 4180 with a common delimiter.
    pub dialect: Option<FileDialect>,
    /// Line of the header, from 1.
    pub header_line: f64,
    /// Number of rows with fewer cells than columns.
    pub short_rows: u32,
    /// Number of cells with HTML entities, which were decoded.
    pub html_cells: u32,
    /// Number of rows that hold no lead.
    pub skipped_rows: u32,
    /// Lines of the first of them.
    pub skipped_lines: Vec<f64>,
}

/// Character encoding of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEncoding {
    /// Display name.
    pub name: String,
    /// Label, when the user chose it.
    pub chosen: Option<String>,
    /// True when it is a guess.
    pub guessed: bool,
    /// True when bytes were no characters of it.
    pub has_replaced: bool,
}

/// Dialect of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileDialect {
    /// Delimiter of the rows, when it is a rare one or another than the header's.
    pub delimiter: Option<char>,
    /// Delimiter of the header, when it is another than that of the rows.
    pub header_delimiter: Option<char>,
    /// Quote, unless it is a double one.
    pub quote: Option<char>,
    /// Escape of quotes.
    pub escape: Option<char>,
    /// True when spaces around cells were dropped.
    pub skips_spaces: bool,
    /// True when lines as a whole are in quotes.
    pub wraps_lines: bool,
}

/// Column of the user's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Index in the file.
    pub index: u32,
    /// Header.
    pub name: String,
    /// True when every non-empty cell holds a number.
    pub numeric: bool,
}

/// Window of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The query.
    pub query: Query,
    /// Number of matching rows.
    pub found: u32,
    /// Rows of the window.
    pub rows: Vec<Row>,
}

/// Table row of one lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Index among the leads of the file, from 0.
    pub lead: u32,
    /// Rank among all leads, from 1.
    pub rank: u32,
    /// Line of the file on which it begins.
    pub line: f64,
    /// Its score.
    pub score: Score,
    /// Its mark.
    pub mark: Option<Mark>,
    /// True when selected.
    pub selected: bool,
    /// Cells in the order of [`Query::columns`]; long ones are truncated.
    pub cells: Vec<String>,
}

/// Score of one lead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Exact probability of a reply.
    pub probability: f32,
    /// Grade, when the model has grades.
    pub grade: Option<char>,
    /// Index of the model that gave it.
    pub model: u32,
}

/// Rejected rows with the same kind of error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectGroup {
    /// Column that caused the error, if any.
    pub column: Option<String>,
    /// Number of rows.
    pub count: u32,
    /// The first rows.
    pub lines: Vec<RejectLine>,
}

/// Rejected row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectLine {
    /// Line of the file on which it begins.
    pub line: f64,
    /// Cause.
    pub reason: RejectReason,
}
