//! A request's body -> bytes, within bounds of size, time and memory.
//!
//! Owns those bounds. May not know what the bytes mean.

use super::error::ApiError;
use super::extensions::EncodedBytes;
use crate::api::state::{AppState, BLOCK_BYTES};
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

/// How many times larger than what was sent a stream may become when it is decoded. Leads that repeat one another
/// shrink to a fiftieth; what shrinks much further was made to.
const GROWTH_MAX: u64 = 200;

/// A whole body, and the memory lent for it.
#[derive(Debug)]
pub(crate) struct CollectedBody {
    pub(crate) bytes: Bytes,
    /// To be kept until the request is answered: what is made of the body takes memory too.
    pub(crate) loan: MemoryPermit,
}

/// Memory lent for a body, given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct MemoryPermit(Option<OwnedSemaphorePermit>);

impl MemoryPermit {
    /// A loan for so many bytes, or for all there are where a body may not even be that large.
    pub(crate) fn take(service: &AppState, bytes: usize) -> Result<MemoryPermit, ApiError> {
        let mut loan = MemoryPermit::default();
        loan.grow(service, 0, bytes.min(service.config.body_bytes_max))?;
        Ok(loan)
    }

    fn grow(&mut self, service: &AppState, before: usize, more: usize) -> Result<(), ApiError> {
        let blocks = (before + more).div_ceil(BLOCK_BYTES) - before.div_ceil(BLOCK_BYTES);
        let (Ok(blocks), true) = (u32::try_from(blocks), blocks > 0) else { return Ok(()) };
        let lent = service.blocks.clone().try_acquire_many_owned(blocks).map_err(|_| ApiError::Busy)?;
        match &mut self.0 {
            Some(permit) => permit.merge(lent),
            none => *none = Some(lent),
        }
        Ok(())
    }
}

/// A body that says something short.
pub(crate) async fn short(body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    to_bytes(body, bytes_max).await.map_err(|_| ApiError::TooLarge { bytes_max })
}

/// Refuses a body before it is read, where its head says enough.
pub(crate) fn check_head(headers: &HeaderMap, bytes_max: usize) -> Result<(), ApiError> {
    if declared_length(headers).is_some_and(|length| length > bytes_max as u64) {
        return Err(ApiError::TooLarge { bytes_max });
    }
    check_encoding(headers)
}

/// Encodings that are known were taken off before.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key(CONTENT_ENCODING) { Err(ApiError::UnknownEncoding) } else { Ok(()) }
}

/// Reads a body to its end. One that comes in one piece, as small ones do, stays where it is.
pub(crate) async fn read(service: &AppState, request: Request, bytes_max: usize) -> Result<CollectedBody, ApiError> {
    let declared = declared_length(request.headers()).map_or(0, |length| length.min(bytes_max as u64) as usize);
    let mut pieces = BodyStream::new(service, request);
    let mut loan = MemoryPermit::default();
    let (mut first, mut bytes) = (Bytes::new(), Vec::new());
    while let Some(piece) = pieces.next().await? {
        let before = first.len() + bytes.len();
        if before + piece.len() > bytes_max {
            return Err(ApiError::TooLarge { bytes_max });
        }
        loan.grow(service, before, piece.len())?;
        if before == 0 {
            first = piece;
            continue;
        }
        if bytes.is_empty() {
            bytes.reserve(declared.max(before + piece.len()));
            bytes.extend_from_slice(&std::mem::take(&mut first));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(CollectedBody { bytes: if bytes.is_empty() { first } else { bytes.into() }, loan })
}

/// A body that is read piece by piece.
pub(crate) struct BodyStream {
    body: Body,
    sent: Option<EncodedBytes>,
    decoded: u64,
    bytes_max: usize,
    silence: Duration,
    /// What ended the last gathering: the body's end, or why it broke off.
    last: Option<Result<(), ApiError>>,
}

impl BodyStream {
    pub(crate) fn new(service: &AppState, request: Request) -> Self {
        let sent = request.extensions().get::<EncodedBytes>().cloned();
        let (bytes_max, silence) = (service.config.body_bytes_max, service.config.silence);
        BodyStream { body: request.into_body(), sent, decoded: 0, bytes_max, silence, last: None }
    }

    /// The next piece.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        if let Some(last) = self.last.take() {
            return last.map(|()| None);
        }
        timeout(self.silence, self.wait()).await.map_err(|_| ApiError::TooSlow)?
    }

    /// About so many bytes, fewer where they come slower than within the time; `None` at the end.
    pub(crate) async fn collect_chunk(
        &mut self,
        bytes: usize,
        within: Duration,
    ) -> Result<Option<Vec<Bytes>>, ApiError> {
        let Some(first) = self.next().await? else { return Ok(None) };
        let (deadline, mut count) = (Instant::now() + within, first.len());
        let mut pieces = vec![first];
        while count < bytes {
            match timeout_at(deadline, self.wait()).await {
                Err(_) => break,
                Ok(Ok(Some(piece))) => {
                    count += piece.len();
                    pieces.push(piece);
                }
                Ok(last) => {
                    self.last = Some(last.map(|_| ()));
                    break;
                }
            }
        }
        Ok(Some(pieces))
    }

    async fn wait(&mut self) -> Result<Option<Bytes>, ApiError> {
        loop {
            match poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await {
                None => return Ok(None),
                Some(Err(_)) => return Err(ApiError::BrokenBody),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => return self.checked(piece).map(Some),
                    // Trailers say nothing of leads.
                    Err(_) => continue,
                },
            }
        }
    }

    /// What was encoded must not grow without bound: a small request would cost much work.
    fn checked(&mut self, piece: Bytes) -> Result<Bytes, ApiError> {
        self.decoded += piece.len() as u64;
        let grown = self.sent.as_ref().is_some_and(|sent| self.decoded / GROWTH_MAX > sent.total());
        if grown && self.decoded > self.bytes_max as u64 {
            return Err(ApiError::TooLarge { bytes_max: self.bytes_max });
        }
        Ok(piece)
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
