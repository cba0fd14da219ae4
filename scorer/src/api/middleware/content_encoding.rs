//! gzip and brotli: bodies come in either, and answers go out in either.
//!
//! Owns which answers are worth it, and the count of what was sent before it was decoded. May not know routes. What is
//! compressed here holds no secret beside what the client itself sent, so its length tells nobody anything.

use crate::api::http::extensions::EncodedBytes;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::TryStreamExt;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;

/// Smaller answers fit into a packet as they are.
const WORTH_BYTES: u64 = 1_024;

/// The types of answers that shrink.
const TEXTS: [&str; 6] =
    ["application/json", "application/problem+json", "application/x-ndjson", "text/csv", "text/html", "image/svg+xml"];

type IsText = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Takes the encoding off a body. One that is not known stays, for whoever reads the body to refuse.
pub(crate) fn decompression() -> RequestDecompressionLayer {
    RequestDecompressionLayer::new().gzip(true).br(true).pass_through_unaccepted(true)
}

/// Compresses answers for those who take it. A client waits for an answer longer than for its last bytes, so it is done
/// the quick way.
pub(crate) fn compression() -> CompressionLayer<And<SizeAbove, IsText>> {
    let layer = CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest);
    layer.compress_when(SizeAbove::new(WORTH_BYTES).and(is_text as IsText))
}

/// Files have a tag that stands for their very bytes, so they go out as they are.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    !headers.contains_key(ETAG) && TEXTS.contains(&essence)
}

/// Counts what comes of an encoded body, and writes the encoding's name as it is looked for.
pub(crate) async fn count(mut request: Request, next: Next) -> Response {
    let Some(encoding) = request.headers().get(CONTENT_ENCODING) else { return next.run(request).await };
    let known = match encoding.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "identity" | "" => None,
        "gzip" | "x-gzip" => Some("gzip"),
        "br" => Some("br"),
        _ => Some("unknown"),
    };
    let several = request.headers().get_all(CONTENT_ENCODING).iter().count() > 1;
    match known {
        None if !several => drop(request.headers_mut().remove(CONTENT_ENCODING)),
        known => {
            let name = if several { "unknown" } else { known.unwrap_or("unknown") };
            request.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
    }
    let sent = EncodedBytes::default();
    request.extensions_mut().insert(sent.clone());
    let counted = |body: Body| {
        Body::from_stream(body.into_data_stream().inspect_ok(move |piece| {
            sent.add(piece.len());
        }))
    };
    next.run(request.map(counted)).await
}
