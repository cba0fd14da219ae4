//! `Idempotency-Key`: a request that is sent twice is done once, and answered twice with the same bytes
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! Owns the form of keys, whose they are, and which are at work in this instance; the answers are kept in the log. May
//! not know what is answered.

use super::error::ApiError;
use super::extensions::Caller;
use super::validation_error::header_error;
use crate::api::state::AppState;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use prediction_log::IdempotencyRecord;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Told with an answer that was given before.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key.
pub(crate) const KEY_MAX: usize = 255;

/// A client's name for a request, made one of this caller and this route. What a client takes for a key may say
/// something of a person, so only its hash goes further.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of a request, where it has one.
    pub(crate) fn from_headers(
        headers: &HeaderMap,
        extensions: &Extensions,
        route: &str,
    ) -> Result<Option<IdempotencyKey>, ApiError> {
        let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(key) = sent.next() else { return Ok(None) };
        let fits = (1..=KEY_MAX).contains(&key.len()) && key.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte));
        if !fits || sent.next().is_some() {
            let msg = format!("Header should be sent once, with 1 to {KEY_MAX} printable ASCII characters");
            return Err(ApiError::Invalid(vec![header_error("Idempotency-Key", &msg)]));
        }
        let caller = extensions.get::<Caller>().map_or("anonymous", |caller| &caller.name);
        Ok(Some(IdempotencyKey(hash([caller.as_bytes(), route.as_bytes(), HeaderValue::as_bytes(key)]))))
    }
}

/// The hash of what tells one request from another.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hexadecimal(&hash.finalize())
}

/// Bytes as two digits each.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The keys that this instance is at work on, each with the hash of its request. Another instance finds out when it
/// writes its answer.
#[derive(Debug, Default)]
pub(crate) struct InFlightKeys(Mutex<HashMap<String, String>>);

/// A key that is being worked on, until dropped.
#[derive(Debug)]
pub(crate) struct KeyGuard {
    running: Arc<InFlightKeys>,
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

impl Drop for KeyGuard {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Whose turn it is.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The request is to be answered, under this name.
    New(KeyGuard),
    /// It was answered before.
    Replayed(IdempotencyRecord),
}

/// Begins to work on a key, or finds what was answered to it.
pub(crate) async fn begin(service: &AppState, key: IdempotencyKey, fingerprint: String) -> Result<Claim, ApiError> {
    let IdempotencyKey(key) = key;
    let named = start(&service.running, key, fingerprint)?;
    match service.store.idempotency_record(&named.key).await? {
        Some(answer) => same(answer, &named.fingerprint).map(Claim::Replayed),
        None => Ok(Claim::New(named)),
    }
}

/// An answer that was kept, when it is this request's.
pub(crate) fn same(answer: IdempotencyRecord, fingerprint: &str) -> Result<IdempotencyRecord, ApiError> {
    if answer.fingerprint == fingerprint { Ok(answer) } else { Err(ApiError::KeyReused) }
}

fn start(running: &Arc<InFlightKeys>, key: String, fingerprint: String) -> Result<KeyGuard, ApiError> {
    let mut keys = running.0.lock().unwrap_or_else(PoisonError::into_inner);
    match keys.get(&key) {
        Some(other) if *other == fingerprint => return Err(ApiError::KeyBusy),
        Some(_) => return Err(ApiError::KeyReused),
        None => keys.insert(key.clone(), fingerprint.clone()),
    };
    Ok(KeyGuard { running: running.clone(), key, fingerprint })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(sent: &[&[u8]], caller: &str, route: &str) -> Result<Option<IdempotencyKey>, ApiError> {
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
            assert!(matches!(key(bad, "a", "/predict"), Err(ApiError::Invalid(_))));
        }
    }

    #[test]
    fn the_same_key_of_another_caller_or_route_is_another() {
        let of = |caller: &str, route: &str| key(&[b"1"], caller, route).unwrap().unwrap().0;
        assert_eq!(of("a", "/predict"), of("a", "/predict"));
        assert_ne!(of("a", "/predict"), of("b", "/predict"));
        assert_ne!(of("a", "/predict"), of("a", "/predict/batch"));
    }

    #[test]
    fn a_key_at_work_is_told_until_its_request_ends() {
        let running = Arc::new(InFlightKeys::default());
        let begin = |fingerprint: &str| start(&running, "key".to_owned(), fingerprint.to_owned());
        let first = begin("one").unwrap();
        assert!(matches!(begin("one"), Err(ApiError::KeyBusy)));
        assert!(matches!(begin("other"), Err(ApiError::KeyReused)));
        drop(first);
        assert!(begin("other").is_ok());
    }
}
