//! Prometheus metrics: format, counts, bounded series.

use crate::fixtures;
use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Method, Request};
use scorer::api::config::{Config, Limits};
use serde_json::json;
use std::collections::BTreeMap;

/// Parses the text format: `name{label="value",...} number`, each after its HELP and TYPE.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut series = BTreeMap::new();
    let mut typed = Vec::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            match (words.next().unwrap(), words.next(), words.next()) {
                ("TYPE", Some(name), Some(kind)) => {
                    assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                    typed.push(name.to_owned());
                }
                ("HELP", Some(_), Some(_)) => {}
                _ => panic!("no such comment: {line}"),
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let metric = name.split('{').next().unwrap();
        assert!(metric.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{line}");
        assert!(typed.iter().any(|typed| metric.starts_with(typed.as_str())), "{line} comes without a type");
        if let Some(labels) = name.strip_prefix(metric).and_then(|read_to_end| read_to_end.strip_prefix('{')) {
            assert!(labels.ends_with("\"}") && labels.contains("=\""), "{line}");
        }
        assert!(series.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line} is there twice");
    }
    series
}

async fn scrape(app: &TestApp) -> BTreeMap<String, f64> {
    let response = app.get("/metrics").await;
    assert_eq!(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    parse(&response.text())
}

#[tokio::test]
async fn requests_rows_and_scores_are_counted() {
    let folder = fixtures::own();
    let app = TestApp::new(Some(folder.scorer())).await;
    let prediction = app.post("/predict", "{}").await.json();
    app.post("/predict", "{").await;
    let leads = vec![json!({}); 7];
    app.post("/predict/batch", json!({"leads": leads}).to_string()).await;
    app.get("/health").await;
    let scrape = scrape(&app).await;
    let requests = |route: &str, method: &str, status: u16| {
        let name = format!("leadlight_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
        scrape.get(&name).copied().unwrap_or_default()
    };
    assert_eq!(requests("/predict", "POST", 200), 1.0);
    assert_eq!(requests("/predict", "POST", 422), 1.0);
    assert_eq!(requests("/predict/batch", "POST", 200), 1.0);
    assert_eq!(requests("/health", "GET", 200), 1.0);
    let version = prediction["model_version"].as_str().unwrap();
    assert_eq!(scrape[&format!("leadlight_rows_scored_total{{version=\"{version}\"}}")], 8.0);
    assert_eq!(scrape["leadlight_score_count"], 8.0);
    let probability = prediction["probability"].as_f64().unwrap();
    assert!((scrape["leadlight_score_sum"] - 8.0 * probability).abs() < 1e-4);
    for step in 1..=20 {
        let edge = f64::from(step) / 20.0;
        let below = if probability <= edge { 8.0 } else { 0.0 };
        assert_eq!(scrape[&format!("leadlight_score_bucket{{le=\"{edge}\"}}")], below, "{edge}");
    }
    assert_eq!(scrape["leadlight_request_duration_seconds_count{route=\"/predict\"}"], 2.0);
    assert_eq!(scrape["leadlight_requests_in_flight"], 1.0);
    assert_eq!(scrape["leadlight_queue_requests"], 0.0);
    assert_eq!(scrape["leadlight_log_state{state=\"connected\"}"], 1.0);
    assert_eq!(scrape["leadlight_log_state{state=\"lost\"}"], 0.0);
    assert_eq!(scrape["leadlight_log_spooled_rows"], 0.0);
    assert!(scrape.keys().any(|name| name.starts_with("leadlight_model_info{name=\"old\"") && name.contains(version)));
    assert!(scrape.keys().any(|name| name.starts_with("leadlight_build_info{version=")));
}

#[tokio::test]
async fn rejections_are_counted_by_reason() {
    let config = Config {
        body_bytes_max: 100,
        limits: Limits { rate: Some("2/h".parse().unwrap()), ..Limits::default() },
        ..Config::default()
    };
    let app = TestApp::with(Some(fixtures::own().scorer()), None, config).await;
    let far = |mut request: Request<Body>| {
        let peer: std::net::SocketAddr = "192.0.2.7:1".parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        request
    };
    for _ in 0..3 {
        app.send(far(Request::post("/predict").body(Body::from("{}")).unwrap())).await;
    }
    app.post("/predict", "x".repeat(200)).await;
    let scrape = scrape(&app).await;
    for (reason, count) in [("not_local", 2.0), ("rate_limited", 1.0), ("body_too_large", 1.0)] {
        assert_eq!(scrape[&format!("leadlight_rejected_total{{reason=\"{reason}\"}}")], count, "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnected_client_is_counted() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let other = crate::support::open(&app.database).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(300), app.post("/predict", "{}"));
    assert!(waiting.await.is_err());
    other.execute_batch("ROLLBACK").unwrap();
    let scrape = scrape(&app).await;
    assert_eq!(scrape["leadlight_requests_total{route=\"/predict\",method=\"POST\",status=\"499\"}"], 1.0);
    assert_eq!((scrape["leadlight_requests_in_flight"], scrape["leadlight_queue_requests"]), (1.0, 0.0));
}

#[tokio::test]
async fn clients_cannot_create_series() {
    let app = TestApp::new(None).await;
    let names = |scrape: BTreeMap<String, f64>| scrape.into_keys().collect::<Vec<_>>();
    app.get("/a/secret/path?name=Ada").await;
    app.send(Request::builder().method("BREW").uri("/predict").body(Body::empty()).unwrap()).await;
    app.get("/docs/one").await;
    scrape(&app).await;
    let before = names(scrape(&app).await);
    for at in 0..20 {
        app.get(&format!("/a/{at}?name=Ada")).await;
        app.get(&format!("/docs/{at}")).await;
        let method = Method::from_bytes(format!("BREW{at}").as_bytes()).unwrap();
        app.send(Request::builder().method(method).uri("/predict").body(Body::empty()).unwrap()).await;
    }
    let after = names(scrape(&app).await);
    assert_eq!(after, before);
    assert!(!after.iter().any(|name| name.contains("Ada") || name.contains("secret") || name.contains("BREW")));
}
