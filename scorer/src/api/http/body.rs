//! Request bodies, read within bounds of size, time and memory.

use super::body_memory::{BodyMemory, MemoryPermit};
use super::error_response::ErrorResponse;
use super::extensions::EncodedBytes;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, timeout, timeout_at};

/// Largest ratio of decoded to encoded bytes of a compressed body. Leads that repeat one another shrink to a fiftieth;
/// a body that shrinks much further is a decompression bomb.
const EXPANSION_MAX: u64 = 200;

/// Encodings that are decoded.
const ENCODINGS: HeaderValue = HeaderValue::from_static("gzip, br");

/// Reason why a body could not be read.
#[derive(Debug, Error)]
pub enum ReadBodyError {
    /// Body larger than the limit.
    #[error("the body is too large")]
    TooLarge {
        /// Limit in bytes.
        bytes_max: usize,
    },
    /// `Content-Encoding` that is not supported.
    #[error("the encoding of the body is not known")]
    UnknownEncoding,
    /// Read timeout.
    #[error("the body did not arrive")]
    TimedOut,
    /// Connection lost within the body.
    #[error("the body could not be read")]
    Incomplete,
    /// Memory for bodies in use.
    #[error("too many bodies at once")]
    MemoryFull,
}

impl ReadBodyError {
    pub(crate) fn response(&self) -> ErrorResponse {
        use StatusCode as Status;
        match self {
            ReadBodyError::TooLarge { bytes_max } => {
                let size = readable_size(*bytes_max);
                let message = format!("The body is larger than {size}. Please send fewer leads at once.");
                ErrorResponse::new(Status::PAYLOAD_TOO_LARGE, "payload_too_large", message)
                    .with_reason("body_too_large")
            }
            ReadBodyError::UnknownEncoding => {
                let message = "The Content-Encoding of a body may be gzip or br, one of them.";
                ErrorResponse::new(Status::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
                    .with_header(ACCEPT_ENCODING, ENCODINGS)
            }
            ReadBodyError::TimedOut => {
                let message = "The body did not arrive in time. Please try again.";
                ErrorResponse::new(Status::REQUEST_TIMEOUT, "request_timeout", message).with_reason("body_too_slow")
            }
            ReadBodyError::Incomplete => {
                ErrorResponse::new(Status::BAD_REQUEST, "bad_request", "The body could not be read to its end.")
            }
            ReadBodyError::MemoryFull => {
                let message = "Too many leads are being scored at once. Please try again shortly.";
                ErrorResponse::new(Status::SERVICE_UNAVAILABLE, "service_unavailable", message)
                    .with_reason("memory_full")
                    .with_retry_after(1)
            }
        }
    }
}

/// Formats a limit in whole megabytes, or in bytes below one.
pub(crate) fn readable_size(bytes: usize) -> String {
    if bytes >> 20 > 0 { format!("{} MB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// Reads bodies within the configured limits.
#[derive(Debug)]
pub(crate) struct BodyReader {
    memory: BodyMemory,
    bytes_max: usize,
    read_timeout: Duration,
}

/// Whole body with the memory lent for it.
#[derive(Debug)]
pub(crate) struct CollectedBody {
    pub(crate) bytes: Bytes,
    /// Held until the request is answered: what is made of the body takes memory too.
    pub(crate) permit: MemoryPermit,
}

impl BodyReader {
    /// `read_timeout`: longest time between two pieces of a body.
    pub(crate) fn new(bytes_max: usize, read_timeout: Duration) -> Self {
        BodyReader { memory: BodyMemory::new(bytes_max), bytes_max, read_timeout }
    }

    /// Bytes of memory lent at present.
    pub(crate) fn lent_bytes(&self) -> usize {
        self.memory.lent_bytes()
    }

    /// Lends memory for so many bytes, at most for the largest body.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<MemoryPermit, ReadBodyError> {
        let mut permit = MemoryPermit::default();
        permit.grow(&self.memory, 0, bytes.min(self.bytes_max)).ok_or(ReadBodyError::MemoryFull)?;
        Ok(permit)
    }

    /// Starts to read a body piece by piece.
    pub(crate) fn stream(&self, request: Request) -> BodyStream {
        let encoded = request.extensions().get::<EncodedBytes>().cloned();
        let (bytes_max, read_timeout) = (self.bytes_max, self.read_timeout);
        BodyStream { body: request.into_body(), encoded, decoded: 0, bytes_max, read_timeout, last: None }
    }

    /// Reads a body to its end. One that comes in one piece, as small ones do, is not copied.
    pub(crate) async fn collect(&self, request: Request, bytes_max: usize) -> Result<CollectedBody, ReadBodyError> {
        let declared = declared_length(request.headers()).map_or(0, |length| length.min(bytes_max as u64) as usize);
        let mut stream = self.stream(request);
        let mut permit = MemoryPermit::default();
        let (mut first, mut bytes) = (Bytes::new(), Vec::new());
        while let Some(piece) = stream.next().await? {
            let length = first.len() + bytes.len();
            if length + piece.len() > bytes_max {
                return Err(ReadBodyError::TooLarge { bytes_max });
            }
            permit.grow(&self.memory, length, piece.len()).ok_or(ReadBodyError::MemoryFull)?;
            if length == 0 {
                first = piece;
                continue;
            }
            if bytes.is_empty() {
                bytes.reserve(declared.max(length + piece.len()));
                bytes.extend_from_slice(&std::mem::take(&mut first));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(CollectedBody { bytes: if bytes.is_empty() { first } else { bytes.into() }, permit })
    }
}

/// Reads a small body, outside of the memory budget.
pub(crate) async fn collect_small(body: Body, bytes_max: usize) -> Result<Bytes, ReadBodyError> {
    to_bytes(body, bytes_max).await.map_err(|_| ReadBodyError::TooLarge { bytes_max })
}

/// Checks the declared length and encoding, before the body is read.
pub(crate) fn check_headers(headers: &HeaderMap, bytes_max: usize) -> Result<(), ReadBodyError> {
    if declared_length(headers).is_some_and(|length| length > bytes_max as u64) {
        return Err(ReadBodyError::TooLarge { bytes_max });
    }
    check_encoding(headers)
}

/// Rejects encodings that the decoding middleware left in place.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), ReadBodyError> {
    if headers.contains_key(CONTENT_ENCODING) { Err(ReadBodyError::UnknownEncoding) } else { Ok(()) }
}

/// Body that is read piece by piece.
pub(crate) struct BodyStream {
    body: Body,
    encoded: Option<EncodedBytes>,
    decoded: u64,
    bytes_max: usize,
    read_timeout: Duration,
    /// End of the body, or its error, met while a chunk was collected.
    last: Option<Result<(), ReadBodyError>>,
}

impl BodyStream {
    /// Returns the next piece, `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ReadBodyError> {
        if let Some(last) = self.last.take() {
            return last.map(|()| None);
        }
        timeout(self.read_timeout, self.read()).await.map_err(|_| ReadBodyError::TimedOut)?
    }

    /// Returns about so many bytes, fewer when they take longer than `within`; `None` at the end.
    pub(crate) async fn collect_chunk(
        &mut self,
        bytes: usize,
        within: Duration,
    ) -> Result<Option<Vec<Bytes>>, ReadBodyError> {
        let Some(first) = self.next().await? else { return Ok(None) };
        let (deadline, mut count) = (Instant::now() + within, first.len());
        let mut pieces = vec![first];
        while count < bytes {
            match timeout_at(deadline, self.read()).await {
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

    async fn read(&mut self) -> Result<Option<Bytes>, ReadBodyError> {
        loop {
            match poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await {
                None => return Ok(None),
                Some(Err(_)) => return Err(ReadBodyError::Incomplete),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => return self.check_expansion(piece).map(Some),
                    // Trailers hold no leads.
                    Err(_) => continue,
                },
            }
        }
    }

    /// Bounds the work that a small compressed request can cause.
    fn check_expansion(&mut self, piece: Bytes) -> Result<Bytes, ReadBodyError> {
        self.decoded += piece.len() as u64;
        let expanded = self.encoded.as_ref().is_some_and(|encoded| self.decoded / EXPANSION_MAX > encoded.total());
        if expanded && self.decoded > self.bytes_max as u64 {
            return Err(ReadBodyError::TooLarge { bytes_max: self.bytes_max });
        }
        Ok(piece)
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
