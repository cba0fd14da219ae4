//! `POST /predict` and `POST /predict/batch`: scores leads and logs every prediction before it is sent.
//!
//! Imports go one way: `params`, `logged_inputs`, `spill_buffer` -> `scoring` -> `table_input`, `two_thread_pipeline`,
//! `row_response` -> `row_writer`, `pending_response` -> `batch`, `chunk_processor` -> `stream`.
//!
//! Must not depend on encoding, models or SQL.

mod batch;
mod chunk_processor;
mod logged_inputs;
mod params;
mod pending_response;
mod row_response;
mod row_writer;
mod scoring;
mod spill_buffer;
mod stream;
mod table_input;
mod two_thread_pipeline;

use crate::api::http::blocking::run_blocking;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::extensions::RowCount;
use crate::api::http::idempotency::{Claim, matching};
use crate::api::http::in_flight_keys::KeyGuard;
use crate::api::state::AppState;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
pub(crate) use params::KEYED_STREAM_BYTES_MAX;
use params::PredictParams;
use pending_response::{PendingResponse, ResponseMeta, WriteBody, replayed_response, timed_response};
use prediction_log::{IdempotencyRecord, LogEntry, Timestamp, WriteStatus};
pub(crate) use row_writer::RESULT_COLUMNS;
use scoring::ScoringContext;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Largest body, in bytes, that is scored on the thread of its connection: moving it to another one would take longer.
const INLINE_BYTES: usize = 16 << 10;

/// Scores one lead.
pub(crate) async fn predict(State(service): State<Arc<AppState>>, request: Request) -> Result<Response, ApiError> {
    service.check_maintenance()?;
    let params = PredictParams::for_one(&request, &service.config)?;
    predict_json(&service, request, params).await
}

/// Scores many leads, in the order sent.
pub(crate) async fn predict_batch(
    State(service): State<Arc<AppState>>,
    request: Request,
) -> Result<Response, ApiError> {
    service.check_maintenance()?;
    let params = PredictParams::for_batch(&request, &service.config)?;
    if params.body_type == MediaType::Json {
        return predict_json(&service, request, params).await;
    }
    let scorer = service.registry.current().ok_or(ApiError::NoModel)?;
    let context = ScoringContext::new(scorer, service.config.log_inputs, params.request_id.clone());
    let (body_type, response_type) = (params.body_type, params.response_type);
    if params.key.is_none() {
        return stream::respond(service, context, request, (body_type, response_type)).await;
    }
    let work =
        move |_: &PredictParams, body: &Bytes| stream::score_whole(context, body.clone(), body_type, response_type);
    respond_once(&service, request, params, work).await
}

/// Responds to a JSON body.
async fn predict_json(service: &AppState, request: Request, params: PredictParams) -> Result<Response, ApiError> {
    let (scorer, inputs) = (service.registry.current(), service.config.log_inputs);
    let work = move |params: &PredictParams, body: &Bytes| match scorer {
        Some(scorer) => {
            let context = ScoringContext::new(scorer, inputs, params.request_id.clone());
            match params.on_error {
                None => batch::score_one(&context, body),
                Some(on_error) => batch::score_batch(&context, body, on_error, params.response_type),
            }
        }
        // An invalid body is reported as such even without a model.
        None => batch::validate(body, params.on_error.is_none()).and(Err(ApiError::NoModel)),
    };
    respond_once(service, request, params, work).await
}

/// Reads a body, makes its response and logs that; a repeated request gets the stored response.
async fn respond_once(
    service: &AppState,
    request: Request,
    mut params: PredictParams,
    work: impl FnOnce(&PredictParams, &Bytes) -> Result<PendingResponse, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let _queue_slot = service.enter_queue()?;
    let started = Instant::now();
    let body = service.bodies.collect(request, params.bytes_max).await.map_err(|error| params.body_error(error))?;
    let read = started.elapsed();
    let (bytes, _memory) = (body.bytes, body.permit);
    let (size, mut key_guard) = (bytes.len(), None);
    if let Some(key) = params.key.take() {
        let body = bytes.clone();
        let (returned, fingerprint) = run_sized(size, move || {
            let fingerprint = params.fingerprint(&body);
            (params, fingerprint)
        })
        .await?;
        params = returned;
        match service.claim(key, fingerprint).await? {
            Claim::Replayed(stored) => return Ok(replayed_response(stored)),
            Claim::New(guard) => key_guard = Some(guard),
        }
    }
    let mut pending = run_sized(size, move || work(&params, &bytes)).await??;
    pending.meta.timing.read = read;
    match key_guard {
        Some(guard) => log_keyed(service, size, pending, guard).await,
        None => log_unkeyed(service, size, pending).await,
    }
}

/// Logs the rows of a response while its body is written.
async fn log_unkeyed(service: &AppState, size: usize, pending: PendingResponse) -> Result<Response, ApiError> {
    let PendingResponse { rows, write_body, mut meta } = pending;
    let (count, started) = (rows.len(), Instant::now());
    let log = async {
        if count > 0
            && matches!(service.store.log(LogEntry { rows, idempotency: None }).await?, WriteStatus::Duplicate(_))
        {
            return Err(ApiError::Internal);
        }
        Ok(started.elapsed())
    };
    let (logged, written) = tokio::join!(log, run_sized(size, move || write_timed(write_body)));
    meta.timing.log = logged?;
    let (body, write) = written??;
    meta.timing.write = write;
    Ok(build_response(service, meta, count, body))
}

/// Writes a response that may be replayed, then logs it with its rows.
async fn log_keyed(
    service: &AppState,
    size: usize,
    pending: PendingResponse,
    guard: KeyGuard,
) -> Result<Response, ApiError> {
    let PendingResponse { rows, write_body, mut meta } = pending;
    let count = rows.len();
    let (body, write) = run_sized(size, move || write_timed(write_body)).await??;
    meta.timing.write = write;
    let keyed = IdempotencyRecord {
        key: guard.key.clone(),
        fingerprint: guard.fingerprint.clone(),
        status: 200,
        content_type: meta.media_type.content_type().to_owned(),
        body: body.clone(),
        created_at: Timestamp::now(),
    };
    let started = Instant::now();
    let logged = service.store.log(LogEntry { rows, idempotency: Some(keyed) }).await?;
    meta.timing.log = started.elapsed();
    match logged {
        WriteStatus::Duplicate(first) => Ok(replayed_response(matching(first, &guard.fingerprint)?)),
        WriteStatus::Written | WriteStatus::Spooled => Ok(build_response(service, meta, count, body)),
    }
}

/// Returns the body and the time of writing it.
fn write_timed(write_body: WriteBody) -> Result<(Vec<u8>, Duration), ApiError> {
    let started = Instant::now();
    write_body().map(|body| (body, started.elapsed()))
}

fn build_response(service: &AppState, meta: ResponseMeta, rows: usize, body: Vec<u8>) -> Response {
    let mut response = timed_response(&meta, body.into());
    service.observe(meta.scored.into_iter().filter(|scored| !scored.leads.is_empty()));
    response.extensions_mut().insert(RowCount(rows));
    response
}

/// Runs work on a body of `bytes` bytes: on this thread if it is small, else on a blocking one.
async fn run_sized<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    if bytes <= INLINE_BYTES { Ok(work()) } else { Ok(run_blocking(work).await?) }
}
