//! Sample rows.

use prediction_log::{IdempotencyRecord, LogEntry, PredictionRow, RequestRow, Timestamp};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Timestamp by minutes after 2026-01-01 00:00.
pub(crate) fn at(minutes: i64) -> Timestamp {
    (OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap() + Duration::minutes(minutes)).into()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

pub(crate) fn prediction() -> PredictionRow {
    PredictionRow {
        id: Uuid::now_v7().to_string(),
        created_at: now(),
        input_features: r#"{"jobtitle":"CTO","skills":"a, b\u0000"}"#.to_owned(),
        predicted_score: 0.7345,
        inference_time_ms: 0.0312,
        model_version: "0.1.0".to_owned(),
        lead_key: None,
        probability: 0.734_512,
        label: "engaged",
        confidence: "high",
        grade: Some('A'),
        model_sha256: "ab".repeat(32),
        request_id: "call 9".to_owned(),
    }
}

pub(crate) fn prediction_of(lead_key: &str) -> PredictionRow {
    PredictionRow { lead_key: Some(lead_key.to_owned()), ..prediction() }
}

pub(crate) fn entry() -> LogEntry {
    LogEntry::new(vec![prediction()])
}

pub(crate) fn entry_with_key(key: &str, body: &str) -> LogEntry {
    LogEntry { idempotency: Some(idempotency_record(key, body)), ..entry() }
}

pub(crate) fn idempotency_record(key: &str, body: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        key: key.to_owned(),
        fingerprint: "f".repeat(64),
        status: 200,
        content_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
        created_at: now(),
    }
}

pub(crate) fn request(endpoint: &str, status_code: u16, created_at: Timestamp) -> RequestRow {
    RequestRow { created_at, endpoint: endpoint.to_owned(), status_code, response_time_ms: 1.5 }
}
