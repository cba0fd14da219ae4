//! Parameters of a prediction request, from its query and headers.

use crate::api::config::Config;
use crate::api::http::body::{ReadBodyError, check_encoding, check_headers};
use crate::api::http::content_negotiation::{MediaType, NegotiationError};
use crate::api::http::error::ApiError;
use crate::api::http::extensions::RequestId;
use crate::api::http::idempotency::{IdempotencyError, IdempotencyKey, hash};
use crate::api::http::validation_error::{literal_error, not_json_content};
use axum::extract::{Query, Request};

/// Largest stream, in bytes, that may have an `Idempotency-Key`, because its response is stored to be replayed.
pub(crate) const KEYED_STREAM_BYTES_MAX: usize = 8 << 20;

/// Effect of an invalid lead on the others of its batch (`on_error`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnError {
    /// No lead is scored.
    Fail,
    /// The others are scored.
    Skip,
}

/// Parameters of a prediction request.
#[derive(Debug)]
pub(super) struct PredictParams {
    /// Media type of the body.
    pub(super) body_type: MediaType,
    /// Media type of the response.
    pub(super) response_type: MediaType,
    /// `None` for a single lead.
    pub(super) on_error: Option<OnError>,
    pub(super) key: Option<IdempotencyKey>,
    pub(super) request_id: String,
    /// Most bytes of the body that are read into memory.
    pub(super) bytes_max: usize,
}

impl PredictParams {
    /// Reads the parameters of `/predict`.
    pub(super) fn for_one(request: &Request, config: &Config) -> Result<Self, ApiError> {
        let params = PredictParams::from_request(request, "/predict", config)?;
        if params.body_type == MediaType::Json { Ok(params) } else { Err(ApiError::Invalid(vec![not_json_content()])) }
    }

    /// Reads the parameters of `/predict/batch`.
    pub(super) fn for_batch(request: &Request, config: &Config) -> Result<Self, ApiError> {
        let mut params = PredictParams::from_request(request, "/predict/batch", config)?;
        let headers = request.headers();
        match params.body_type {
            MediaType::Json => {
                params.on_error = Some(on_error(request, &["fail", "skip"])?.unwrap_or(OnError::Fail));
                let offered = [MediaType::Json, MediaType::Ndjson, MediaType::Csv];
                params.response_type = MediaType::negotiate(headers, &offered).unwrap_or(MediaType::Json);
            }
            body_type => {
                params.on_error = Some(on_error(request, &["skip"])?.unwrap_or(OnError::Skip));
                let other = if body_type == MediaType::Csv { MediaType::Ndjson } else { MediaType::Csv };
                let offered = [body_type, other];
                params.response_type =
                    MediaType::negotiate(headers, &offered).ok_or(NegotiationError::NotAcceptable)?;
                params.bytes_max = KEYED_STREAM_BYTES_MAX.min(config.body_bytes_max);
            }
        }
        Ok(params)
    }

    fn from_request(request: &Request, route: &str, config: &Config) -> Result<Self, ApiError> {
        let headers = request.headers();
        // The size limit is for bodies held in memory; a stream is never held as a whole.
        let body_type = match MediaType::from_content_type(headers)? {
            Some(stream @ (MediaType::Csv | MediaType::Ndjson)) => check_encoding(headers).map(|()| Some(stream))?,
            other => check_headers(headers, config.body_bytes_max).map(|()| other)?,
        };
        let body_type = body_type.ok_or_else(|| ApiError::Invalid(vec![not_json_content()]))?;
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let key = IdempotencyKey::from_headers(headers, request.extensions(), route)
            .map_err(|error| ApiError::Invalid(vec![*error]))?;
        Ok(PredictParams {
            body_type,
            response_type: MediaType::Json,
            on_error: None,
            key,
            request_id,
            bytes_max: config.body_bytes_max,
        })
    }

    /// Converts the error of a body; that of a stream over the limit of keyed streams names the key.
    pub(super) fn body_error(&self, error: ReadBodyError) -> ApiError {
        match error {
            ReadBodyError::TooLarge { bytes_max } if self.body_type != MediaType::Json => {
                ApiError::Idempotency(IdempotencyError::TooLarge { bytes_max })
            }
            other => other.into(),
        }
    }

    /// Returns the hash of everything that determines the response, to recognise a repeated request. It is
    /// stored in the log, with the names of enum variants in it.
    pub(super) fn fingerprint(&self, body: &[u8]) -> String {
        let params = format!("{:?} {:?} {:?}", self.body_type, self.response_type, self.on_error);
        hash([params.as_bytes(), body])
    }
}

/// Parses `on_error`; other query parameters are ignored, as in the replaced service.
fn on_error(request: &Request, allowed: &[&str]) -> Result<Option<OnError>, ApiError> {
    const NAME: &str = "on_error";
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|Query(query)| query);
    let mut found = None;
    for (_, value) in query.unwrap_or_default().iter().filter(|(name, _)| name == NAME) {
        found = match value.as_str() {
            known if !allowed.contains(&known) => {
                return Err(ApiError::Invalid(vec![literal_error(NAME, value, allowed)]));
            }
            "skip" => Some(OnError::Skip),
            _ => Some(OnError::Fail),
        };
    }
    Ok(found)
}
