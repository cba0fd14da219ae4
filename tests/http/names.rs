//! Requests with a name of the client's: done once, answered as often as asked.

use crate::parity;
use crate::support::{Answer, Bench, count};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

async fn bench() -> Bench {
    Bench::new(Some(parity::own().scorer())).await
}

async fn named(bench: &Bench, path: &str, key: &str, kind: &str, body: &str) -> Answer {
    let request = Request::post(path).header("content-type", kind).header("idempotency-key", key);
    bench.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

const JSON: &str = "application/json";

#[tokio::test]
async fn the_same_request_gets_the_same_bytes_and_is_logged_once() {
    let bench = bench().await;
    for (path, kind, body) in [
        ("/predict", JSON, r#"{"jobtitle": "CTO"}"#),
        ("/predict/batch", JSON, r#"{"leads": [{}, {}]}"#),
        ("/predict/batch?on_error=skip", JSON, r#"{"leads": [{}, 7]}"#),
        ("/predict/batch", "text/csv", "jobtitle\nCTO\nCEO\n"),
        ("/predict/batch", "application/x-ndjson", "{}\n{}\n"),
    ] {
        let key = format!("{path} {kind}");
        let first = named(&bench, path, &key, kind, body).await;
        assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (200, ""), "{key}: {}", first.text());
        let again = named(&bench, path, &key, kind, body).await;
        assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (200, "true"), "{key}");
        assert_eq!(again.body, first.body, "{key}");
        for header in ["content-type", "x-model-version", "x-model-sha256"] {
            assert!(!first.header(header).is_empty(), "{key} {header}");
            assert_eq!(again.header(header), first.header(header), "{key} {header}");
        }
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    let (mut rows, _folder) = bench.rows().await;
    assert_eq!(count(&mut rows, "prediction_logs").await, 1 + 2 + 1 + 2 + 2);
}

#[tokio::test]
async fn another_request_of_the_same_name_is_refused() {
    let bench = bench().await;
    assert_eq!(named(&bench, "/predict", "k", JSON, "{}").await.status.as_u16(), 200);
    let other = named(&bench, "/predict", "k", JSON, r#"{"jobtitle": "CTO"}"#).await;
    assert_eq!((other.status.as_u16(), other.json()["error"].clone()), (422, json!("idempotency_key_reused")));
    // On another route it is another name.
    let batch = named(&bench, "/predict/batch", "k", JSON, r#"{"leads": [{}]}"#).await;
    assert_eq!(batch.status.as_u16(), 200);
    let skip = named(&bench, "/predict/batch?on_error=skip", "k", JSON, r#"{"leads": [{}]}"#).await;
    assert_eq!(skip.json()["error"], "idempotency_key_reused");
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_name_up() {
    let bench = bench().await;
    assert_eq!(named(&bench, "/predict", "k", JSON, r#"{"llm_quality": 101}"#).await.status.as_u16(), 422);
    let corrected = named(&bench, "/predict", "k", JSON, r#"{"llm_quality": 100}"#).await;
    assert_eq!((corrected.status.as_u16(), corrected.header("idempotent-replayed")), (200, ""));
}

#[tokio::test]
async fn a_name_has_a_form() {
    let bench = bench().await;
    for name in ["", &"x".repeat(256)] {
        let refused = named(&bench, "/predict", name, JSON, "{}").await;
        assert_eq!(refused.status.as_u16(), 422, "{name}");
        assert_eq!(refused.json()["detail"][0]["loc"], json!(["header", "Idempotency-Key"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_done_and_the_others_wait_or_repeat_it() {
    let bench = bench().await;
    let body = json!({"leads": vec![json!({"jobtitle": "CTO"}); 2_000]}).to_string();
    let answers =
        futures_util::future::join_all((0..8).map(|_| named(&bench, "/predict/batch", "k", JSON, &body))).await;
    let (done, busy): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.as_u16() == 200);
    assert!(!done.is_empty());
    assert!(done.iter().all(|answer| answer.body == done[0].body));
    for answer in busy {
        assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, json!("idempotency_key_in_use")));
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(named(&bench, "/predict/batch", "k", JSON, &body).await.body, done[0].body);
    let (mut rows, _folder) = bench.rows().await;
    assert_eq!(count(&mut rows, "prediction_logs").await, 2_000);
}

#[tokio::test]
async fn a_stream_too_large_to_be_kept_is_refused_with_a_name() {
    let bench = bench().await;
    let large = format!("jobtitle\n{}", "CTO\n".repeat(3 << 20));
    let refused = named(&bench, "/predict/batch", "k", "text/csv", &large).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].clone()), (413, json!("payload_too_large")));
    assert!(refused.json()["message"].as_str().unwrap().contains("Idempotency-Key"));
}
