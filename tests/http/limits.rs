//! What is refused for being too much: too often, too many at once, for too long.

use crate::parity;
use crate::support::Bench;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use scorer::api::api_keys::{ApiKey, ApiKeys, Scope};
use scorer::api::config::{AuthConfig, Config, Limits};
use scorer::api::rate_limit::Rate;
use std::time::{Duration, Instant};

fn config(limits: Limits) -> Config {
    Config { limits, ..Config::default() }
}

async fn bench(limits: Limits) -> Bench {
    Bench::with(Some(parity::own().scorer()), None, config(limits)).await
}

/// Ends when its sender is dropped.
fn endless(start: &'static str) -> (Body, tokio::sync::mpsc::Sender<()>) {
    let (going_on, mut ended) = tokio::sync::mpsc::channel::<()>(1);
    let first =
        futures_util::stream::once(async move { Ok::<_, std::io::Error>(Bytes::from_static(start.as_bytes())) });
    let then = futures_util::stream::once(async move {
        ended.recv().await;
        Ok(Bytes::from_static(b"}"))
    });
    (Body::from_stream(futures_util::StreamExt::chain(first, then)), going_on)
}

#[tokio::test]
async fn a_caller_beyond_the_rate_is_told_when_to_come_again() {
    let rate = Rate { burst: 3.try_into().unwrap(), .."60/h".parse().unwrap() };
    let bench = bench(Limits { rate: Some(rate), ..Limits::default() }).await;
    for left in [2, 1, 0] {
        let answer = bench.post("/predict", "{}").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=3;w=180");
        assert!(answer.header("ratelimit").starts_with(&format!("\"default\";r={left};t=")), "{:?}", answer.headers);
        assert!(answer.headers.get("x-ratelimit-limit").is_none());
    }
    let refused = bench.post("/predict", "{}").await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].clone()), (429, "rate_limited".into()));
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="));
    // What is open to all is not counted, nor refused.
    for path in ["/health", "/livez", "/readyz", "/"] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.headers.get("ratelimit").is_none(), "{path}");
    }
}

#[tokio::test]
async fn each_key_has_a_rate_of_its_own() {
    let made = ["one", "two"].map(|name| ApiKey::generate(name, vec![Scope::Predict]).unwrap());
    let lines = made.each_ref().map(|(_, key)| key.to_line()).join("\n");
    let access = AuthConfig { keys: ApiKeys::open(None, &lines).unwrap(), ..AuthConfig::default() };
    let rate = Rate { burst: 2.try_into().unwrap(), .."60/h".parse().unwrap() };
    let config = Config { auth: access, ..config(Limits { rate: Some(rate), ..Limits::default() }) };
    let bench = Bench::with(Some(parity::own().scorer()), None, config).await;
    let call = |secret: String| {
        let request = Request::post("/predict").header("x-api-key", secret).body(Body::from("{}"));
        bench.send(request.unwrap())
    };
    for (secret, _) in &made {
        for status in [200, 200, 429, 429] {
            assert_eq!(call(secret.clone()).await.status.as_u16(), status);
        }
    }
    // Nor are wrong keys tried for ever.
    for status in [401, 401, 429] {
        assert_eq!(call("ll_wrong".to_owned()).await.status.as_u16(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so_and_empties() {
    let bench = bench(Limits { queue: 1, ..Limits::default() }).await;
    let other = crate::support::open(&bench.database).await;
    // While another holds the database, the first prediction waits to be recorded.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = bench.post("/predict", "{}");
    let turned_away = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let answer = bench.post("/predict", "{}").await;
        other.execute_batch("ROLLBACK").unwrap();
        answer
    };
    let (waited, refused) = tokio::join!(waiting, turned_away);
    assert_eq!(waited.status, StatusCode::OK);
    assert_eq!((refused.status.as_u16(), refused.json()["error"].clone()), (503, "service_unavailable".into()));
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.json()["message"].as_str().unwrap().contains("waiting"), "{}", refused.text());
    assert_eq!(bench.post("/predict", "{}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_the_clients_fault() {
    let bench = bench(Limits { request: Duration::from_millis(300), ..Limits::default() }).await;
    let (body, _going_on) = endless("{");
    let started = Instant::now();
    let answer = bench.post("/predict", body).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (408, "request_timeout".into()));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_come_in_time_is_ours() {
    let bench = bench(Limits { request: Duration::from_millis(300), ..Limits::default() }).await;
    let other = crate::support::open(&bench.database).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = bench.post("/predict", "{}").await;
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (503, "service_unavailable".into()));
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn every_503_says_when_to_come_again() {
    let bench = Bench::new(None).await;
    let answer = bench.post("/predict", "{}").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
}
