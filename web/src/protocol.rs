//! Messages between page and worker: small plain objects, with binary data as attachments.
//!
//! Must not depend on the page, on the scorer's internals, or on who sends which message when.

mod list;
mod workbook;

pub use list::*;
pub use workbook::*;

use scorer::insight::{card::Card, grade::Grades};
use scorer::lead::ValueError;
use scorer::lead::mapping::{Mapping, Target};
use scorer::lead::schema::{FieldKind, Schema};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// Identifier of one import of one file, counted up by the page. Messages of an older job are ignored.
pub type JobId = u32;

/// Column mappings from earlier files, by column name.
pub type KnownColumns = Vec<(String, Option<Target>)>;

/// Message from the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Loads the site's models; attachments: one `ArrayBuffer` per file, in the same order.
    LoadModels {
        /// Display names.
        files: Vec<String>,
    },
    /// Loads the user's own model instead; attachment: a `Blob`.
    LoadCustomModel {
        /// Display name.
        name: String,
    },
    /// Imports and scores a file; attachment: a `File`.
    ReadFile {
        /// Job that this starts.
        job: JobId,
        /// Column mapping, when the user or a project set one.
        mapping: Option<Mapping>,
        /// Label of the character encoding, when the user chose one.
        encoding: Option<String>,
        /// Column mappings from earlier files.
        known: KnownColumns,
        /// True when this is the file of the current list, whose marks and selection are then kept.
        keep_marks: bool,
    },
    /// Cancels an import.
    Cancel {
        /// Job to cancel.
        job: JobId,
    },
    /// Requests a window of the list.
    Rows {
        /// Job of the list.
        job: JobId,
        /// Filters, order and range.
        query: Query,
    },
    /// Requests the rejected rows.
    Rejects {
        /// Job of the list.
        job: JobId,
    },
    /// Requests the most frequent values of a column.
    Values {
        /// Job of the list.
        job: JobId,
        /// Index of the column in the file.
        column: u32,
    },
    /// Requests the details of one lead.
    Lead {
        /// Job of the list.
        job: JobId,
        /// Index of the lead in the file.
        lead: u32,
    },
    /// Selects or deselects leads.
    Select {
        /// Job of the list.
        job: JobId,
        /// Leads to change.
        leads: LeadSet,
        /// New state.
        selected: bool,
    },
    /// Marks leads.
    Mark {
        /// Job of the list.
        job: JobId,
        /// Leads to change.
        leads: LeadSet,
        /// New mark; `None` removes it.
        mark: Option<Mark>,
    },
    /// Creates a file or a text for the clipboard.
    Export {
        /// Job of the list.
        job: JobId,
        /// Content of the export.
        what: Export,
        /// Name of the imported file, echoed in the reply.
        file: String,
        /// Current query, which a project stores.
        query: Query,
        /// Localized texts of the export.
        labels: ExportLabels,
    },
    /// Scores one lead, given as typed.
    Score {
        /// Revision of the form, echoed in the reply.
        revision: u32,
        /// Name and text of each filled field.
        fields: Vec<(String, String)>,
    },
}

/// Message from the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker runs and waits for models.
    Ready,
    /// The models are loaded: files may be imported.
    ModelsLoaded {
        /// One entry per model file.
        models: Vec<ModelInfo>,
        /// Input fields beyond the standard schema.
        fields: ExtraFields,
        /// Name of the user's own model, when that is the one loaded.
        custom: Option<String>,
    },
    /// The models cannot be loaded.
    ModelRejected {
        /// Error message for the user.
        reason: String,
        /// True when it is the user's own model.
        custom: bool,
    },
    /// The file is a workbook, a web page or JSON: the import continues when its sheet is sent instead.
    WorkbookDetected {
        /// Job of the import.
        job: JobId,
    },
    /// Progress of an import.
    Progress {
        /// Job of the import.
        job: JobId,
        /// Bytes read.
        bytes: f64,
        /// Rows read and scored.
        rows: u32,
    },
    /// A file is imported and scored.
    FileRead {
        /// Job of the import.
        job: JobId,
        /// Summary of the list.
        summary: ListSummary,
        /// Metadata, when the file is a project.
        project: Option<Box<ProjectInfo>>,
    },
    /// A file cannot be imported.
    FileFailed {
        /// Job of the import.
        job: JobId,
        /// Cause.
        error: FileError,
    },
    /// A window of the list.
    Rows {
        /// Job of the list.
        job: JobId,
        /// The window.
        window: Window,
    },
    /// The rejected rows.
    Rejects {
        /// Job of the list.
        job: JobId,
        /// Rejects, grouped by remedy.
        rejects: Vec<RejectGroup>,
    },
    /// The most frequent values of a column.
    Values {
        /// Job of the list.
        job: JobId,
        /// The values.
        values: ColumnValues,
    },
    /// Details of one lead.
    Lead {
        /// Job of the list.
        job: JobId,
        /// The details.
        detail: LeadDetail,
    },
    /// Numbers of selected and marked leads, after a change.
    Counts {
        /// Job of the list.
        job: JobId,
        /// The numbers.
        counts: MarkCounts,
    },
    /// A finished export; attachment: a `Blob`, or a string for the clipboard.
    Exported {
        /// Job of the list.
        job: JobId,
        /// Content of the export.
        what: Export,
        /// Name of the imported file.
        file: String,
    },
    /// Score of the manually entered lead.
    Scored {
        /// Revision from the request.
        revision: u32,
        /// The score.
        score: Score,
    },
    /// The manually entered lead cannot be scored.
    ScoreFailed {
        /// Revision from the request.
        revision: u32,
        /// Errors by field.
        errors: Vec<FieldError>,
    },
}

