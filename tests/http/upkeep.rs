//! Maintenance, and what those who watch from outside are told: health checks, heartbeats, the comparison of scores.

use crate::parity;
use crate::process::{Server, command, start_command, start_with};
use crate::support::Bench;
use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

fn order(body: &Value) -> Request<Body> {
    Request::post("/admin/maintenance").body(Body::from(body.to_string())).unwrap()
}

fn lead() -> Request<Body> {
    let body = Body::from(r#"{"jobtitle": "CTO"}"#);
    Request::post("/predict").header("content-type", "application/json").body(body).unwrap()
}

#[tokio::test]
async fn under_maintenance_nothing_is_scored_and_everyone_is_told() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let told = bench.send(order(&json!({"on": true, "message": "Back at noon.", "minutes": 2.0}))).await;
    assert_eq!((told.status, told.json()["on"].as_bool()), (StatusCode::OK, Some(true)));
    assert!(told.json()["until"].as_str().unwrap().ends_with('Z'));
    for path in ["/predict", "/predict/batch"] {
        let body = Body::from(r#"{"leads": [{"jobtitle": "CTO"}]}"#);
        let answer = bench.send(Request::post(path).body(body).unwrap()).await;
        assert_eq!(
            (answer.status, answer.json()["message"].as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, Some("Back at noon."))
        );
        let again: u64 = answer.header("retry-after").parse().unwrap();
        assert!((100..=120).contains(&again), "{again}");
    }
    let ready = bench.get("/readyz").await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("maintenance")));
    let health = bench.get("/health").await;
    assert_eq!((health.status, health.json()["status"].as_str()), (StatusCode::OK, Some("healthy")));
    assert_eq!(health.json()["maintenance"].as_bool(), Some(true));
    assert_eq!(bench.get("/livez").await.status, StatusCode::OK);
    let back = bench.send(order(&json!({"on": false}))).await;
    assert_eq!(back.json(), json!({"on": false, "message": null, "until": null}));
    assert_eq!(bench.send(lead()).await.status, StatusCode::OK);
    assert!(bench.get("/health").await.json().get("maintenance").is_none());
}

