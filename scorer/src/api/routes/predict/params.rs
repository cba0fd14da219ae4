//! What a request asks for, told from its head.
//!
//! Owns parameters, forms and limits. May not know bodies.

use super::batch::OnError;
use crate::api::config::Config;
use crate::api::http::body::{ReadBodyError, check_encoding, check_headers};
use crate::api::http::content_negotiation::{MediaType, NegotiationError};
use crate::api::http::error::ApiError;
use crate::api::http::extensions::RequestId;
use crate::api::http::idempotency::{IdempotencyError, IdempotencyKey, hash};
use crate::api::http::validation_error::{literal_error, not_json_content};
use axum::extract::{Query, Request};

/// The largest stream whose answer can be kept, to be given again.
pub(crate) const KEYED_STREAM_BYTES: usize = 8 << 20;

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Ask {
    /// The form of the body.
    pub(super) sent: MediaType,
    /// The form of the answer.
    pub(super) wanted: MediaType,
    /// What a lead that is not valid means for the others; a lead alone has none.
    pub(super) on_error: Option<OnError>,
    /// Its name, where it has one.
    pub(super) key: Option<IdempotencyKey>,
    pub(super) request_id: String,
    /// The most that is read into memory.
    pub(super) bytes_max: usize,
}

impl Ask {
    /// For one lead.
    pub(super) fn one(request: &Request, config: &Config) -> Result<Ask, ApiError> {
        let ask = Ask { on_error: None, ..Ask::from_request(request, "/predict", config)? };
        if ask.sent == MediaType::Json { Ok(ask) } else { Err(ApiError::Invalid(vec![not_json_content()])) }
    }

    /// For many leads.
    pub(super) fn many(request: &Request, config: &Config) -> Result<Ask, ApiError> {
        let mut ask = Ask::from_request(request, "/predict/batch", config)?;
        let headers = request.headers();
        match ask.sent {
            MediaType::Json => {
                ask.on_error = Some(on_error(request, &["fail", "skip"])?.unwrap_or(OnError::Fail));
                let offered = [MediaType::Json, MediaType::Ndjson, MediaType::Csv];
                ask.wanted = MediaType::negotiate(headers, &offered).unwrap_or(MediaType::Json);
            }
            sent => {
                ask.on_error = Some(on_error(request, &["skip"])?.unwrap_or(OnError::Skip));
                let other = if sent == MediaType::Csv { MediaType::Ndjson } else { MediaType::Csv };
                ask.wanted = MediaType::negotiate(headers, &[sent, other]).ok_or(NegotiationError::NotAcceptable)?;
                ask.bytes_max = KEYED_STREAM_BYTES.min(config.body_bytes_max);
            }
        }
        Ok(ask)
    }

    fn from_request(request: &Request, route: &str, config: &Config) -> Result<Ask, ApiError> {
        let headers = request.headers();
        // The limit is that of what is in memory, which a stream never is as a whole.
        let sent = match MediaType::from_content_type(headers)? {
            Some(sent @ (MediaType::Csv | MediaType::Ndjson)) => check_encoding(headers).map(|()| Some(sent))?,
            other => check_headers(headers, config.body_bytes_max).map(|()| other)?,
        };
        let sent = sent.ok_or_else(|| ApiError::Invalid(vec![not_json_content()]))?;
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let key = IdempotencyKey::from_headers(headers, request.extensions(), route)
            .map_err(|error| ApiError::Invalid(vec![error]))?;
        Ok(Ask { sent, wanted: MediaType::Json, on_error: None, key, request_id, bytes_max: config.body_bytes_max })
    }

    /// Converts the error of a body; that of a stream kept in memory for its key names the key.
    pub(super) fn body_error(&self, error: ReadBodyError) -> ApiError {
        match error {
            ReadBodyError::TooLarge { bytes_max } if self.sent != MediaType::Json => {
                ApiError::Idempotency(IdempotencyError::TooLarge { bytes_max })
            }
            other => other.into(),
        }
    }

    /// The hash of everything that the answer depends on.
    pub(super) fn fingerprint(&self, body: &[u8]) -> String {
        let asked = format!("{:?} {:?} {:?}", self.sent, self.wanted, self.on_error);
        hash([asked.as_bytes(), body])
    }
}

/// The parameter of that name; other parameters are ignored, as the old service did.
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
