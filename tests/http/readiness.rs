//! Alive, ready, degraded, unavailable; and what a model says of itself.

use crate::parity;
use crate::support::Bench;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_service_with_a_model_is_ready() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::OK);
    let told = answer.json();
    assert_eq!(told["status"], "ready");
    for (check, status) in [("model", "ok"), ("log", "connected"), ("files", "ok"), ("instances", "ok")] {
        assert_eq!(told["checks"][check]["status"], status, "{told}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_service_without_a_model_lives_and_is_not_ready() {
    let bench = Bench::new(None).await;
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(
        (answer.json()["status"].as_str(), answer.json()["checks"]["model"]["status"].as_str()),
        (Some("unavailable"), Some("missing"))
    );
    assert_eq!(
        (bench.get("/livez").await.status, bench.get("/livez").await.text()),
        (StatusCode::OK, "alive".to_owned())
    );
    let health = bench.get("/health").await;
    assert_eq!((health.status, health.json()["model_loaded"].as_bool()), (StatusCode::OK, Some(false)));
    assert_eq!(bench.get("/model").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_model_tells_its_card_and_hashes_once() {
    let folder = parity::own();
    let bench = Bench::new(Some(folder.scorer())).await;
    let answer = bench.get("/model").await;
    let told = answer.json();
    let [model] = &told["models"].as_array().unwrap()[..] else { panic!("{told}") };
    let hash: String = Sha256::digest(folder.model()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((model["name"].as_str(), model["sha256"].as_str()), (Some("old"), Some(hash.as_str())));
    assert_eq!((model["bit_exact"].as_bool(), model["encoder_sha256"].as_str().map(str::len)), (Some(true), Some(64)));
    assert_eq!(model["card"]["name"], "old");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let again = Request::get("/model").header("if-none-match", answer.header("etag")).body(Body::empty()).unwrap();
    let again = bench.send(again).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let head = bench.send(Request::head("/model").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.header("etag"), head.body.len()), (StatusCode::OK, answer.header("etag"), 0));
}
