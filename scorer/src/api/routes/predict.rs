//! Leads in, predictions out: recorded before they are answered.
//!
//! Owns the two routes and what is recorded of a prediction. May not know encoding, models or SQL.

use crate::api::answer::{Complaint, Failure};
use crate::api::around::RequestId;
use crate::api::body::{self, Whole};
use crate::api::error::Error;
use crate::api::openapi::{BatchBody, LeadBody};
use crate::api::state::Service;
use crate::api::store::Entry;
use crate::api::store::record::{PredictionRow, input_features, timestamp};
use crate::insight::label::{confidence, label, rounded};
use crate::lead::Lead;
use crate::lead::json::{BodyError, read_batch, read_lead};
use crate::lead::schema::Schema;
use crate::model::onnx::NotProbability;
use crate::pipeline::{Score, Scorer};
use crate::wire::{BatchAnswer, Prediction};
use axum::body::Bytes;
use axum::extract::{Extension, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;
use time::OffsetDateTime;
use uuid::Uuid;

/// Scores one lead
#[utoipa::path(post, path = "/predict", tag = "predictions", request_body = LeadBody, responses(
    (status = 200, body = Prediction, description = "The lead's score, recorded in the log", example = json!(told("crm-1042"))),
    (status = 422, body = Failure, description = "Something is wrong with the lead", example = json!({
        "error": "validation_error",
        "message": "Request validation failed",
        "detail": [{
            "type": "less_than_equal", "loc": ["body", "llm_quality"], "input": 101, "ctx": {"le": 100},
            "msg": "Input should be less than or equal to 100",
        }],
    })),
    (status = 413, body = Failure, description = "The body is too large"),
    (status = 503, body = Failure, description = "No model is loaded, or the log cannot be written"),
))]
pub(in crate::api) async fn predict(
    State(service): State<Arc<Service>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<impl IntoResponse, Error> {
    let read = |body: &[u8], schema: &Schema| read_lead(body, schema).map(|lead| vec![lead]);
    answer(service, id, request, read, |_| vec!["body".into()], |mut predictions| predictions.pop()).await
}

/// Scores up to 10,000 leads, in the order sent
#[utoipa::path(post, path = "/predict/batch", tag = "predictions", request_body = BatchBody, responses(
    (status = 200, body = BatchAnswer, description = "Every lead's score, recorded in the log",
        example = json!(BatchAnswer::new(vec![told("crm-1042"), told("crm-1043")]))),
    (status = 422, body = Failure, description = "Something is wrong with a lead; none was scored"),
    (status = 413, body = Failure, description = "The body is too large"),
    (status = 503, body = Failure, description = "No model is loaded, or the log cannot be written"),
))]
pub(in crate::api) async fn predict_batch(
    State(service): State<Arc<Service>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<impl IntoResponse, Error> {
    let place = |lead: usize| vec!["body".into(), "leads".into(), lead.into()];
    answer(service, id, request, read_batch, place, BatchAnswer::new).await
}

/// The one way from a body to an answer. Reading, scoring and writing the answer take a batch long enough to do them
/// beside the threads that serve connections.
async fn answer<T: Serialize>(
    service: Arc<Service>,
    RequestId(request_id): RequestId,
    request: Request,
    read: impl FnOnce(&[u8], &Schema) -> Result<Vec<Lead>, BodyError> + Send + 'static,
    place: fn(usize) -> Vec<Value>,
    say: impl FnOnce(Vec<Prediction>) -> T + Send + 'static,
) -> Result<impl IntoResponse, Error> {
    let Whole { bytes, blocks } = body::read(&service, request).await?;
    let aside = service.clone();
    let work = move || {
        let leads = read(&bytes, aside.schema()).map_err(|error| Error::invalid(error, aside.schema()))?;
        drop(bytes);
        let rows = score(aside.scorer()?, &leads, &request_id, place)?;
        let answer = serde_json::to_vec(&say(rows.iter().map(prediction).collect())).map_err(|_| Error::Internal)?;
        Ok::<_, Error>((rows, Bytes::from(answer)))
    };
    let span = tracing::Span::current();
    let (rows, answer) =
        tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|_| Error::Internal)??;
    service.store.log(Entry::new(rows)).await?;
    drop(blocks);
    Ok(([(CONTENT_TYPE, "application/json")], answer))
}

fn score(
    scorer: &Scorer,
    leads: &[Lead],
    request_id: &str,
    place: fn(usize) -> Vec<Value>,
) -> Result<Vec<PredictionRow>, Error> {
    let created_at = timestamp(OffsetDateTime::now_utc());
    let started = Instant::now();
    let unscorable = |lead: usize, error: NotProbability| {
        let (kind, msg) = ("not_scorable".to_owned(), error.to_string());
        Error::Invalid(vec![Complaint { kind, loc: place(lead), msg, input: Value::Null, ctx: None }])
    };
    let scores = scorer.score(leads)?.into_iter().enumerate();
    let scores: Vec<Score> =
        scores.map(|(lead, score)| score.map_err(|error| unscorable(lead, error))).collect::<Result<_, _>>()?;
    let each_ms = started.elapsed().as_secs_f64() * 1_000.0 / leads.len().max(1) as f64;
    let row = |(lead, score): (&Lead, &Score)| -> Result<PredictionRow, Error> {
        let model = scorer.models().get(score.model).ok_or(Error::Internal)?;
        Ok(PredictionRow {
            id: Uuid::now_v7().to_string(),
            created_at: created_at.clone(),
            input_features: input_features(lead, scorer.schema()),
            predicted_score: rounded(f64::from(score.probability)),
            inference_time_ms: rounded(each_ms),
            model_version: model.version().to_owned(),
            lead_key: lead.key().map(str::to_owned),
            probability: score.probability,
            label: label(score.probability),
            confidence: confidence(score.probability),
            grade: score.grade,
            model_sha256: model.sha256().to_owned(),
            request_id: request_id.to_owned(),
        })
    };
    leads.iter().zip(&scores).map(row).collect()
}

/// What the client is told is what the log holds.
fn prediction(row: &PredictionRow) -> Prediction {
    Prediction {
        inference_time_ms: row.inference_time_ms,
        prediction_id: Some(row.id.clone()),
        lead_key: row.lead_key.clone(),
        ..Prediction::new(row.probability, row.grade, &row.model_version)
    }
}

/// An answer for the API's description.
fn told(lead_key: &str) -> Prediction {
    Prediction {
        inference_time_ms: 0.0312,
        prediction_id: Some("6f6c2b7e-8f0e-4f6e-9d0c-3c1b0a4f7d21".to_owned()),
        lead_key: Some(lead_key.to_owned()),
        ..Prediction::new(0.734_512, Some('A'), "0.1.0")
    }
}
