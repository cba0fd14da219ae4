//! What is asked and told of a list.
//!
//! Owns the forms of queries, rows and what is kept of them. May not know how they are found or shown.

use scorer::lead::csv::RejectReason;
use serde::{Deserialize, Serialize};

/// What the user did with a lead, or learned of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Written to.
    Contacted,
    /// Answered.
    Replied,
    /// Does not want to be written to.
    NotInterested,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 3] = [Mark::Contacted, Mark::Replied, Mark::NotInterested];
}

/// What the list is to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// By which column.
    pub sort: Sort,
    /// Against that column's natural order: for the score best first, for others ascending.
    pub reversed: bool,
    /// Rows in which a cell holds this text, in any case; empty for all.
    pub search: String,
    /// Rows of these grades; empty for all.
    pub grades: Vec<char>,
    /// Rows whose score, as shown, lies between these two, both included.
    pub points: (u32, u32),
    /// Rows that meet all of these.
    pub conditions: Vec<Condition>,
    /// Rows with one of these marks, or with none for `None`; empty for all.
    pub marks: Vec<Option<Mark>>,
    /// Only rows that are selected.
    pub selected: bool,
    /// Each person once, by the best of their leads.
    pub folded: bool,
    /// The columns that are shown, by their places in the file.
    pub columns: Vec<u32>,
    /// The first row of the window among those found.
    pub offset: u32,
    /// The most rows of the window.
    pub limit: u32,
}

impl Query {
    /// Whether another asks for the same rows, of which it may want another part.
    pub fn finds_the_same(&self, other: &Query) -> bool {
        let whole = |query: &Query| Query { offset: 0, limit: 0, columns: Vec::new(), ..query.clone() };
        whole(self) == whole(other)
    }
}

/// What must stand in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The column's place in the file.
    pub column: u32,
    /// What may stand there.
    pub wanted: Wanted,
}

/// What may stand in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Wanted {
    /// One of these, without the space around it; the empty text for an empty cell.
    Values(Vec<String>),
    /// Anything.
    Filled,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// The column's place in the file.
    pub column: u32,
    /// The most frequent ones with the number of leads that have them.
    pub counts: Vec<(String, u32)>,
    /// How many more there are.
    pub more: u32,
    /// Leads with an empty cell.
    pub empty: u32,
}

/// Some leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Who {
    /// One, by its place in the file.
    Lead(u32),
    /// All that the last query found.
    Found,
    /// All that are selected.
    Selected,
}

/// What is selected and marked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// How often that was changed.
    pub changes: u32,
    /// Leads that are selected.
    pub selected: u32,
    /// Leads that bear a mark.
    pub marked: u32,
}

/// Which leads are taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// All.
    All,
    /// Those that the query found, in its order.
    Found,
    /// Those that are selected.
    Selected,
    /// So many, best first.
    Best(u32),
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileForm {
    /// CSV as the user's spreadsheet opens it.
    Spreadsheet,
    /// CSV for other programs.
    Data,
    /// JSON.
    Json,
}

/// What can be kept of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Export {
    /// Leads with their scores, as a file.
    Leads {
        /// Which.
        which: Which,
        /// In which form.
        form: FileForm,
    },
    /// The same as a text to paste into a table.
    Clipboard {
        /// Which.
        which: Which,
    },
    /// Every row that was not scored, with its reason.
    Rejects,
    /// List, marks, the columns' meanings and the query: to go on later.
    Project,
}

/// Words of the page's language that stand in what is taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// Name of the column of marks.
    pub column: String,
    /// The marks, in the order of all.
    pub marks: Vec<String>,
    /// Whether people write 0,5 for a half.
    pub decimal_comma: bool,
}

/// A lead wholly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// What the table shows of it; without its cells.
    pub row: Row,
    /// Whether a better lead is the same person.
    pub repeated: bool,
    /// Name and text of each column of the file, very long texts cut.
    pub cells: Vec<(String, String)>,
    /// Name and text of each field as the model read it.
    pub fields: Vec<(String, String)>,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// The score.
    Score,
    /// A column of the file, by its place there.
    Column(u32),
}

/// What a file holds, once read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The columns of the file in the order to show them.
    pub columns: Vec<Column>,
    /// How many leads are scored.
    pub rows: u32,
    /// How many rows are not.
    pub rejects: u32,
    /// How many of them each model scored.
    pub models: Vec<u32>,
    /// Leads per grade, best grade first.
    pub grades: Vec<(char, u32)>,
    /// Fields that the model reads and the file lacks.
    pub missing: Vec<String>,
    /// How many fields the model reads.
    pub fields: u32,
    /// Columns that the model does not read.
    pub unknown: Vec<String>,
    /// Leads that are the same person as a better one.
    pub repeated: u32,
    /// What each column of the file was read as, in its order.
    pub mapped: Vec<MappedColumn>,
    /// How the file was written.
    pub origin: Origin,
}

/// A column of the user's file and what it was read as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// What it was read as, and how surely.
    pub column: scorer::lead::mapping::ColumnMapping,
    /// Some of its cells.
    pub examples: Vec<String>,
    /// How many of its cells were not understood.
    pub unread: u32,
}

/// How a file was written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Its encoding, where that is not the usual one.
    pub encoding: Option<String>,
    /// The line that names the columns, from 1.
    pub line: f64,
    /// How many rows had fewer cells than there are columns.
    pub short_rows: u32,
}

/// A column of the user's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its place in the file.
    pub index: u32,
    /// Its header.
    pub name: String,
    /// Whether every cell that is not empty holds a number.
    pub numeric: bool,
}

/// Some rows of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// What was asked for.
    pub query: Query,
    /// How many rows were found in all.
    pub found: u32,
    /// Those of the window.
    pub rows: Vec<Row>,
}

/// One lead as shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its place among the leads of the file, from 0.
    pub lead: u32,
    /// From 1, among all leads, best first.
    pub rank: u32,
    /// The line of the file on which it begins.
    pub line: f64,
    /// Its score.
    pub score: Score,
    /// Its mark.
    pub mark: Option<Mark>,
    /// Whether it is selected.
    pub selected: bool,
    /// Its cells in the order of [`Query::columns`], long ones cut.
    pub cells: Vec<String>,
}

/// The score of one lead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Of a reply, exact.
    pub probability: f32,
    /// The grade, where the model has grades.
    pub grade: Option<char>,
    /// Which model gave it.
    pub model: u32,
}

/// Rows that could not be scored, with the same thing wrong in all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectGroup {
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// How many they are.
    pub count: u32,
    /// The first of them.
    pub lines: Vec<RejectLine>,
}

/// A row that could not be scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectLine {
    /// The line of the file on which it begins.
    pub line: f64,
    /// Why.
    pub reason: RejectReason,
}
