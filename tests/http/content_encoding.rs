//! Compresses bodies and decompresses responses with the service's own library.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use std::convert::Infallible;
use tower::{ServiceExt, service_fn};
use tower_http::compression::Compression;
use tower_http::decompression::Decompression;

/// Compresses bytes with gzip or br.
pub(crate) async fn encoded(bytes: impl Into<Bytes>, encoding: &str) -> Vec<u8> {
    let bytes = bytes.into();
    let service = service_fn(move |_: Request<Body>| {
        let response = Response::builder().header("content-type", "text/csv").body(Body::from(bytes.clone()));
        async { Ok::<_, Infallible>(response.unwrap()) }
    });
    let request = Request::builder().header("accept-encoding", encoding).body(Body::empty()).unwrap();
    let response = Compression::new(service).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], encoding);
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

/// Decompresses a response body by its `Content-Encoding`.
pub(crate) async fn decoded(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let (headers, body) = (headers.clone(), body.to_vec());
    let service = service_fn(move |_: Request<Body>| {
        let mut response = Response::new(Body::from(body.clone()));
        *response.headers_mut() = headers.clone();
        async { Ok::<_, Infallible>(response) }
    });
    let response = Decompression::new(service).oneshot(Request::new(Body::empty())).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}
