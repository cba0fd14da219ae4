//! What page and worker say to each other: small messages as plain objects, bytes as buffers beside them.
//!
//! Owns the forms of requests and replies. May not know the page, how the scorer works, or who sends what when.

use scorer::insight::{card::Card, grade::Grades};
use scorer::lead::mapping::Mapping;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// One reading of one file; the page counts them up, and what is said of an older one is dropped.
pub type Job = u32;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Open these model files; their bytes follow as one buffer each, in the same order.
    Open {
        /// Names for people.
        files: Vec<String>,
    },
    /// Read and score a file, which follows as a `File`.
    Read {
        /// The reading that this starts.
        job: Job,
        /// What its columns are, where somebody said so.
        mapping: Option<Mapping>,
    },
    /// Stop a reading.
    Cancel {
        /// Which.
        job: Job,
    },
    /// Send a window of the list.
    Rows {
        /// Of which reading.
        job: Job,
        /// What of it, in which order.
        query: Query,
    },
    /// Send the first rejects.
    Rejects {
        /// Of which reading.
        job: Job,
    },
    /// Make a file to keep.
    Export {
        /// Of which reading.
        job: Job,
        /// What is in it.
        what: Export,
        /// The name of the file that was read, which comes back with the answer.
        file: String,
    },
    /// Score one lead, given field by field as typed.
    Score {
        /// How often the form was changed so far, which comes back with the answer.
        turn: u32,
        /// Name and text of each field that was filled in.
        fields: Vec<(String, String)>,
    },
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The code runs and waits for models.
    Awake,
    /// The models are open: files may come.
    Opened {
        /// One per model file.
        models: Vec<ModelFacts>,
    },
    /// The models cannot be used.
    Refused {
        /// Why, for people.
        reason: String,
    },
    /// So far.
    Progress {
        /// Of which reading.
        job: Job,
        /// Bytes read.
        bytes: f64,
        /// Rows read and scored.
        rows: u32,
    },
    /// A file is read and scored.
    Read {
        /// By which reading.
        job: Job,
        /// What it holds.
        summary: Summary,
    },
    /// A file cannot be used.
    Unreadable {
        /// By which reading.
        job: Job,
        /// Why not.
        failure: Failure,
    },
    /// A window of the list.
    Rows {
        /// Of which reading.
        job: Job,
        /// The window.
        window: Window,
    },
    /// The first rejects.
    Rejects {
        /// Of which reading.
        job: Job,
        /// In the order of the file.
        rejects: Vec<RejectLine>,
    },
    /// A file to keep, whose bytes follow as a buffer.
    Exported {
        /// Of which reading.
        job: Job,
        /// What is in it.
        what: Export,
        /// The name of the file that was read.
        file: String,
    },
    /// One lead by hand is scored.
    Scored {
        /// As it was in the request.
        turn: u32,
        /// Its score.
        score: Score,
    },
    /// One lead by hand cannot be scored.
    Unscored {
        /// As it was in the request.
        turn: u32,
        /// What is wrong, field by field.
        faults: Vec<FieldFault>,
    },
}

/// What can be kept of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Export {
    /// Every row that was scored, best first.
    Scores,
    /// Every row that was not, with its reason.
    Rejects,
}

/// Why a file gives no list; the words for it are the page's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    /// The browser does not hand out the file's bytes.
    Unavailable,
    /// More bytes than the worker's memory is sure to hold.
    TooLarge {
        /// The most that it takes.
        bytes_max: f64,
    },
    /// No bytes, or only white space.
    Empty,
    /// A header and nothing below it.
    NoRows,
    /// No text.
    NotText {
        /// What it seems to be.
        hint: String,
    },
    /// A quote that opens in the first line is never closed.
    OpenHeader,
    /// The first line does not end.
    HeaderTooLong,
    /// More columns than allowed.
    TooManyColumns,
    /// None of the fields of a lead.
    NoKnownColumn {
        /// The first names of the file.
        found: String,
    },
    /// A field of a lead in two columns.
    DuplicateColumn {
        /// Its name.
        column: String,
    },
    /// Too many rows whose end cannot be found.
    TooBroken {
        /// Where reading was given up.
        line: f64,
    },
    /// Rows, but not one usable lead.
    NoLeads {
        /// How many rows.
        rows: u32,
        /// The first of them, in the order of the file; all can be exported.
        rejects: Vec<RejectLine>,
    },
    /// The model could not be run.
    Unscored {
        /// Why.
        reason: String,
    },
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
    /// Each person once, by the best of their leads.
    pub folded: bool,
    /// The first row of the window among those found.
    pub offset: u32,
    /// The most rows of the window.
    pub limit: u32,
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
    pub column: scorer::lead::mapping::Column,
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
    /// From 1, among all leads, best first.
    pub rank: u32,
    /// The line of the file on which it begins.
    pub line: f64,
    /// Its score.
    pub score: Score,
    /// Its cells in the order of [`Summary::columns`], long ones cut.
    pub cells: Vec<String>,
}

/// A model in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// What it says about itself.
    pub card: Card,
    /// Its grades.
    pub grades: Grades,
    /// Of its file, in hexadecimal.
    pub sha256: String,
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

/// A row that could not be scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectLine {
    /// The line of the file on which it begins.
    pub line: f64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// Why.
    pub reason: String,
}

/// A fault in the lead typed by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field at fault; `None` for the lead as a whole.
    pub field: Option<String>,
    /// What is allowed instead.
    pub reason: String,
}

/// Prepares a message for `postMessage`: the message first, then what goes with it.
pub fn pack<T: Serialize>(message: &T, beside: &[JsValue]) -> Result<JsValue, JsValue> {
    let mut parcel = js_sys::Array::of1(&serde_wasm_bindgen::to_value(message)?);
    parcel.extend(beside.iter().cloned());
    Ok(parcel.into())
}

/// Takes a message apart again.
pub fn unpack<T: DeserializeOwned>(data: JsValue) -> Result<(T, Vec<JsValue>), JsValue> {
    let mut parts = js_sys::Array::from(&data).to_vec().into_iter();
    let message = serde_wasm_bindgen::from_value(parts.next().unwrap_or_default())?;
    Ok((message, parts.collect()))
}
