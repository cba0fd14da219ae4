//! Responses that are complete before they are sent: rows to log, a body to write, headers; and replayed responses.

use super::row_response::models;
use super::scoring::ScoringTime;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::idempotency::IDEMPOTENT_REPLAYED;
use crate::api::http::response::{X_MODEL_SHA256, X_MODEL_VERSION};
use crate::api::http::server_timing::{SERVER_TIMING, Timing};
use crate::api::monitor::ScoredBatch;
use crate::pipeline::{Model, Scorer};
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

/// A response whose rows are not logged and whose body is not written yet.
pub(super) struct PendingResponse {
    pub(super) rows: Arc<Vec<PredictionRow>>,
    pub(super) write_body: WriteBody,
    pub(super) meta: ResponseMeta,
}

/// Writes the body of a response.
pub(super) type WriteBody = Box<dyn FnOnce() -> Result<Vec<u8>, ApiError> + Send>;

/// Everything about a response except its body.
pub(super) struct ResponseMeta {
    pub(super) media_type: MediaType,
    /// Models that gave its scores.
    pub(super) models: Vec<ModelName<'static>>,
    /// Scored leads, for monitoring.
    pub(super) scored: Vec<ScoredBatch>,
    pub(super) timing: Timing,
}

impl PendingResponse {
    /// Creates a response whose body `write` makes from these rows.
    pub(super) fn new<W>(rows: Vec<PredictionRow>, media_type: MediaType, scored: Vec<ScoredBatch>, write: W) -> Self
    where
        W: FnOnce(&[PredictionRow]) -> Result<Vec<u8>, ApiError> + Send + 'static,
    {
        let meta = ResponseMeta { media_type, models: models(&rows), scored, timing: Timing::default() };
        let rows = Arc::new(rows);
        let written_rows = rows.clone();
        PendingResponse { rows, write_body: Box::new(move || write(&written_rows)), meta }
    }

    /// Adds the times of parsing and scoring.
    pub(super) fn with_timing(mut self, parse: Duration, time: ScoringTime) -> Self {
        self.meta.timing = Timing { parse, score: time.score, record: time.record, ..self.meta.timing };
        self
    }
}

/// Builds a response with its `Server-Timing`.
pub(super) fn timed_response(meta: &ResponseMeta, body: Bytes) -> Response {
    let mut response = response(meta.media_type, body, &meta.models);
    if let Some(timing) = meta.timing.header() {
        response.headers_mut().insert(SERVER_TIMING, timing);
    }
    response
}

/// Builds the response to a repeated request from the stored one, with the same bytes.
pub(super) fn replayed_response(stored: IdempotencyRecord) -> Response {
    let IdempotencyRecord { status, content_type, body, .. } = stored;
    let media_type = MediaType::from_response_type(&content_type);
    let models = media_type.map(|media_type| models_in_body(media_type, &body)).unwrap_or_default();
    let mut response = response(media_type.unwrap_or(MediaType::Json), body.into(), &models);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}

fn response(media_type: MediaType, body: Bytes, models: &[ModelName<'_>]) -> Response {
    let mut response = Response::new(body.into());
    write_headers(response.headers_mut(), media_type, models);
    response
}

/// Writes the content type and the model headers.
pub(super) fn write_headers(headers: &mut HeaderMap, media_type: MediaType, models: &[ModelName<'_>]) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type.content_type()));
    let mut list = |header, name: fn(&ModelName<'_>) -> String| {
        let names: Vec<String> = models.iter().map(name).collect();
        if let (Ok(value), false) = (HeaderValue::from_str(&names.join(", ")), names.is_empty()) {
            headers.insert(header, value);
        }
    };
    list(X_MODEL_VERSION, |model| printable(&model.model_version));
    list(X_MODEL_SHA256, |model| model.model_sha256.to_string());
}

/// Replaces what a header cannot hold or what separates versions: a version is any text, a header holds ASCII.
fn printable(version: &str) -> String {
    version.chars().map(|c| if c == ' ' || (c.is_ascii_graphic() && c != ',') { c } else { '?' }).collect()
}

/// Returns the names of all models of a scorer.
pub(super) fn model_names(scorer: &Scorer) -> Vec<ModelName<'static>> {
    let name = |model: &Model| ModelName {
        model_version: Cow::Owned(model.version().to_owned()),
        model_sha256: Cow::Owned(model.sha256().to_owned()),
    };
    scorer.models().iter().map(name).collect()
}

/// Returns the models named in a response body.
fn models_in_body(media_type: MediaType, body: &[u8]) -> Vec<ModelName<'static>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Models {
        Many { models: Vec<ModelName<'static>> },
        One(ModelName<'static>),
    }
    let last_line = || body.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let models: Option<Models> = match media_type {
        MediaType::Json => serde_json::from_slice(body).ok(),
        MediaType::Ndjson => serde_json::from_slice(last_line()).ok(),
        MediaType::Csv => completion_json(last_line()).and_then(|json| serde_json::from_str(&json).ok()),
    };
    match models {
        Some(Models::Many { models }) => models,
        Some(Models::One(model)) => vec![model],
        None => Vec::new(),
    }
}

/// Returns the JSON in the last cell of a table's last row, which is quoted.
fn completion_json(row: &[u8]) -> Option<String> {
    let row = std::str::from_utf8(row).ok()?;
    let (_, cell) = row.split_once("\"{")?;
    Some(format!("{{{}", cell.strip_suffix('"')?.replace("\"\"", "\"")))
}
