//! Operations: maintenance, health checks, heartbeats, comparison of scores.

use crate::fixtures;
use crate::process::{Server, command, start_command, start_with};
use crate::support::TestApp;
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

fn maintenance_request(body: &Value) -> Request<Body> {
    Request::post("/admin/maintenance").body(Body::from(body.to_string())).unwrap()
}

fn predict_request() -> Request<Body> {
    let body = Body::from(r#"{"jobtitle": "CTO"}"#);
    Request::post("/predict").header("content-type", "application/json").body(body).unwrap()
}

#[tokio::test]
async fn maintenance_rejects_predictions_and_is_reported() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let response =
        app.send(maintenance_request(&json!({"on": true, "message": "Back at noon.", "minutes": 2.0}))).await;
    assert_eq!((response.status, response.json()["on"].as_bool()), (StatusCode::OK, Some(true)));
    assert!(response.json()["until"].as_str().unwrap().ends_with('Z'));
    for path in ["/predict", "/predict/batch"] {
        let body = Body::from(r#"{"leads": [{"jobtitle": "CTO"}]}"#);
        let response = app.send(Request::post(path).body(body).unwrap()).await;
        assert_eq!(
            (response.status, response.json()["message"].as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, Some("Back at noon."))
        );
        let again: u64 = response.header("retry-after").parse().unwrap();
        assert!((100..=120).contains(&again), "{again}");
    }
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("maintenance")));
    let health = app.get("/health").await;
    assert_eq!((health.status, health.json()["status"].as_str()), (StatusCode::OK, Some("healthy")));
    assert_eq!(health.json()["maintenance"].as_bool(), Some(true));
    assert_eq!(app.get("/livez").await.status, StatusCode::OK);
    let back = app.send(maintenance_request(&json!({"on": false}))).await;
    assert_eq!(back.json(), json!({"on": false, "message": null, "until": null}));
    assert_eq!(app.send(predict_request()).await.status, StatusCode::OK);
    assert!(app.get("/health").await.json().get("maintenance").is_none());
}

#[tokio::test]
async fn an_invalid_maintenance_request_is_rejected_by_member() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
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
        let response = app.send(maintenance_request(&body)).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(response.text().contains(member), "{}", response.text());
    }
    assert_eq!(app.get("/admin/maintenance").await.json()["on"].as_bool(), Some(false));
}

/// Push requests received by a stand-in of Uptime Kuma on this machine.
type ReceivedPushes = Arc<Mutex<Vec<String>>>;

async fn uptime_kuma() -> (String, ReceivedPushes) {
    let pushes = ReceivedPushes::default();
    let receive = async |State(pushes): State<ReceivedPushes>, RawQuery(query): RawQuery| {
        pushes.lock().unwrap().push(query.unwrap_or_default());
        r#"{"ok":true}"#
    };
    let router = Router::new().route("/api/push/secret-token", get(receive)).route("/beat", get(receive));
    (listen(router.with_state(pushes.clone())).await, pushes)
}

