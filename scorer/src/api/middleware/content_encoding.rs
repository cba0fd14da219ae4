//! gzip and brotli, of request bodies and of responses.
//!
//! A compressed response holds no secret next to data that the client chose, so its length reveals nothing (BREACH).

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

/// Smallest response that is compressed, in bytes; smaller ones fit into one packet.
const MIN_BYTES: u64 = 1_024;

/// Media types that are compressed.
const COMPRESSIBLE: [&str; 6] =
    ["application/json", "application/problem+json", "application/x-ndjson", "text/csv", "text/html", "image/svg+xml"];

type Compressible = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Decodes bodies. An unknown encoding passes through; reading such a body fails.
pub(super) fn decompression() -> RequestDecompressionLayer {
    RequestDecompressionLayer::new().gzip(true).br(true).pass_through_unaccepted(true)
}

/// Compresses responses, at the fastest level: latency counts for more than size.
pub(super) fn compression() -> CompressionLayer<And<SizeAbove, Compressible>> {
    let layer = CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest);
    layer.compress_when(SizeAbove::new(MIN_BYTES).and(is_compressible as Compressible))
}

/// Excludes responses with an entity tag, which stands for their exact bytes.
fn is_compressible(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    !headers.contains_key(ETAG) && COMPRESSIBLE.contains(&essence)
}

/// Counts the bytes of an encoded body and normalizes `Content-Encoding` for the decoder.
pub(super) async fn count_encoded(mut request: Request, next: Next) -> Response {
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
    let encoded = EncodedBytes::default();
    request.extensions_mut().insert(encoded.clone());
    let count = |body: Body| {
        Body::from_stream(body.into_data_stream().inspect_ok(move |piece| {
            encoded.add(piece.len());
        }))
    };
    next.run(request.map(count)).await
}
