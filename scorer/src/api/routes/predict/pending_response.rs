//! Answers that are whole before they are given: what they say, what is to be logged of them, and their heads.
//!
//! May not know how they are made, nor when they are recorded.

use super::row_response::models;
use super::scoring::Spent;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::idempotency::IDEMPOTENT_REPLAYED;
use crate::api::http::response::{X_MODEL_SHA256, X_MODEL_VERSION};
use crate::api::http::server_timing::{SERVER_TIMING, Timing};
use crate::api::monitor::Seen;
use crate::pipeline::Scorer;
use crate::wire::ModelName;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use prediction_log::{IdempotencyRecord, PredictionRow};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// An answer, before it is recorded.
pub(super) struct Draft {
    pub(super) rows: Arc<Vec<PredictionRow>>,
    pub(super) text: Text,
    pub(super) about: About,
}

/// Writes the body of an answer.
pub(super) type Text = Box<dyn FnOnce() -> Result<Vec<u8>, ApiError> + Send>;

/// What is known of an answer beside its body.
pub(super) struct About {
    pub(super) form: MediaType,
    /// Those that gave its scores.
    pub(super) models: Vec<ModelName<'static>>,
    /// Its leads, for those who watch.
    pub(super) seen: Vec<Seen>,
    pub(super) timing: Timing,
}

impl Draft {
    /// An answer whose body is yet to be written, from these rows.
    pub(super) fn new<W>(rows: Vec<PredictionRow>, form: MediaType, seen: Vec<Seen>, write: W) -> Self
    where
        W: FnOnce(&[PredictionRow]) -> Result<Vec<u8>, ApiError> + Send + 'static,
    {
        let about = About { form, models: models(&rows), seen, timing: Timing::default() };
        let rows = Arc::new(rows);
        let told = rows.clone();
        Draft { rows, text: Box::new(move || write(&told)), about }
    }

    /// With the time of its making.
    pub(super) fn took(mut self, parse: Duration, spent: Spent) -> Self {
        self.about.timing = Timing { parse, score: spent.score, record: spent.record, ..self.about.timing };
        self
    }
}

/// The answer.
pub(super) fn response(form: MediaType, body: Bytes, models: &[ModelName<'_>]) -> Response {
    let mut response = Response::new(body.into());
    write_head(response.headers_mut(), form, models);
    response
}

/// The answer, with what it took.
pub(super) fn timed(about: &About, body: Bytes) -> Response {
    let mut response = response(about.form, body, &about.models);
    if let Some(told) = about.timing.header() {
        response.headers_mut().insert(SERVER_TIMING, told);
    }
    response
}

/// An answer that was given before, the same to the last byte.
pub(super) fn again(answer: IdempotencyRecord) -> Response {
    let IdempotencyRecord { status, content_type, body, .. } = answer;
    let form = MediaType::from_response_type(&content_type);
    let models = form.map(|form| models_in(form, &body)).unwrap_or_default();
    let mut response = response(form.unwrap_or(MediaType::Json), body.into(), &models);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Writes what the head of an answer says of it.
pub(super) fn write_head(headers: &mut HeaderMap, form: MediaType, models: &[ModelName<'_>]) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    let mut list = |header, name: fn(&ModelName<'_>) -> String| {
        let names: Vec<String> = models.iter().map(name).collect();
        if let (Ok(value), false) = (HeaderValue::from_str(&names.join(", ")), names.is_empty()) {
            headers.insert(header, value);
        }
    };
    list(X_MODEL_VERSION, |model| printable(&model.model_version));
    list(X_MODEL_SHA256, |model| model.model_sha256.to_string());
}

/// A version is any text; a header holds ASCII, and commas stand between versions.
fn printable(version: &str) -> String {
    version.chars().map(|c| if c == ' ' || (c.is_ascii_graphic() && c != ',') { c } else { '?' }).collect()
}

/// The names of all models in service.
pub(super) fn models_of(scorer: &Scorer) -> Vec<ModelName<'static>> {
    let name = |model: &crate::pipeline::Model| ModelName {
        model_version: Cow::Owned(model.version().to_owned()),
        model_sha256: Cow::Owned(model.sha256().to_owned()),
    };
    scorer.models().iter().map(name).collect()
}

/// The models that an answer names.
fn models_in(form: MediaType, body: &[u8]) -> Vec<ModelName<'static>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Named {
        Many { models: Vec<ModelName<'static>> },
        One(ModelName<'static>),
    }
    let last = || body.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let named: Option<Named> = match form {
        MediaType::Json => serde_json::from_slice(body).ok(),
        MediaType::Ndjson => serde_json::from_slice(last()).ok(),
        MediaType::Csv => completion_in(last()).and_then(|told| serde_json::from_str(&told).ok()),
    };
    match named {
        Some(Named::Many { models }) => models,
        Some(Named::One(model)) => vec![model],
        None => Vec::new(),
    }
}

/// The JSON in the last cell of a table's last row, which is quoted.
fn completion_in(row: &[u8]) -> Option<String> {
    let row = std::str::from_utf8(row).ok()?;
    let (_, cell) = row.split_once("\"{")?;
    Some(format!("{{{}", cell.strip_suffix('"')?.replace("\"\"", "\"")))
}
