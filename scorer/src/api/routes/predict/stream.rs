//! Files of leads, answered while they come.
//!
//! Owns the order of things: a portion is read and scored, then logged, then answered, while the next one is read and
//! scored. May not know what a portion is made of.

use super::chunk_processor::{Mill, Portion};
use super::pending_response::{Draft, models_of, write_head};
use super::row_writer::{Shape, interrupt};
use super::scoring::Shared;
use super::spill_buffer::{self, Gone, Inlet};
use crate::api::http::blocking::run_blocking;
use crate::api::http::body::BodyStream;
use crate::api::http::body_memory::MemoryPermit;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::monitor::Seen;
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

/// Proves in the trailer of a streamed answer that it is whole.
const X_LEADLIGHT_COMPLETE: HeaderName = HeaderName::from_static("x-leadlight-complete");

/// How much of a file is read before it is scored.
const PIECE_BYTES: usize = 1 << 20;

/// How long to wait for so much: a client that sends little by little is answered little by little.
const PIECE_TIME: Duration = Duration::from_millis(20);

/// What one stream may take of the memory for bodies: pieces, portions and what is not read of the answer.
const LOAN_BYTES: usize = 8 << 20;

/// A stream under way.
struct Flow {
    pieces: BodyStream,
    /// Lent to another thread while it works.
    mill: Option<Mill>,
    _loan: MemoryPermit,
    _turn: OwnedSemaphorePermit,
}

/// Answers a file while it comes. What is wrong before the first portion is logged is answered as such; what is wrong
/// later is the last line of the answer.
pub(super) async fn answer(
    service: Arc<AppState>,
    shared: Shared,
    request: Request,
    (sent, wanted): (MediaType, MediaType),
) -> Result<Response, ApiError> {
    let turn = service.enter_queue()?;
    let loan = service.bodies.reserve(LOAN_BYTES)?;
    let models = models_of(&shared.scorer);
    let mill = Some(Mill::new(shared, sent, wanted));
    let mut flow = Flow { pieces: service.bodies.stream(request), mill, _loan: loan, _turn: turn };
    let mut first = flow.next().await?;
    log(&service, std::mem::take(&mut first.rows), first.seen.take()).await?;
    let (inlet, outlet) = spill_buffer::open(service.config.read_timeout);
    tokio::spawn(go_on(service, flow, inlet, first).in_current_span());
    let mut response = Response::new(Body::new(outlet));
    write_head(response.headers_mut(), wanted, &models);
    response.headers_mut().insert(TRAILER, HeaderValue::from_static("x-leadlight-complete"));
    Ok(response)
}

/// Answers a whole file, to be recorded at once.
pub(super) fn whole(shared: Shared, body: Bytes, sent: MediaType, wanted: MediaType) -> Result<Draft, ApiError> {
    let mut mill = Mill::new(shared, sent, wanted);
    mill.feed([body]);
    let (mut rows, mut seen, mut text) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let portion = if mill.is_hungry() { mill.finish()? } else { mill.portion()? };
        rows.extend(portion.rows);
        seen.extend(portion.seen);
        text.extend(portion.text);
        if portion.proof.is_some() {
            return Ok(Draft::new(rows, wanted, seen, |_| Ok(text)));
        }
    }
}

impl Flow {
    /// The next portion that holds anything.
    async fn next(&mut self) -> Result<Portion, ApiError> {
        loop {
            let mut mill = self.mill.take().ok_or(ApiError::Internal)?;
            let pieces =
                if mill.is_hungry() { self.pieces.collect_chunk(PIECE_BYTES, PIECE_TIME).await? } else { Some(vec![]) };
            let work = move || {
                let portion = match pieces {
                    Some(pieces) => {
                        mill.feed(pieces);
                        mill.portion()
                    }
                    None => mill.finish(),
                };
                (mill, portion)
            };
            let (mill, portion) = run_blocking(work).await?;
            self.mill = Some(mill);
            let portion = portion?;
            if portion.leads > 0 || portion.proof.is_some() {
                return Ok(portion);
            }
        }
    }
}

/// Why an answer ends before its time.
enum Stop {
    Failed(ApiError),
    Gone,
}

impl From<Gone> for Stop {
    fn from(Gone: Gone) -> Self {
        Stop::Gone
    }
}

async fn go_on(service: Arc<AppState>, mut flow: Flow, mut inlet: Inlet, first: Portion) {
    let (shape, mut rows) = (first.shape, 0);
    match answer_all(&service, &mut flow, &mut inlet, first, &mut rows).await {
        Ok(proof) => inlet.finish(trailers(&proof)),
        Err(Stop::Failed(error)) => tell(error, shape, rows, inlet).await,
        // Dropped without an end, it breaks off.
        Err(Stop::Gone) => tracing::info!("a client did not wait for its answer"),
    }
}

/// Logs and answers portion after portion, and counts the leads that were answered; returns the proof of the last one.
async fn answer_all(
    service: &AppState,
    flow: &mut Flow,
    inlet: &mut Inlet,
    first: Portion,
    rows: &mut u64,
) -> Result<String, Stop> {
    let mut portion = first;
    loop {
        let Portion { rows: logged, seen, text, leads, proof, .. } = portion;
        let keep = async {
            log(service, logged, seen).await.map_err(Stop::Failed)?;
            inlet.send(text.into()).await?;
            *rows += leads;
            Ok::<_, Stop>(())
        };
        if let Some(proof) = proof {
            keep.await?;
            return Ok(proof);
        }
        let (kept, next) = tokio::join!(keep, flow.next());
        kept?;
        portion = next.map_err(Stop::Failed)?;
    }
}

async fn log(service: &AppState, rows: Vec<PredictionRow>, seen: Option<Seen>) -> Result<(), ApiError> {
    if rows.is_empty() {
        return Ok(());
    }
    match service.store.log(LogEntry::new(rows)).await? {
        WriteStatus::Written | WriteStatus::Spooled => {
            service.observe(seen);
            Ok(())
        }
        // Only an entry with a key can have been answered before.
        WriteStatus::Duplicate(_) => Err(ApiError::Internal),
    }
}

async fn tell(error: ApiError, shape: Shape, rows: u64, mut inlet: Inlet) {
    error.log();
    let failure = error.body();
    let failed = trailers(&format!("failed, error={}, rows={rows}", failure.error));
    let mut text = Vec::new();
    if interrupt(shape, rows, failure, &mut text).is_ok() && inlet.send(text.into()).await.is_ok() {
        inlet.finish(failed);
    }
}

fn trailers(proof: &str) -> HeaderMap {
    let value = HeaderValue::from_str(proof).ok();
    value.into_iter().map(|value| (X_LEADLIGHT_COMPLETE, value)).collect()
}