#[tokio::test]
async fn an_order_that_is_none_is_refused_with_its_member() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let long = "x".repeat(501);
    for (body, member) in [
        (json!({}), "on"),
        (json!({"on": 1}), "boolean"),
        (json!({"on": true, "minutes": 0}), "minutes"),
        (json!({"on": true, "minutes": 2.5}), "minutes"),
        (json!({"on": true, "minutes": 99_999}), "minutes"),
        (json!({"on": true, "message": long}), "message"),
        (json!({"on": true, "for": 3}), "for"),
    ] {
        let answer = bench.send(order(&body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(answer.text().contains(member), "{}", answer.text());
    }
    assert_eq!(bench.get("/admin/maintenance").await.json()["on"].as_bool(), Some(false));
}

/// What an Uptime Kuma on this machine heard on its push address.
type Heard = Arc<Mutex<Vec<String>>>;

async fn kuma() -> (String, Heard) {
    let heard = Heard::default();
    let hear = async |State(heard): State<Heard>, RawQuery(query): RawQuery| {
        heard.lock().unwrap().push(query.unwrap_or_default());
        r#"{"ok":true}"#
    };
    let router = Router::new().route("/api/push/secret-token", get(hear)).route("/beat", get(hear));
    (listen(router.with_state(heard.clone())).await, heard)
}

async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn until(heard: &Heard, is_it: impl Fn(&str) -> bool) {
    let started = Instant::now();
    while !heard.lock().unwrap().iter().any(|query| is_it(query)) {
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", heard.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uptime_kuma_is_told_up_and_down_and_plain_heartbeats_only_up() {
    let (monitor, heard) = kuma().await;
    let folder = TempDir::new().unwrap();
    let push = format!("{monitor}/api/push/secret-token?status=up&msg=OK&ping=");
    let server = start_with(folder.path(), &["--heartbeat-url", &push, "--heartbeat-seconds", "1"]);
    until(&heard, |query| query.starts_with("status=up&msg=ready&ping=")).await;
    let (model, reload) = (folder.path().join("model.onnx"), r#"{"action": "reload"}"#);
    std::fs::write(&model, "no model").unwrap();
    assert!(!post_to(&server, "/admin/model", reload).await);
    until(&heard, |query| query.starts_with("status=up&msg=degraded") && query.contains("files")).await;
    std::fs::write(&model, parity::own().model()).unwrap();
    assert!(post_to(&server, "/admin/model", reload).await);
    // Without a key, its own machine may change that.
    assert!(post_to(&server, "/admin/maintenance", r#"{"on": true}"#).await);
    until(&heard, |query| query.starts_with("status=down&msg=maintenance&ping=")).await;
    drop(server);
    heard.lock().unwrap().clear();
    let beat = format!("{monitor}/beat?grace=5");
    let server = start_with(folder.path(), &["--heartbeat-url", &beat, "--heartbeat-seconds", "1", "--maintenance"]);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(*heard.lock().unwrap(), Vec::<String>::new(), "no news is bad news");
    assert!(post_to(&server, "/admin/maintenance", r#"{"on": false}"#).await);
    until(&heard, |query| query == "grace=5").await;
}

async fn post_to(server: &Server, path: &'static str, body: &'static str) -> bool {
    let address = server.address.clone();
    let posted = tokio::task::spawn_blocking(move || crate::process::post(&address, path, body));
    posted.await.unwrap().is_some_and(|(status, _)| status == 200)
}

#[test]
fn a_monitor_that_is_away_disturbs_nothing_and_its_token_stays_secret() {
    let folder = TempDir::new().unwrap();
    let mut serve = command(folder.path());
    let (server, log) = crate::process::start_logged(serve.args([
        "--heartbeat-url",
        "http://127.0.0.1:9/api/push/secret-token",
        "--heartbeat-seconds",
        "1",
    ]));
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(crate::process::post(&server.address, "/predict", "{}").unwrap().0, 200);
    let written = log(server);
    assert!(written.contains("cannot reach the uptime monitor") && !written.contains("secret-token"), "{written}");
}

fn leadlight(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    for name in ["LEADLIGHT_API_KEY", "LEADLIGHT_PORT", "LEADLIGHT_MODELS", "STAGING_URL"] {
        program.env_remove(name);
    }
    program.args(arguments).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_health_check_tells_by_its_exit_code() {
    let folder = TempDir::new().unwrap();
    let server = start_with(folder.path(), &["--maintenance"]);
    let url = format!("http://{}", server.address);
    let (alive, ready) = (["health", "--url", &url], ["health", "--url", &url, "--ready"]);
    assert_eq!(leadlight(folder.path(), &alive).status.code(), Some(0));
    let not_ready = leadlight(folder.path(), &ready);
    assert_eq!(not_ready.status.code(), Some(1));
    assert!(said(&not_ready).contains("/readyz answers 503"), "{}", said(&not_ready));
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    assert_eq!(leadlight(folder.path(), &["health", "--port", &port]).status.code(), Some(0));
    drop(server);
    let gone = leadlight(folder.path(), &alive);
    assert_eq!((gone.status.code(), said(&gone).lines().count()), (Some(1), 1), "{}", said(&gone));
    let wrong = leadlight(folder.path(), &["health", "--url", "ftp://x"]);
    assert!(said(&wrong).contains("http://"), "{}", said(&wrong));
}

#[test]
fn a_deployment_is_known_by_its_commit() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("revision"), "0123abcd\n").unwrap();
    let server = start_with(folder.path(), &["--revision-file", "revision", "--instance", "left-1"]);
    let url = format!("http://{}", server.address);
    let ask = |revision| leadlight(folder.path(), &["health", "--ready", "--url", &url, "--revision", revision]);
    assert_eq!(ask("0123abcd").status.code(), Some(0));
    let other = ask("4567");
    assert_eq!(other.status.code(), Some(1));
    assert!(said(&other).contains("runs 0123abcd, not 4567"), "{}", said(&other));
    let silent = start_with(folder.path(), &[]);
    let url = format!("http://{}", silent.address);
    let untold = leadlight(folder.path(), &["health", "--url", &url, "--revision", "4567"]);
    assert!(said(&untold).contains("does not tell its commit"), "{}", said(&untold));
    std::fs::write(folder.path().join("revision"), "two words").unwrap();
    let refused = leadlight(folder.path(), &["serve", "--revision-file", "revision"]);
    assert!(said(&refused).contains("revision should hold one commit"), "{}", said(&refused));
    let refused = leadlight(folder.path(), &["serve", "--instance", "a/b"]);
    assert!(said(&refused).contains("--instance"), "{}", said(&refused));
}

#[test]
fn scores_of_a_real_api_match_singly_and_in_a_batch() {
    let folder = TempDir::new().unwrap();
    let server = start_command(&mut command(folder.path()));
    let url = format!("http://{}/", server.address);
    let model = folder.path().join("model.onnx");
    let model = model.to_str().unwrap();
    let same = leadlight(folder.path(), &["validate", "--staging-url", &url, "--model", model]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(said(&same).contains("sample 12") && said(&same).contains("model 1, lead 24"), "{}", said(&same));
    assert!(said(&same).contains("all 36 leads match"), "{}", said(&same));
    let local =
        leadlight(folder.path(), &["validate", "--local-only", "--model", model, "--url", "http://127.0.0.1:9"]);
    assert_eq!(local.status.code(), Some(0));
    assert!(said(&local).contains("36 leads scored here; no API was asked"));
    drop(server);
    let gone = leadlight(folder.path(), &["validate", "--url", &url, "--model", model]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(said(&gone).contains("the API cannot be asked"), "{}", said(&gone));
}

/// How an API that is not to be trusted answers a batch of so many leads, or one lead.
type Lie = fn(Option<usize>) -> Value;

#[tokio::test(flavor = "multi_thread")]
async fn scores_of_a_lying_api_do_not_match() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("model.onnx"), parity::own().model()).unwrap();
    let lies: [(Lie, &str); 4] = [
        (|leads| told(leads, &json!({"score": 0.5})), "36 of 36 leads do not match"),
        (|leads| told(leads.map(|leads| leads - 1), &json!({"score": 0.5})), "35 predictions for 36 leads"),
        (|leads| told(leads, &json!({"score": "high"})), "single: the response has no score"),
        (|_| json!("nonsense"), "batch: the response has no list of predictions"),
    ];
    for (lie, words) in lies {
        let router = Router::new()
            .route("/health", get(async || "healthy"))
            .route("/predict", post(async move || axum::Json(lie(None))))
            .route(
                "/predict/batch",
                post(async move |axum::Json(body): axum::Json<Value>| {
                    axum::Json(lie(Some(body["leads"].as_array().unwrap().len())))
                }),
            );
        let url = listen(router).await;
        let at = folder.path().to_owned();
        let checked =
            tokio::task::spawn_blocking(move || leadlight(&at, &["validate", "--url", &url, "--model", "model.onnx"]));
        let checked = checked.await.unwrap();
        assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
        assert!(said(&checked).contains(words), "{}", said(&checked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_answers_no_prediction_is_not_waited_for_lead_by_lead() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("model.onnx"), parity::own().model()).unwrap();
    let router = Router::new()
        .route("/health", get(async || "healthy"))
        .route("/predict", post(std::future::pending::<()>))
        .route("/predict/batch", post(std::future::pending::<()>));
    let url = listen(router).await;
    let at = folder.path().to_owned();
    let arguments = ["validate", "--url", &url, "--model", "model.onnx", "--timeout", "1"].map(str::to_owned);
    let checked = tokio::task::spawn_blocking(move || leadlight(&at, &arguments.each_ref().map(String::as_str)));
    let checked = tokio::time::timeout(std::time::Duration::from_secs(20), checked).await.unwrap().unwrap();
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    for words in ["no response within the timeout", "not sent: timeout reached", "36 of 36 leads do not match"] {
        assert!(said(&checked).contains(words), "{}", said(&checked));
    }
    let lax = leadlight(folder.path(), &["validate", "--model", "model.onnx", "--tolerance", "inf"]);
    assert!(said(&lax).contains("--tolerance should be"), "{}", said(&lax));
}

fn told(leads: Option<usize>, prediction: &Value) -> Value {
    match leads {
        None => prediction.clone(),
        Some(leads) => json!({"predictions": vec![prediction.clone(); leads], "total_count": leads}),
    }
}