async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn wait_for_push(pushes: &ReceivedPushes, is_it: impl Fn(&str) -> bool) {
    let started = Instant::now();
    while !pushes.lock().unwrap().iter().any(|query| is_it(query)) {
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", pushes.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uptime_kuma_gets_up_and_down_and_plain_heartbeats_only_up() {
    let (monitor, pushes) = uptime_kuma().await;
    let folder = TempDir::new().unwrap();
    let push = format!("{monitor}/api/push/secret-token?status=up&msg=OK&ping=");
    let server = start_with(folder.path(), &["--heartbeat-url", &push, "--heartbeat-seconds", "1"]);
    wait_for_push(&pushes, |query| query.starts_with("status=up&msg=ready&ping=")).await;
    let (model, reload) = (folder.path().join("model.onnx"), r#"{"action": "reload"}"#);
    std::fs::write(&model, "no model").unwrap();
    assert!(!post_to(&server, "/admin/model", reload).await);
    wait_for_push(&pushes, |query| query.starts_with("status=up&msg=degraded") && query.contains("files")).await;
    std::fs::write(&model, fixtures::own().model()).unwrap();
    assert!(post_to(&server, "/admin/model", reload).await);
    // Without keys, localhost may change it.
    assert!(post_to(&server, "/admin/maintenance", r#"{"on": true}"#).await);
    wait_for_push(&pushes, |query| query.starts_with("status=down&msg=maintenance&ping=")).await;
    drop(server);
    pushes.lock().unwrap().clear();
    let beat = format!("{monitor}/beat?grace=5");
    let server = start_with(folder.path(), &["--heartbeat-url", &beat, "--heartbeat-seconds", "1", "--maintenance"]);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(*pushes.lock().unwrap(), Vec::<String>::new(), "no news is bad news");
    assert!(post_to(&server, "/admin/maintenance", r#"{"on": false}"#).await);
    wait_for_push(&pushes, |query| query == "grace=5").await;
}

async fn post_to(server: &Server, path: &'static str, body: &'static str) -> bool {
    let address = server.address.clone();
    let posted = tokio::task::spawn_blocking(move || crate::process::post(&address, path, body));
    posted.await.unwrap().is_some_and(|(status, _)| status == 200)
}

#[test]
fn an_unreachable_monitor_is_harmless_and_its_token_stays_secret() {
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

fn output_text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn the_health_check_sets_its_exit_code() {
    let folder = TempDir::new().unwrap();
    let server = start_with(folder.path(), &["--maintenance"]);
    let url = format!("http://{}", server.address);
    let (alive, ready) = (["health", "--url", &url], ["health", "--url", &url, "--ready"]);
    assert_eq!(leadlight(folder.path(), &alive).status.code(), Some(0));
    let not_ready = leadlight(folder.path(), &ready);
    assert_eq!(not_ready.status.code(), Some(1));
    assert!(output_text(&not_ready).contains("/readyz returned HTTP 503"), "{}", output_text(&not_ready));
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    assert_eq!(leadlight(folder.path(), &["health", "--port", &port]).status.code(), Some(0));
    drop(server);
    let stopped = leadlight(folder.path(), &alive);
    assert_eq!(
        (stopped.status.code(), output_text(&stopped).lines().count()),
        (Some(1), 1),
        "{}",
        output_text(&stopped)
    );
    let wrong = leadlight(folder.path(), &["health", "--url", "ftp://x"]);
    assert!(output_text(&wrong).contains("http://"), "{}", output_text(&wrong));
}

#[test]
fn a_deployment_is_verified_by_its_commit() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("revision"), "0123abcd\n").unwrap();
    let server = start_with(folder.path(), &["--revision-file", "revision", "--instance", "left-1"]);
    let url = format!("http://{}", server.address);
    let check_revision =
        |revision| leadlight(folder.path(), &["health", "--ready", "--url", &url, "--revision", revision]);
    assert_eq!(check_revision("0123abcd").status.code(), Some(0));
    let other = check_revision("4567");
    assert_eq!(other.status.code(), Some(1));
    assert!(output_text(&other).contains("runs 0123abcd, not 4567"), "{}", output_text(&other));
    let silent = start_with(folder.path(), &[]);
    let url = format!("http://{}", silent.address);
    let unnamed = leadlight(folder.path(), &["health", "--url", &url, "--revision", "4567"]);
    assert!(output_text(&unnamed).contains("reports no commit"), "{}", output_text(&unnamed));
    std::fs::write(folder.path().join("revision"), "two words").unwrap();
    let rejected = leadlight(folder.path(), &["serve", "--revision-file", "revision"]);
    assert!(output_text(&rejected).contains("revision should contain one commit"), "{}", output_text(&rejected));
    let rejected = leadlight(folder.path(), &["serve", "--instance", "a/b"]);
    assert!(output_text(&rejected).contains("--instance"), "{}", output_text(&rejected));
}

#[test]
fn scores_of_a_real_api_match_singly_and_in_a_batch() {
    let folder = TempDir::new().unwrap();
    let server = start_command(&mut command(folder.path()));
    let url = format!("http://{}/", server.address);
    let model = folder.path().join("model.onnx");
    let model = model.to_str().unwrap();
    let same = leadlight(folder.path(), &["validate", "--staging-url", &url, "--model", model]);
    assert_eq!(same.status.code(), Some(0), "{}", output_text(&same));
    assert!(
        output_text(&same).contains("sample 12") && output_text(&same).contains("model 1, lead 24"),
        "{}",
        output_text(&same)
    );
    assert!(output_text(&same).contains("all 36 leads match"), "{}", output_text(&same));
    let local =
        leadlight(folder.path(), &["validate", "--local-only", "--model", model, "--url", "http://127.0.0.1:9"]);
    assert_eq!(local.status.code(), Some(0));
    assert!(output_text(&local).contains("36 leads scored locally; no request was sent"));
    drop(server);
    let stopped = leadlight(folder.path(), &["validate", "--url", &url, "--model", model]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(output_text(&stopped).contains("cannot reach the API"), "{}", output_text(&stopped));
}

/// Returns a wrong response to a batch of this many leads, or to one lead.
type WrongResponse = fn(Option<usize>) -> Value;

#[tokio::test(flavor = "multi_thread")]
async fn scores_of_a_wrong_api_do_not_match() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("model.onnx"), fixtures::own().model()).unwrap();
    let responses: [(WrongResponse, &str); 4] = [
        (|leads| wrong_response(leads, &json!({"score": 0.5})), "36 of 36 leads do not match"),
        (|leads| wrong_response(leads.map(|leads| leads - 1), &json!({"score": 0.5})), "35 predictions for 36 leads"),
        (|leads| wrong_response(leads, &json!({"score": "high"})), "single: the response has no score"),
        (|_| json!("nonsense"), "batch: the response has no list of predictions"),
    ];
    for (response, words) in responses {
        let router = Router::new()
            .route("/health", get(async || "healthy"))
            .route("/predict", post(async move || axum::Json(response(None))))
            .route(
                "/predict/batch",
                post(async move |axum::Json(body): axum::Json<Value>| {
                    axum::Json(response(Some(body["leads"].as_array().unwrap().len())))
                }),
            );
        let url = listen(router).await;
        let at = folder.path().to_owned();
        let checked =
            tokio::task::spawn_blocking(move || leadlight(&at, &["validate", "--url", &url, "--model", "model.onnx"]));
        let checked = checked.await.unwrap();
        assert_eq!(checked.status.code(), Some(1), "{}", output_text(&checked));
        assert!(output_text(&checked).contains(words), "{}", output_text(&checked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_api_is_not_queried_for_every_lead() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("model.onnx"), fixtures::own().model()).unwrap();
    let router = Router::new()
        .route("/health", get(async || "healthy"))
        .route("/predict", post(std::future::pending::<()>))
        .route("/predict/batch", post(std::future::pending::<()>));
    let url = listen(router).await;
    let at = folder.path().to_owned();
    let arguments = ["validate", "--url", &url, "--model", "model.onnx", "--timeout", "1"].map(str::to_owned);
    let checked = tokio::task::spawn_blocking(move || leadlight(&at, &arguments.each_ref().map(String::as_str)));
    let checked = tokio::time::timeout(std::time::Duration::from_secs(20), checked).await.unwrap().unwrap();
    assert_eq!(checked.status.code(), Some(1), "{}", output_text(&checked));
    for words in ["no response within the timeout", "not sent: timeout reached", "36 of 36 leads do not match"] {
        assert!(output_text(&checked).contains(words), "{}", output_text(&checked));
    }
    let lax = leadlight(folder.path(), &["validate", "--model", "model.onnx", "--tolerance", "inf"]);
    assert!(output_text(&lax).contains("--tolerance should be"), "{}", output_text(&lax));
}

fn wrong_response(leads: Option<usize>, prediction: &Value) -> Value {
    match leads {
        None => prediction.clone(),
        Some(leads) => json!({"predictions": vec![prediction.clone(); leads], "total_count": leads}),
    }
}
