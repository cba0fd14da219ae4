//! Leads in, predictions out: recorded before they are answered.
//!
//! Owns the two routes, that a request with a name is done once, and the heads of answers. May not know encoding, models
//! or SQL.

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
use params::Ask;
pub(crate) use params::KEYED_STREAM_BYTES;
use pending_response::{About, Draft, Text};
use prediction_log::{IdempotencyRecord, LogEntry, Timestamp, WriteStatus};
pub(crate) use row_writer::ADDED;
use scoring::Shared;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The largest body that is read and scored by the thread that serves its connection: handing it to another takes
/// longer than that.
const INLINE_BYTES: usize = 16 << 10;

/// Scores one lead.
pub(crate) async fn predict(State(service): State<Arc<AppState>>, request: Request) -> Result<Response, ApiError> {
    service.check_maintenance()?;
    let ask = Ask::one(&request, &service.config)?;
    document(&service, request, ask).await
}

/// Scores many leads, in the order sent.
pub(crate) async fn predict_batch(
    State(service): State<Arc<AppState>>,
    request: Request,
) -> Result<Response, ApiError> {
    service.check_maintenance()?;
    let ask = Ask::many(&request, &service.config)?;
    if ask.sent == MediaType::Json {
        return document(&service, request, ask).await;
    }
    let shared = Shared::new(service.registry.current()?, service.config.log_inputs, ask.request_id.clone());
    if ask.key.is_none() {
        return stream::answer(service, shared, request, (ask.sent, ask.wanted)).await;
    }
    let (sent, wanted) = (ask.sent, ask.wanted);
    once(&service, request, ask, move |_, body| stream::whole(shared, body.clone(), sent, wanted)).await
}

/// Answers a body of JSON.
async fn document(service: &AppState, request: Request, ask: Ask) -> Result<Response, ApiError> {
    let (scorer, inputs) = (service.registry.current(), service.config.log_inputs);
    let work = move |ask: &Ask, body: &Bytes| match scorer {
        Ok(scorer) => {
            let shared = Shared::new(scorer, inputs, ask.request_id.clone());
            match ask.on_error {
                None => batch::one(&shared, body),
                Some(on_error) => batch::many(&shared, body, on_error, ask.wanted),
            }
        }
        // What is wrong with a body would be wrong with a model too.
        Err(error) => Err(batch::fault(body, ask.on_error.is_none()).unwrap_or(error)),
    };
    once(service, request, ask, work).await
}

/// Reads a body, makes an answer of it and records that; what was answered before is answered again.
async fn once(
    service: &AppState,
    request: Request,
    mut ask: Ask,
    work: impl FnOnce(&Ask, &Bytes) -> Result<Draft, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let _turn = service.enter_queue()?;
    let started = Instant::now();
    let whole = service.bodies.collect(request, ask.bytes_max).await.map_err(|error| ask.body_error(error))?;
    let read = started.elapsed();
    let (bytes, _loan) = (whole.bytes, whole.permit);
    let (size, mut named) = (bytes.len(), None);
    if let Some(key) = ask.key.take() {
        let body = bytes.clone();
        let (kept, fingerprint) = near(size, move || {
            let fingerprint = ask.fingerprint(&body);
            (ask, fingerprint)
        })
        .await?;
        ask = kept;
        match service.claim(key, fingerprint).await? {
            Claim::Replayed(answer) => return Ok(pending_response::again(answer)),
            Claim::New(first) => named = Some(first),
        }
    }
    let mut draft = near(size, move || work(&ask, &bytes)).await??;
    draft.about.timing.read = read;
    match named {
        Some(named) => record_named(service, size, draft, named).await,
        None => record(service, size, draft).await,
    }
}

/// Logs the rows of an answer while it is written.
async fn record(service: &AppState, size: usize, draft: Draft) -> Result<Response, ApiError> {
    let Draft { rows, text, mut about } = draft;
    let (count, started) = (rows.len(), Instant::now());
    let log = async {
        if count > 0
            && matches!(service.store.log(LogEntry { rows, idempotency: None }).await?, WriteStatus::Duplicate(_))
        {
            return Err(ApiError::Internal);
        }
        Ok(started.elapsed())
    };
    let (logged, written) = tokio::join!(log, near(size, move || timed(text)));
    about.timing.log = logged?;
    let (body, took) = written??;
    about.timing.write = took;
    Ok(respond(service, about, count, body))
}

/// Writes an answer that may be asked for again, then logs it with its rows.
async fn record_named(service: &AppState, size: usize, draft: Draft, named: KeyGuard) -> Result<Response, ApiError> {
    let Draft { rows, text, mut about } = draft;
    let count = rows.len();
    let (body, took) = near(size, move || timed(text)).await??;
    about.timing.write = took;
    let keyed = IdempotencyRecord {
        key: named.key.clone(),
        fingerprint: named.fingerprint.clone(),
        status: 200,
        content_type: about.form.content_type().to_owned(),
        body: body.clone(),
        created_at: Timestamp::now(),
    };
    let started = Instant::now();
    let logged = service.store.log(LogEntry { rows, idempotency: Some(keyed) }).await?;
    about.timing.log = started.elapsed();
    match logged {
        WriteStatus::Duplicate(first) => Ok(pending_response::again(matching(first, &named.fingerprint)?)),
        WriteStatus::Written | WriteStatus::Spooled => Ok(respond(service, about, count, body)),
    }
}

/// The body, and how long writing it took.
fn timed(text: Text) -> Result<(Vec<u8>, Duration), ApiError> {
    let started = Instant::now();
    text().map(|body| (body, started.elapsed()))
}

fn respond(service: &AppState, about: About, rows: usize, body: Vec<u8>) -> Response {
    let mut response = pending_response::timed(&about, body.into());
    service.observe(about.seen.into_iter().filter(|seen| !seen.leads.is_empty()));
    response.extensions_mut().insert(RowCount(rows));
    response
}

/// Does work on so many bytes: here, where they are few, else beside the threads that serve connections.
async fn near<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    if bytes <= INLINE_BYTES { Ok(work()) } else { Ok(run_blocking(work).await?) }
}
