//! Streamed files of leads: chunks are scored, logged and sent while the body still arrives.
//!
//! A chunk is logged before it is sent; meanwhile the next one is read and scored.

use super::chunk_processor::{Chunk, ChunkProcessor};
use super::pending_response::{PendingResponse, model_names, write_headers};
use super::row_writer::{RowFormat, write_interruption};
use super::scoring::ScoringContext;
use super::spill_buffer::{self, ClientGone, SpillSender};
use crate::api::http::blocking::run_blocking;
use crate::api::http::body::BodyStream;
use crate::api::http::body_memory::MemoryPermit;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::monitor::ScoredBatch;
use crate::api::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::TRAILER;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use prediction_log::{LogEntry, PredictionRow, WriteStatus};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

/// Trailer of a streamed response that proves that it is complete.
const X_LEADLIGHT_COMPLETE: HeaderName = HeaderName::from_static("x-leadlight-complete");

/// Bytes collected from the body before they are scored.
const READ_BYTES: usize = 1 << 20;

/// Longest time to collect them: a client that sends slowly gets its results as slowly.
const READ_TIME: Duration = Duration::from_millis(20);

/// Memory reserved per stream, in bytes: for body pieces, chunks and the unread part of the response.
const STREAM_MEMORY_BYTES: usize = 8 << 20;

/// A stream in progress.
struct ChunkStream {
    body: BodyStream,
    /// Moved to a blocking thread while it works.
    processor: Option<ChunkProcessor>,
    _memory: MemoryPermit,
    _queue_slot: OwnedSemaphorePermit,
}

/// Scores a body while it arrives. An error before the first chunk is logged becomes an error response, a later one the
/// last line of the response.
pub(super) async fn respond(
    service: Arc<AppState>,
    context: ScoringContext,
    request: Request,
    (body_type, response_type): (MediaType, MediaType),
) -> Result<Response, ApiError> {
    let queue_slot = service.enter_queue()?;
    let memory = service.bodies.reserve(STREAM_MEMORY_BYTES)?;
    let models = model_names(&context.scorer);
    let processor = Some(ChunkProcessor::new(context, body_type, response_type));
    let body = service.bodies.stream(request);
    let mut chunks = ChunkStream { body, processor, _memory: memory, _queue_slot: queue_slot };
    let mut first = chunks.next().await?;
    log(&service, std::mem::take(&mut first.rows), first.scored.take()).await?;
    let (sender, body) = spill_buffer::channel(service.config.read_timeout);
    tokio::spawn(send_all(service, chunks, sender, first).in_current_span());
    let mut response = Response::new(Body::new(body));
    write_headers(response.headers_mut(), response_type, &models);
    response.headers_mut().insert(TRAILER, HeaderValue::from_static("x-leadlight-complete"));
    Ok(response)
}

/// Scores a whole file whose response is to be logged at once.
pub(super) fn score_whole(
    context: ScoringContext,
    body: Bytes,
    body_type: MediaType,
    response_type: MediaType,
) -> Result<PendingResponse, ApiError> {
    let mut processor = ChunkProcessor::new(context, body_type, response_type);
    processor.push([body]);
    let (mut rows, mut scored, mut text) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let chunk = if processor.needs_input() { processor.finish()? } else { processor.next_chunk()? };
        rows.extend(chunk.rows);
        scored.extend(chunk.scored);
        text.extend(chunk.text);
        if chunk.completion.is_some() {
            return Ok(PendingResponse::new(rows, response_type, scored, |_| Ok(text)));
        }
    }
}

impl ChunkStream {
    /// Returns the next chunk that is not empty.
    async fn next(&mut self) -> Result<Chunk, ApiError> {
        loop {
            let mut processor = self.processor.take().ok_or(ApiError::Internal)?;
            let pieces = if processor.needs_input() {
                self.body.collect_chunk(READ_BYTES, READ_TIME).await?
            } else {
                Some(vec![])
            };
            let work = move || {
                let chunk = match pieces {
                    Some(pieces) => {
                        processor.push(pieces);
                        processor.next_chunk()
                    }
                    None => processor.finish(),
                };
                (processor, chunk)
            };
            let (processor, chunk) = run_blocking(work).await?;
            self.processor = Some(processor);
            let chunk = chunk?;
            if chunk.leads > 0 || chunk.completion.is_some() {
                return Ok(chunk);
            }
        }
    }
}

/// Reason why a response ends early.
enum Abort {
    Failed(ApiError),
    ClientGone,
}

impl From<ClientGone> for Abort {
    fn from(ClientGone: ClientGone) -> Self {
        Abort::ClientGone
    }
}

async fn send_all(service: Arc<AppState>, mut chunks: ChunkStream, mut sender: SpillSender, first: Chunk) {
    let (format, mut rows) = (first.format, 0);
    match send_chunks(&service, &mut chunks, &mut sender, first, &mut rows).await {
        Ok(completion) => sender.finish(trailers(&completion)),
        Err(Abort::Failed(error)) => send_failure(error, format, rows, sender).await,
        // Dropping the sender without an end aborts the response.
        Err(Abort::ClientGone) => tracing::info!("client disconnected before the end of its response"),
    }
}

/// Logs and sends chunk by chunk and counts the leads sent; returns the completion of the last chunk.
async fn send_chunks(
    service: &AppState,
    chunks: &mut ChunkStream,
    sender: &mut SpillSender,
    first: Chunk,
    rows: &mut u64,
) -> Result<String, Abort> {
    let mut chunk = first;
    loop {
        let Chunk { rows: logged, scored, text, leads, completion, .. } = chunk;
        let log_and_send = async {
            log(service, logged, scored).await.map_err(Abort::Failed)?;
            sender.send(text.into()).await?;
            *rows += leads;
            Ok::<_, Abort>(())
        };
        if let Some(completion) = completion {
            log_and_send.await?;
            return Ok(completion);
        }
        let (sent, next) = tokio::join!(log_and_send, chunks.next());
        sent?;
        chunk = next.map_err(Abort::Failed)?;
    }
}

async fn log(service: &AppState, rows: Vec<PredictionRow>, scored: Option<ScoredBatch>) -> Result<(), ApiError> {
    if rows.is_empty() {
        return Ok(());
    }
    match service.store.log(LogEntry::new(rows)).await? {
        WriteStatus::Written | WriteStatus::Spooled => {
            service.observe(scored);
            Ok(())
        }
        // Only an entry with a key can have been answered before.
        WriteStatus::Duplicate(_) => Err(ApiError::Internal),
    }
}

async fn send_failure(error: ApiError, format: RowFormat, rows: u64, mut sender: SpillSender) {
    error.log();
    let body = error.body();
    let trailers = trailers(&format!("failed, error={}, rows={rows}", body.error));
    let mut text = Vec::new();
    if write_interruption(format, rows, body, &mut text).is_ok() && sender.send(text.into()).await.is_ok() {
        sender.finish(trailers);
    }
}

fn trailers(completion: &str) -> HeaderMap {
    let value = HeaderValue::from_str(completion).ok();
    value.into_iter().map(|value| (X_LEADLIGHT_COMPLETE, value)).collect()
}
