//! Limits: request rate, queue length, timeouts.

use crate::fixtures;
use crate::support::TestApp;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use scorer::api::api_keys::{ApiKey, ApiKeys, Scope};
use scorer::api::config::{AuthConfig, Config, Limits};
use scorer::api::rate_limit::Rate;
use std::time::{Duration, Instant};

fn config(limits: Limits) -> Config {
    Config { limits, ..Config::default() }
}

async fn app(limits: Limits) -> TestApp {
    TestApp::with(Some(fixtures::own().scorer()), None, config(limits)).await
}

/// Returns a body that ends when its sender is dropped.
fn endless(start: &'static str) -> (Body, tokio::sync::mpsc::Sender<()>) {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<()>(1);
    let first =
        futures_util::stream::once(async move { Ok::<_, std::io::Error>(Bytes::from_static(start.as_bytes())) });
    let then = futures_util::stream::once(async move {
        receiver.recv().await;
        Ok(Bytes::from_static(b"}"))
    });
    (Body::from_stream(futures_util::StreamExt::chain(first, then)), sender)
}

#[tokio::test]
async fn a_caller_over_the_rate_gets_retry_after() {
    let rate = Rate { burst: 3.try_into().unwrap(), .."60/h".parse().unwrap() };
    let app = app(Limits { rate: Some(rate), ..Limits::default() }).await;
    for left in [2, 1, 0] {
        let response = app.post("/predict", "{}").await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.header("ratelimit-policy"), "\"default\";q=3;w=180");
        assert!(
            response.header("ratelimit").starts_with(&format!("\"default\";r={left};t=")),
            "{:?}",
            response.headers
        );
        assert!(response.headers.get("x-ratelimit-limit").is_none());
    }
    let rejected = app.post("/predict", "{}").await;
    assert_eq!((rejected.status.as_u16(), rejected.json()["error"].clone()), (429, "rate_limited".into()));
    let seconds: u64 = rejected.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(rejected.header("ratelimit").starts_with("\"default\";r=0;t="));
    // Open routes are neither counted nor rejected.
    for path in ["/health", "/livez", "/readyz", "/"] {
        let response = app.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        assert!(response.headers.get("ratelimit").is_none(), "{path}");
    }
}

#[tokio::test]
async fn each_key_has_its_own_rate() {
    let made = ["one", "two"].map(|name| ApiKey::generate(name, vec![Scope::Predict]).unwrap());
    let lines = made.each_ref().map(|(_, key)| key.to_line()).join("\n");
    let access = AuthConfig { keys: ApiKeys::open(None, &lines).unwrap(), ..AuthConfig::default() };
    let rate = Rate { burst: 2.try_into().unwrap(), .."60/h".parse().unwrap() };
    let config = Config { auth: access, ..config(Limits { rate: Some(rate), ..Limits::default() }) };
    let app = TestApp::with(Some(fixtures::own().scorer()), None, config).await;
    let call = |secret: String| {
        let request = Request::post("/predict").header("x-api-key", secret).body(Body::from("{}"));
        app.send(request.unwrap())
    };
    for (secret, _) in &made {
        for status in [200, 200, 429, 429] {
            assert_eq!(call(secret.clone()).await.status.as_u16(), status);
        }
    }
    // Attempts with wrong keys are limited as well.
    for status in [401, 401, 429] {
        assert_eq!(call("ll_wrong".to_owned()).await.status.as_u16(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_rejects_and_drains() {
    let app = app(Limits { queue: 1, ..Limits::default() }).await;
    let other = crate::support::open(&app.database).await;
    // While another connection locks the database, the first prediction waits to be logged.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first_request = app.post("/predict", "{}");
    let second_request = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let response = app.post("/predict", "{}").await;
        other.execute_batch("ROLLBACK").unwrap();
        response
    };
    let (first, rejected) = tokio::join!(first_request, second_request);
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!((rejected.status.as_u16(), rejected.json()["error"].clone()), (503, "service_unavailable".into()));
    assert_eq!(rejected.header("retry-after"), "1");
    assert!(rejected.json()["message"].as_str().unwrap().contains("waiting"), "{}", rejected.text());
    assert_eq!(app.post("/predict", "{}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_late_body_gets_408() {
    let app = app(Limits { request: Duration::from_millis(300), ..Limits::default() }).await;
    let (body, _sender) = endless("{");
    let started = Instant::now();
    let response = app.post("/predict", body).await;
    assert_eq!((response.status.as_u16(), response.json()["error"].clone()), (408, "request_timeout".into()));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_response_gets_503() {
    let app = app(Limits { request: Duration::from_millis(300), ..Limits::default() }).await;
    let other = crate::support::open(&app.database).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let response = app.post("/predict", "{}").await;
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!((response.status.as_u16(), response.json()["error"].clone()), (503, "service_unavailable".into()));
    assert_eq!(response.header("retry-after"), "5");
}

#[tokio::test]
async fn every_503_has_retry_after() {
    let app = TestApp::new(None).await;
    let response = app.post("/predict", "{}").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.header("retry-after").parse::<u64>().is_ok());
}
