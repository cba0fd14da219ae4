//! Conditional requests: entity tags and `If-None-Match` (RFC 9110, section 13.1.2).

use crate::model::bundle::sha256_hex;
use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};

/// Makes an entity tag from the SHA-256 of the bytes.
pub(crate) fn etag(bytes: &[u8]) -> HeaderValue {
    let hash = sha256_hex(bytes);
    HeaderValue::from_str(&format!("\"{}\"", &hash[..32])).unwrap_or(HeaderValue::from_static("\"\""))
}

/// True when the client has these bytes already.
pub(crate) fn matches_etag(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}