/// Error of an import. The page has the texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FileError {
    /// The browser cannot read the file.
    Unavailable,
    /// The file exceeds the memory limit.
    TooLarge {
        /// The limit in bytes.
        bytes_max: f64,
    },
    /// No bytes, or only white space.
    Empty,
    /// A header without rows.
    NoRows,
    /// Not a text file.
    NotText {
        /// Guessed file type.
        hint: String,
    },
    /// An unclosed quote in the header line.
    UnclosedHeaderQuote,
    /// The header line exceeds its limit.
    HeaderTooLong,
    /// More columns than allowed.
    TooManyColumns,
    /// No column maps to a lead's field.
    NoKnownColumn {
        /// First column names of the file.
        found: String,
        /// All columns, for a mapping by hand.
        columns: Vec<MappedColumn>,
    },
    /// Two columns map to the same field.
    DuplicateColumn {
        /// Column name.
        column: String,
    },
    /// Too many rows without a recognizable end.
    TooManyBrokenRows {
        /// Line at which the import stopped.
        line: f64,
    },
    /// All rows were rejected.
    NoLeads {
        /// Number of rows.
        rows: u32,
        /// Rejects, grouped by remedy; all of them can be exported.
        rejects: Vec<RejectGroup>,
    },
    /// The model failed.
    ScoringFailed {
        /// Error message.
        reason: String,
    },
    /// An unreadable project file.
    DamagedProject,
    /// A file that cannot be converted to CSV.
    Workbook {
        /// Cause.
        error: WorkbookError,
    },
}

/// Model in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Model card.
    pub card: Card,
    /// Grade thresholds.
    pub grades: Grades,
    /// SHA-256 of the model file, in hexadecimal.
    pub sha256: String,
}

/// Input fields of third-party models.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtraFields {
    /// Names of numeric fields.
    pub numbers: Vec<String>,
    /// Names of text fields.
    pub texts: Vec<String>,
}

impl ExtraFields {
    /// Collects the fields of a schema that the standard lead schema lacks.
    pub fn from_schema(schema: &Schema) -> Self {
        let (standard, mut extra) = (Schema::leads(), ExtraFields::default());
        for field in schema.fields().iter().filter(|field| standard.position(&field.name).is_none()) {
            match field.kind {
                FieldKind::Integer { .. } | FieldKind::Number { .. } => extra.numbers.push(field.name.clone()),
                FieldKind::Category { .. } | FieldKind::Text { .. } => extra.texts.push(field.name.clone()),
            }
        }
        extra
    }

    /// Returns the standard lead schema with these fields appended.
    pub fn schema(&self) -> Schema {
        let numbers = self.numbers.iter().map(String::as_str);
        Schema::leads().with_numbers(numbers).with_texts(self.texts.iter().map(String::as_str))
    }
}

/// Validation error of the manually entered lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FieldError {
    /// Invalid value of one field.
    Field {
        /// Field name.
        field: String,
        /// Cause.
        error: ValueError,
    },
    /// Error of the lead as a whole.
    Lead {
        /// Error message for the user.
        reason: String,
    },
}

/// Serializes a message for `postMessage`, followed by its attachments.
pub fn pack<T: Serialize>(message: &T, attachments: &[JsValue]) -> Result<JsValue, JsValue> {
    let mut parcel = js_sys::Array::of1(&serde_wasm_bindgen::to_value(message)?);
    parcel.extend(attachments.iter().cloned());
    Ok(parcel.into())
}

/// Deserializes a message and its attachments.
pub fn unpack<T: DeserializeOwned>(data: JsValue) -> Result<(T, Vec<JsValue>), JsValue> {
    let mut parts = js_sys::Array::from(&data).to_vec().into_iter();
    let message = serde_wasm_bindgen::from_value(parts.next().unwrap_or_default())?;
    Ok((message, parts.collect()))
}

/// Project metadata for the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectInfo {
    /// Name of the list.
    pub file: String,
    /// Query that was shown.
    pub query: Query,
    /// True when the models are those that the project was saved with.
    pub same_models: bool,
}
