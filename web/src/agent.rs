//! What page and worker say to each other: small messages as plain objects, bytes as buffers beside them.
//!
//! Owns the forms of requests and replies. May not know the page, how the scorer works, or who sends what when.

mod list;
mod workbook;

pub use list::*;
pub use workbook::*;

use crate::project::ProjectFacts;
use scorer::insight::{card::Card, grade::Grades};
use scorer::lead::ValueError;
use scorer::lead::mapping::{Mapping, Target};
use scorer::lead::schema::{FieldKind, Schema};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// One reading of one file; the page counts them up, and what is said of an older one is dropped.
pub type Job = u32;

/// What columns mean, by their names in other files.
pub type Meanings = Vec<(String, Option<Target>)>;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Open these model files; their bytes follow as one buffer each, in the same order.
    Open {
        /// Names for people.
        files: Vec<String>,
    },
    /// Open the user's own model instead, which follows as a `Blob`.
    OpenOwn {
        /// Its name for people.
        name: String,
    },
    /// Read and score a file, which follows as a `File`.
    Read {
        /// The reading that this starts.
        job: Job,
        /// What its columns are, where somebody said so.
        mapping: Option<Mapping>,
        /// What columns were said to be in other files.
        known: Meanings,
        /// Whether it is the file that the list in sight was made of: then the list's marks are kept.
        again: bool,
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
    /// Send the rejects.
    Rejects {
        /// Of which reading.
        job: Job,
    },
    /// Send the values of a column.
    Values {
        /// Of which reading.
        job: Job,
        /// Its place in the file.
        column: u32,
    },
    /// Send one lead wholly.
    Lead {
        /// Of which reading.
        job: Job,
        /// Its place in the file.
        lead: u32,
    },
    /// Select leads, or no longer.
    Select {
        /// Of which reading.
        job: Job,
        /// Which leads.
        who: Who,
        /// Whether they are selected from now on.
        on: bool,
    },
    /// Mark leads.
    Mark {
        /// Of which reading.
        job: Job,
        /// Which leads.
        who: Who,
        /// With what; none takes their marks away.
        mark: Option<Mark>,
    },
    /// Make a file to keep.
    Export {
        /// Of which reading.
        job: Job,
        /// What is in it.
        what: Export,
        /// The name of the file that was read, which comes back with the answer.
        file: String,
        /// What the list shows now; a project keeps it.
        query: Query,
        /// The words in it.
        wording: Wording,
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
        /// Fields that they read beside a lead's usual ones.
        fields: ExtraFields,
        /// The name of the user's own model, where it is that one.
        own: Option<String>,
    },
    /// The models cannot be used.
    Refused {
        /// Why, for people.
        reason: String,
        /// Whether it is the user's own.
        own: bool,
    },
    /// The file is a workbook: the reading goes on once a sheet of it comes in its place.
    Workbook {
        /// Which reading.
        job: Job,
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
        /// What a project tells beside its leads.
        project: Option<Box<ProjectFacts>>,
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
    /// The rejects.
    Rejects {
        /// Of which reading.
        job: Job,
        /// By what is to be done about them.
        rejects: Vec<RejectGroup>,
    },
    /// The values of a column.
    Values {
        /// Of which reading.
        job: Job,
        /// The values.
        values: Values,
    },
    /// One lead wholly.
    Lead {
        /// Of which reading.
        job: Job,
        /// The lead.
        detail: Detail,
    },
    /// What is selected and marked now.
    Tally {
        /// Of which reading.
        job: Job,
        /// How much of each.
        tally: Tally,
    },
    /// What was asked for, which follows: a file as a `Blob`, or a text for the clipboard.
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
        /// By what is to be done about them; all can be exported.
        rejects: Vec<RejectGroup>,
    },
    /// The model could not be run.
    Unscored {
        /// Why.
        reason: String,
    },
    /// A project that cannot be opened.
    BrokenProject,
    /// A workbook that cannot be unpacked.
    Workbook {
        /// Why not.
        fault: WorkbookFault,
    },
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

/// Fields of models trained elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtraFields {
    /// Those of numbers.
    pub numbers: Vec<String>,
    /// Those of texts.
    pub texts: Vec<String>,
}

impl ExtraFields {
    /// What a schema has beside a lead's usual fields.
    pub fn of(schema: &Schema) -> Self {
        let (usual, mut extra) = (Schema::leads(), ExtraFields::default());
        for field in schema.fields().iter().filter(|field| usual.position(&field.name).is_none()) {
            match field.kind {
                FieldKind::Integer { .. } | FieldKind::Number { .. } => extra.numbers.push(field.name.clone()),
                FieldKind::Category { .. } | FieldKind::Text { .. } => extra.texts.push(field.name.clone()),
            }
        }
        extra
    }

    /// A lead's usual fields with these behind them.
    pub fn schema(&self) -> Schema {
        let numbers = self.numbers.iter().map(String::as_str);
        Schema::leads().with_numbers(numbers).with_texts(self.texts.iter().map(String::as_str))
    }
}

/// A fault in the lead typed by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FieldFault {
    /// A field cannot hold what was typed.
    Field {
        /// Its name.
        field: String,
        /// What is wrong.
        fault: ValueError,
    },
    /// The lead as a whole cannot be scored.
    Lead {
        /// Why not, for people.
        reason: String,
    },
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
