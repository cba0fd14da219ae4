//! Idempotency keys: a request is executed once and its response replayed.

use crate::fixtures;
use crate::support::{TestApp, TestResponse, count};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

async fn app() -> TestApp {
    TestApp::new(Some(fixtures::own().scorer())).await
}

async fn post_keyed(app: &TestApp, path: &str, key: &str, kind: &str, body: &str) -> TestResponse {
    let request = Request::post(path).header("content-type", kind).header("idempotency-key", key);
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

const JSON: &str = "application/json";

#[tokio::test]
async fn a_repeated_request_gets_the_same_bytes_and_is_logged_once() {
    let app = app().await;
    for (path, kind, body) in [
        ("/predict", JSON, r#"{"jobtitle": "CTO"}"#),
        ("/predict/batch", JSON, r#"{"leads": [{}, {}]}"#),
        ("/predict/batch?on_error=skip", JSON, r#"{"leads": [{}, 7]}"#),
        ("/predict/batch", "text/csv", "jobtitle\nCTO\nCEO\n"),
        ("/predict/batch", "application/x-ndjson", "{}\n{}\n"),
    ] {
        let key = format!("{path} {kind}");
        let first = post_keyed(&app, path, &key, kind, body).await;
        assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (200, ""), "{key}: {}", first.text());
        let again = post_keyed(&app, path, &key, kind, body).await;
        assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (200, "true"), "{key}");
        assert_eq!(again.body, first.body, "{key}");
        for header in ["content-type", "x-model-version", "x-model-sha256"] {
            assert!(!first.header(header).is_empty(), "{key} {header}");
            assert_eq!(again.header(header), first.header(header), "{key} {header}");
        }
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 1 + 2 + 1 + 2 + 2);
}

#[tokio::test]
async fn a_reused_key_with_another_request_is_rejected() {
    let app = app().await;
    assert_eq!(post_keyed(&app, "/predict", "k", JSON, "{}").await.status.as_u16(), 200);
    let other = post_keyed(&app, "/predict", "k", JSON, r#"{"jobtitle": "CTO"}"#).await;
    assert_eq!((other.status.as_u16(), other.json()["error"].clone()), (422, json!("idempotency_key_reused")));
    // On another route it is another key.
    let batch = post_keyed(&app, "/predict/batch", "k", JSON, r#"{"leads": [{}]}"#).await;
    assert_eq!(batch.status.as_u16(), 200);
    let skip = post_keyed(&app, "/predict/batch?on_error=skip", "k", JSON, r#"{"leads": [{}]}"#).await;
    assert_eq!(skip.json()["error"], "idempotency_key_reused");
}

#[tokio::test]
async fn a_rejected_request_does_not_consume_its_key() {
    let app = app().await;
    assert_eq!(post_keyed(&app, "/predict", "k", JSON, r#"{"llm_quality": 101}"#).await.status.as_u16(), 422);
    let corrected = post_keyed(&app, "/predict", "k", JSON, r#"{"llm_quality": 100}"#).await;
    assert_eq!((corrected.status.as_u16(), corrected.header("idempotent-replayed")), (200, ""));
}

#[tokio::test]
async fn malformed_keys_are_rejected() {
    let app = app().await;
    for name in ["", &"x".repeat(256)] {
        let rejected = post_keyed(&app, "/predict", name, JSON, "{}").await;
        assert_eq!(rejected.status.as_u16(), 422, "{name}");
        assert_eq!(rejected.json()["detail"][0]["loc"], json!(["header", "Idempotency-Key"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_with_one_key_run_once() {
    let app = app().await;
    let body = json!({"leads": vec![json!({"jobtitle": "CTO"}); 2_000]}).to_string();
    let responses =
        futures_util::future::join_all((0..8).map(|_| post_keyed(&app, "/predict/batch", "k", JSON, &body))).await;
    let (done, busy): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status.as_u16() == 200);
    assert!(!done.is_empty());
    assert!(done.iter().all(|response| response.body == done[0].body));
    for response in busy {
        assert_eq!(
            (response.status.as_u16(), response.json()["error"].clone()),
            (409, json!("idempotency_key_in_use"))
        );
        assert_eq!(response.header("retry-after"), "1");
    }
    assert_eq!(post_keyed(&app, "/predict/batch", "k", JSON, &body).await.body, done[0].body);
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 2_000);
}

#[tokio::test]
async fn a_keyed_stream_that_is_too_large_is_rejected() {
    let app = app().await;
    let large = format!("jobtitle\n{}", "CTO\n".repeat(3 << 20));
    let rejected = post_keyed(&app, "/predict/batch", "k", "text/csv", &large).await;
    assert_eq!((rejected.status.as_u16(), rejected.json()["error"].clone()), (413, json!("payload_too_large")));
    assert!(rejected.json()["message"].as_str().unwrap().contains("Idempotency-Key"));
}
