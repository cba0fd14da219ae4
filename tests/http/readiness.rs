//! Liveness, readiness and the description of models.

use crate::fixtures;
use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_service_with_a_model_is_ready() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let response = app.get("/readyz").await;
    assert_eq!(response.status, StatusCode::OK);
    let body = response.json();
    assert_eq!(body["status"], "ready");
    for (check, status) in [("model", "ok"), ("log", "connected"), ("files", "ok"), ("instances", "ok")] {
        assert_eq!(body["checks"][check]["status"], status, "{body}");
    }
    assert_eq!(response.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_service_without_a_model_is_alive_but_not_ready() {
    let app = TestApp::new(None).await;
    let response = app.get("/readyz").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(
        (response.json()["status"].as_str(), response.json()["checks"]["model"]["status"].as_str()),
        (Some("unavailable"), Some("missing"))
    );
    assert_eq!((app.get("/livez").await.status, app.get("/livez").await.text()), (StatusCode::OK, "alive".to_owned()));
    let health = app.get("/health").await;
    assert_eq!((health.status, health.json()["model_loaded"].as_bool()), (StatusCode::OK, Some(false)));
    assert_eq!(app.get("/model").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_model_route_has_card_hashes_and_etag() {
    let folder = fixtures::own();
    let app = TestApp::new(Some(folder.scorer())).await;
    let response = app.get("/model").await;
    let body = response.json();
    let [model] = &body["models"].as_array().unwrap()[..] else { panic!("{body}") };
    let hash = hex::encode(Sha256::digest(folder.model()));
    assert_eq!((model["name"].as_str(), model["sha256"].as_str()), (Some("old"), Some(hash.as_str())));
    assert_eq!((model["bit_exact"].as_bool(), model["encoder_sha256"].as_str().map(str::len)), (Some(true), Some(64)));
    assert_eq!(model["card"]["name"], "old");
    assert_eq!(response.header("cache-control"), "private, no-cache");
    let again = Request::get("/model").header("if-none-match", response.header("etag")).body(Body::empty()).unwrap();
    let again = app.send(again).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let head = app.send(Request::head("/model").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.header("etag"), head.body.len()), (StatusCode::OK, response.header("etag"), 0));
}
