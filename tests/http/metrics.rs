//! The figures for Prometheus: they parse, they count right, and no client makes new series.

use crate::parity;
use crate::support::Bench;
use axum::body::Body;
use axum::http::{Method, Request};
use scorer::api::config::{Config, Limits};
use serde_json::json;
use std::collections::BTreeMap;

/// Series and values of the text form: `name{label="value",...} number`, each after its HELP and TYPE.
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
        if let Some(labels) = name.strip_prefix(metric).and_then(|rest| rest.strip_prefix('{')) {
            assert!(labels.ends_with("\"}") && labels.contains("=\""), "{line}");
        }
        assert!(series.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line} is there twice");
    }
    series
}

async fn figures(bench: &Bench) -> BTreeMap<String, f64> {
    let answer = bench.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    parse(&answer.text())
}

#[tokio::test]
async fn requests_rows_and_scores_are_counted() {
    let folder = parity::own();
    let bench = Bench::new(Some(folder.scorer())).await;
    let told = bench.post("/predict", "{}").await.json();
    bench.post("/predict", "{").await;
    let leads = vec![json!({}); 7];
    bench.post("/predict/batch", json!({"leads": leads}).to_string()).await;
    bench.get("/health").await;
    let figures = figures(&bench).await;
    let requests = |route: &str, method: &str, status: u16| {
        let name = format!("leadlight_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
        figures.get(&name).copied().unwrap_or_default()
    };
    assert_eq!(requests("/predict", "POST", 200), 1.0);
    assert_eq!(requests("/predict", "POST", 422), 1.0);
    assert_eq!(requests("/predict/batch", "POST", 200), 1.0);
    assert_eq!(requests("/health", "GET", 200), 1.0);
    let version = told["model_version"].as_str().unwrap();
    assert_eq!(figures[&format!("leadlight_rows_scored_total{{version=\"{version}\"}}")], 8.0);
    assert_eq!(figures["leadlight_score_count"], 8.0);
    let probability = told["probability"].as_f64().unwrap();
    assert!((figures["leadlight_score_sum"] - 8.0 * probability).abs() < 1e-4);
    for step in 1..=20 {
        let edge = f64::from(step) / 20.0;
        let below = if probability <= edge { 8.0 } else { 0.0 };
        assert_eq!(figures[&format!("leadlight_score_bucket{{le=\"{edge}\"}}")], below, "{edge}");
    }
    assert_eq!(figures["leadlight_request_duration_seconds_count{route=\"/predict\"}"], 2.0);
    assert_eq!(figures["leadlight_requests_in_flight"], 1.0);
    assert_eq!(figures["leadlight_queue_requests"], 0.0);
    assert_eq!(figures["leadlight_log_state{state=\"connected\"}"], 1.0);
    assert_eq!(figures["leadlight_log_state{state=\"lost\"}"], 0.0);
    assert_eq!(figures["leadlight_log_spooled_rows"], 0.0);
    assert!(figures.keys().any(|name| name.starts_with("leadlight_model_info{name=\"old\"") && name.contains(version)));
    assert!(figures.keys().any(|name| name.starts_with("leadlight_build_info{version=")));
}

#[tokio::test]
async fn what_is_turned_away_is_counted_by_reason() {
    let config = Config {
        body_bytes_max: 100,
        limits: Limits { rate: Some("2/h".parse().unwrap()), ..Limits::default() },
        ..Config::default()
    };
    let bench = Bench::with(Some(parity::own().scorer()), None, config).await;
    let far = |mut request: Request<Body>| {
        let peer: std::net::SocketAddr = "192.0.2.7:1".parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        request
    };
    for _ in 0..3 {
        bench.send(far(Request::post("/predict").body(Body::from("{}")).unwrap())).await;
    }
    bench.post("/predict", "x".repeat(200)).await;
    let figures = figures(&bench).await;
    for (reason, count) in [("not_local", 2.0), ("rate_limited", 1.0), ("body_too_large", 1.0)] {
        assert_eq!(figures[&format!("leadlight_rejected_total{{reason=\"{reason}\"}}")], count, "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_is_counted_as_such() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let other = crate::support::open(&bench.database).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(300), bench.post("/predict", "{}"));
    assert!(waiting.await.is_err());
    other.execute_batch("ROLLBACK").unwrap();
    let figures = figures(&bench).await;
    assert_eq!(figures["leadlight_requests_total{route=\"/predict\",method=\"POST\",status=\"499\"}"], 1.0);
    assert_eq!((figures["leadlight_requests_in_flight"], figures["leadlight_queue_requests"]), (1.0, 0.0));
}

#[tokio::test]
async fn no_client_makes_new_series() {
    let bench = Bench::new(None).await;
    let names = |figures: BTreeMap<String, f64>| figures.into_keys().collect::<Vec<_>>();
    bench.get("/a/secret/path?name=Ada").await;
    bench.send(Request::builder().method("BREW").uri("/predict").body(Body::empty()).unwrap()).await;
    bench.get("/docs/one").await;
    figures(&bench).await;
    let before = names(figures(&bench).await);
    for at in 0..20 {
        bench.get(&format!("/a/{at}?name=Ada")).await;
        bench.get(&format!("/docs/{at}")).await;
        let method = Method::from_bytes(format!("BREW{at}").as_bytes()).unwrap();
        bench.send(Request::builder().method(method).uri("/predict").body(Body::empty()).unwrap()).await;
    }
    let after = names(figures(&bench).await);
    assert_eq!(after, before);
    assert!(!after.iter().any(|name| name.contains("Ada") || name.contains("secret") || name.contains("BREW")));
}
