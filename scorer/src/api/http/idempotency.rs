//! `Idempotency-Key`: a request that is sent twice is processed once and answered twice with the same bytes
//! (draft-ietf-httpapi-idempotency-key-header). Responses are kept in the prediction log.

use super::body::readable_size;
use super::error_response::ErrorResponse;
use super::extensions::Caller;
use super::in_flight_keys::{KeyGuard, KeyTaken};
use super::response::ValidationError;
use super::validation_error::header_error;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use prediction_log::IdempotencyRecord;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Marks a replayed response.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Longest key in bytes.
pub(crate) const KEY_MAX: usize = 255;

/// Conflicting use of a key.
#[derive(Debug, Error)]
pub enum IdempotencyError {
    /// Key of another request.
    #[error("the Idempotency-Key was used for another request")]
    Reused,
    /// Key of a request that is being answered.
    #[error("a request with this Idempotency-Key is being answered")]
    InFlight,
    /// Stream larger than the responses that are kept for replay.
    #[error("the stream is too large for an Idempotency-Key")]
    TooLarge {
        /// Limit in bytes.
        bytes_max: usize,
    },
}

impl IdempotencyError {
    pub(crate) fn response(&self) -> ErrorResponse {
        match self {
            IdempotencyError::Reused => {
                let message = "This Idempotency-Key was used for another request. Please take a new one.";
                ErrorResponse::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message)
            }
            IdempotencyError::InFlight => {
                let message = "A request with this Idempotency-Key is being answered. Please try again shortly.";
                ErrorResponse::new(StatusCode::CONFLICT, "idempotency_key_in_use", message).with_retry_after(1)
            }
            IdempotencyError::TooLarge { bytes_max } => {
                let size = readable_size(*bytes_max);
                let message = format!("With an Idempotency-Key a stream may have up to {size}.");
                ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
                    .with_reason("body_too_large")
            }
        }
    }

    /// Tells a retry of the request in flight from another request with its key.
    pub(crate) fn in_flight(taken: &KeyTaken, fingerprint: &str) -> Self {
        if taken.0 == fingerprint { IdempotencyError::InFlight } else { IdempotencyError::Reused }
    }
}

/// Key of a request, made unique to caller and route. Only a hash is kept: keys may hold personal data.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey(pub(crate) String);

impl IdempotencyKey {
    /// Reads the header; `None` when there is none.
    pub(crate) fn from_headers(
        headers: &HeaderMap,
        extensions: &Extensions,
        route: &str,
    ) -> Result<Option<IdempotencyKey>, ValidationError> {
        let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(key) = sent.next() else { return Ok(None) };
        let fits = (1..=KEY_MAX).contains(&key.len()) && key.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte));
        if !fits || sent.next().is_some() {
            let msg = format!("Header should be sent once, with 1 to {KEY_MAX} printable ASCII characters");
            return Err(header_error("Idempotency-Key", &msg));
        }
        let caller = extensions.get::<Caller>().map_or("anonymous", |caller| &caller.name);
        Ok(Some(IdempotencyKey(hash([caller.as_bytes(), route.as_bytes(), HeaderValue::as_bytes(key)]))))
    }
}

/// Hashes length-prefixed parts with SHA-256, as 64 hexadecimal digits.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// Result of claiming a key.
#[derive(Debug)]
pub(crate) enum Claim {
    /// First request with this key.
    New(KeyGuard),
    /// Response given before.
    Replayed(IdempotencyRecord),
}

/// Returns a stored response if it belongs to the same request.
pub(crate) fn matching(answer: IdempotencyRecord, fingerprint: &str) -> Result<IdempotencyRecord, IdempotencyError> {
    if answer.fingerprint == fingerprint { Ok(answer) } else { Err(IdempotencyError::Reused) }
}

#[cfg(test)]
mod tests {
    use super::super::in_flight_keys::InFlightKeys;
    use super::*;
    use std::sync::Arc;

    fn key(sent: &[&[u8]], caller: &str, route: &str) -> Result<Option<IdempotencyKey>, ValidationError> {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(Caller { name: caller.into() });
        IdempotencyKey::from_headers(&headers, &extensions, route)
    }

    #[test]
    fn keys_are_printable_and_not_too_long() {
        assert!(key(&[], "a", "/predict").unwrap().is_none());
        for good in [&b"8e03978e-40d5-43dd-bc93-6894a57f9324"[..], b"\"quoted\"", &[b'x'; 255]] {
            assert!(key(&[good], "a", "/predict").unwrap().is_some());
        }
        for bad in [&[&b""[..]][..], &[&[b'x'; 256]], &["é".as_bytes()], &[b"a", b"b"]] {
            assert!(key(bad, "a", "/predict").is_err());
        }
    }

    #[test]
    fn the_same_key_of_another_caller_or_route_is_another() {
        let hashed = |caller: &str, route: &str| key(&[b"1"], caller, route).unwrap().unwrap().0;
        assert_eq!(hashed("a", "/predict"), hashed("a", "/predict"));
        assert_ne!(hashed("a", "/predict"), hashed("b", "/predict"));
        assert_ne!(hashed("a", "/predict"), hashed("a", "/predict/batch"));
    }

    #[test]
    fn a_key_is_in_flight_until_its_request_ends() {
        let keys = Arc::new(InFlightKeys::default());
        let insert = |fingerprint: &str| keys.insert("key".to_owned(), fingerprint.to_owned());
        let first = insert("one").unwrap();
        let conflict = |fingerprint: &str| IdempotencyError::in_flight(&insert(fingerprint).unwrap_err(), fingerprint);
        assert!(matches!(conflict("one"), IdempotencyError::InFlight));
        assert!(matches!(conflict("other"), IdempotencyError::Reused));
        drop(first);
        assert!(insert("other").is_ok());
    }
}
