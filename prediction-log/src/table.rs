//! The rows of the tables that the writer fills in bulk.
//!
//! Owns the order of their columns. May not know how they are written.

use super::database::{Cell, Kind, Record};
use super::entry::KeyedAnswer;
use super::record::{CallRow, PredictionRow};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Record for PredictionRow {
    const TABLE: &'static str = "prediction_logs";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("id", Kind::Text),
        ("created_at", Kind::Moment),
        ("input_features", Kind::Json),
        ("predicted_score", Kind::Real),
        ("inference_time_ms", Kind::Real),
        ("model_version", Kind::Text),
        ("lead_key", Kind::Text),
        ("probability", Kind::Real),
        ("label", Kind::Text),
        ("confidence", Kind::Text),
        ("grade", Kind::Text),
        ("model_sha256", Kind::Text),
        ("request_id", Kind::Text),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let grade = self.grade.and_then(|grade| LETTERS.find(grade)).and_then(|at| LETTERS.get(at..=at));
        [
            (&self.id).into(),
            (&self.created_at).into(),
            (&self.input_features).into(),
            self.predicted_score.into(),
            self.inference_time_ms.into(),
            (&self.model_version).into(),
            (&self.lead_key).into(),
            f64::from(self.probability).into(),
            self.label.into(),
            self.confidence.into(),
            Cell::Text(grade),
            (&self.model_sha256).into(),
            (&self.request_id).into(),
        ]
        .into_iter()
    }
}

/// A call that its table numbers, as some of the old service's do.
impl Record for CallRow {
    const TABLE: &'static str = "api_metrics";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("created_at", Kind::Moment),
        ("endpoint", Kind::Text),
        ("status_code", Kind::Whole),
        ("response_time_ms", Kind::Real),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        [
            (&self.created_at).into(),
            (&self.endpoint).into(),
            i64::from(self.status_code).into(),
            self.response_time_ms.into(),
        ]
        .into_iter()
    }
}

/// A call that is named by us.
pub(super) struct NamedCall<'a> {
    pub(super) id: String,
    pub(super) row: &'a CallRow,
}

impl Record for NamedCall<'_> {
    const TABLE: &'static str = CallRow::TABLE;
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("id", Kind::Text),
        ("created_at", Kind::Moment),
        ("endpoint", Kind::Text),
        ("status_code", Kind::Whole),
        ("response_time_ms", Kind::Real),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        std::iter::once((&self.id).into()).chain(self.row.cells())
    }
}

/// How many calls ended how within a minute or an hour.
#[derive(Debug, PartialEq)]
pub(super) struct Sum<'a> {
    pub(super) level: &'static str,
    pub(super) start: String,
    pub(super) endpoint: &'a str,
    pub(super) status_class: i64,
    pub(super) calls: i64,
    pub(super) sum_ms: f64,
}

impl Record for Sum<'_> {
    const TABLE: &'static str = "call_sums";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("level", Kind::Text),
        ("start", Kind::Moment),
        ("endpoint", Kind::Text),
        ("status_class", Kind::Whole),
        ("calls", Kind::Whole),
        ("sum_ms", Kind::Real),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        [
            self.level.into(),
            (&self.start).into(),
            self.endpoint.into(),
            self.status_class.into(),
            self.calls.into(),
            self.sum_ms.into(),
        ]
        .into_iter()
    }
}

/// An answer under its key, with the leads that it names.
pub(super) struct Keyed<'a> {
    pub(super) answer: &'a KeyedAnswer,
    pub(super) lead_keys: String,
}

impl Record for Keyed<'_> {
    const TABLE: &'static str = "keyed_answers";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("key", Kind::Text),
        ("fingerprint", Kind::Text),
        ("status", Kind::Whole),
        ("content_type", Kind::Text),
        ("body", Kind::Bytes),
        ("created_at", Kind::Moment),
        ("lead_keys", Kind::Text),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        [
            (&self.answer.key).into(),
            (&self.answer.fingerprint).into(),
            i64::from(self.answer.status).into(),
            (&self.answer.content_type).into(),
            Cell::Bytes(&self.answer.body),
            (&self.answer.created_at).into(),
            (&self.lead_keys).into(),
        ]
        .into_iter()
    }
}
