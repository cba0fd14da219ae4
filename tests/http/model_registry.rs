//! Model changes under load: reload, rejected files, rollback, agreement between instances.

use crate::fixtures;
use crate::support::{Socket, TestApp, TestResponse, query};
use futures_util::future::BoxFuture;
use scorer::api::config::Config;
use scorer::api::model_registry::{ClusterSync, Command, DesiredModels, ModelRegistry};
use scorer::insight::card::Card;
use scorer::insight::grade::Grades;
use scorer::pipeline::{Model, ModelParts, Scorer, pack};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Returns a model with the name of the fixtures' model, another version and other scores.
fn other(version: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/linkedin-engagement-basic.onnx");
    let file = std::fs::read(path).unwrap();
    let encoder = Model::open("other", &file).unwrap().encoder().specification().clone();
    let card = Card { name: "old".to_owned(), version: version.to_owned(), ..Card::default() };
    pack(&file, ModelParts { encoder, card, grades: Grades::default(), profile: None, output: None }).unwrap()
}

fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, bytes)| put(&folder, name, bytes));
    folder
}

/// Writes a file atomically.
fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    let part = folder.path().join("new.part");
    std::fs::write(&part, bytes).unwrap();
    std::fs::rename(&part, folder.path().join(name)).unwrap();
}

fn open(folder: &TempDir) -> ModelRegistry {
    ModelRegistry::open(vec![folder.path().to_owned()]).unwrap()
}

async fn post_change(app: &TestApp, change: Value) -> TestResponse {
    app.post("/admin/model", change.to_string()).await
}

async fn version(app: &TestApp) -> String {
    app.post("/predict", "{}").await.json()["model_version"].as_str().unwrap().to_owned()
}

/// Returns states by version, or by file name without one.
async fn listed(app: &TestApp) -> HashMap<String, String> {
    let status = app.get("/admin/models").await.json();
    let models = status["models"].as_array().unwrap().iter();
    let of = |model: &Value| {
        let file = || Path::new(model["file"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
        let name = model["version"].as_str().map_or_else(file, str::to_owned);
        (name, model["state"].as_str().unwrap().to_owned())
    };
    models.map(of).collect()
}

#[tokio::test]
async fn versions_are_listed_selected_and_rolled_back() {
    let models = folder(&[("1.onnx", fixtures::own().model_of("1.9")), ("2.onnx", other("1.10"))]);
    let app = TestApp::new(open(&models)).await;
    assert_eq!(version(&app).await, "1.10");
    assert_eq!(post_change(&app, json!({"action": "previous"})).await.status.as_u16(), 409);
    let response = post_change(&app, json!({"version": "1.9"})).await;
    assert_eq!(response.status.as_u16(), 200);
    assert_eq!(response.json()["in_service"]["models"][0]["version"], "1.9");
    assert_eq!(version(&app).await, "1.9");
    let states = listed(&app).await;
    assert_eq!((states["1.9"].as_str(), states["1.10"].as_str()), ("in_service", "previous"));
    assert_eq!(post_change(&app, json!({"action": "previous"})).await.status.as_u16(), 200);
    assert_eq!(version(&app).await, "1.10");
    put(&models, "3.onnx", &fixtures::own().model_of("1.11"));
    assert_eq!(version(&app).await, "1.10");
    post_change(&app, json!({"action": "reload"})).await;
    assert_eq!(version(&app).await, "1.11");
    assert_eq!(listed(&app).await["1.9"], "available");
    let (rows, _folder) = app.rows().await;
    let logged: Vec<(String, String)> =
        query(&rows, "SELECT DISTINCT model_version, model_sha256 FROM prediction_logs", |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
    assert_eq!(logged.len(), 3, "{logged:?}");
}

#[tokio::test]
async fn invalid_commands_are_rejected() {
    let models = folder(&[("1.onnx", fixtures::own().model_of("1"))]);
    let app = TestApp::new(open(&models)).await;
    for wrong in
        ["{}", "{", "[]", r#"{"action": "stop"}"#, r#"{"version": "1", "action": "reload"}"#, r#"{"file": "x"}"#]
    {
        let response = app.post("/admin/model", wrong).await;
        assert_eq!(
            (response.status.as_u16(), response.json()["error"].clone()),
            (422, json!("validation_error")),
            "{wrong}"
        );
        assert_eq!(response.json()["detail"][0]["loc"], json!(["body"]));
    }
    let response = post_change(&app, json!({"version": "7"})).await;
    assert_eq!((response.status.as_u16(), response.json()["error"].clone()), (409, json!("model_refused")));
    assert!(response.json()["message"].as_str().unwrap().contains("\"7\""));
    assert_eq!(app.post("/admin/model", "x".repeat(20_000)).await.status.as_u16(), 413);
    let fixed = TestApp::new(Some(fixtures::own().scorer())).await;
    assert_eq!(post_change(&fixed, json!({"action": "reload"})).await.status.as_u16(), 409);
}

#[tokio::test]
async fn a_broken_model_is_refused_and_the_one_in_service_stays() {
    let models = folder(&[("1.onnx", fixtures::own().model_of("1"))]);
    let app = TestApp::new(open(&models)).await;
    let good = other("2");
    let mut broken = good.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    for bytes in [&broken[..], &good[..good.len() / 2], b"", b"no model"] {
        for name in ["1.onnx", "2.onnx"] {
            put(&models, name, bytes);
            let response = post_change(&app, json!({"action": "reload"})).await;
            assert_eq!(response.status.as_u16(), 409);
            assert!(response.json()["message"].as_str().unwrap().contains(name), "{}", response.text());
            assert_eq!(version(&app).await, "1");
            assert_eq!(listed(&app).await[name], "refused");
            let ready = app.get("/readyz").await;
            assert_eq!((ready.status.as_u16(), ready.json()["status"].clone()), (200, json!("degraded")));
            assert!(ready.json()["checks"]["files"]["detail"].as_str().unwrap().contains(name));
            put(&models, "1.onnx", &fixtures::own().model_of("1"));
            std::fs::remove_file(models.path().join("2.onnx")).unwrap_or_default();
        }
    }
    put(&models, "2.onnx", &good);
    assert_eq!(post_change(&app, json!({"action": "reload"})).await.status.as_u16(), 200);
    assert_eq!(version(&app).await, "2");
    assert_eq!(app.get("/readyz").await.json()["status"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_change_under_load_without_mixed_responses() {
    let (one, two) = (fixtures::own().model_of("1"), other("2"));
    let expected: HashMap<String, f32> = [("1", &one), ("2", &two)]
        .map(|(version, file)| {
            let scorer = Scorer::open(&[("m".to_owned(), file.clone())]).unwrap();
            let lead = scorer::lead::Lead::empty(scorer.schema().len());
            (version.to_owned(), scorer.score(&[lead]).unwrap()[0].as_ref().unwrap().probability)
        })
        .into();
    assert_ne!(expected["1"], expected["2"]);
    let models = folder(&[("1.onnx", one), ("2.onnx", two.clone())]);
    let socket = Socket::start(open(&models), Config::default()).await;
    let (stop, responses) = (AtomicBool::new(false), AtomicUsize::new(0));
    let batch = json!({"leads": vec![json!({}); 50]}).to_string();
    let post = |path: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let load = async {
        let mut seen = std::collections::HashSet::new();
        while !stop.load(Ordering::Relaxed) {
            let response = socket.request(&post("/predict/batch", &batch)).await;
            let (head, body) = response.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200"), "{response}");
            let body: Value = serde_json::from_str(body).unwrap();
            let version = body["predictions"][0]["model_version"].as_str().unwrap().to_owned();
            for prediction in body["predictions"].as_array().unwrap() {
                assert_eq!(prediction["model_version"], version.as_str());
                assert_eq!(prediction["probability"].as_f64().unwrap() as f32, expected[&version]);
            }
            seen.insert(version);
            responses.fetch_add(1, Ordering::Relaxed);
        }
        seen
    };
    let change = async {
        for round in 0..12 {
            let (change, status) = match round % 4 {
                0 => (json!({"version": "1"}), "200"),
                1 => (json!({"action": "previous"}), "200"),
                2 => {
                    put(&models, "3.onnx", &two[..two.len() - 9]);
                    (json!({"action": "reload"}), "409")
                }
                _ => {
                    std::fs::remove_file(models.path().join("3.onnx")).unwrap();
                    (json!({"action": "reload"}), "200")
                }
            };
            let response = socket.request(&post("/admin/model", &change.to_string())).await;
            assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{change}: {response}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (seen, also, ()) = tokio::join!(load, async { wait_for_response(&responses).await }, change);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(also > 0);
}

async fn wait_for_response(responses: &AtomicUsize) -> usize {
    while responses.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    responses.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_loaded_once_it_is_complete() {
    let models = folder(&[("m.onnx", fixtures::own().model_of("5"))]);
    let socket = Socket::start(open(&models), Config::default()).await;
    let version = async || {
        let request = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let response = socket.request(request).await;
        let body: Value = serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap();
        body["model_version"].as_str().unwrap().to_owned()
    };
    // Overwritten in place, slowly, by an older version: the file in service is gone, so its successor serves.
    let next = other("4");
    let path = models.path().join("m.onnx");
    for part in 1..=8 {
        std::fs::write(&path, &next[..next.len() * part / 8]).unwrap();
        assert_eq!(version().await, "5");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let started = Instant::now();
    while version().await != "4" {
        assert!(started.elapsed() < Duration::from_secs(15), "the new file is not followed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let ready = socket.request("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(ready.contains("\"status\":\"ready\""), "{ready}");
}

/// Shared database of the instances, in memory.
#[derive(Debug, Default)]
struct MemorySync {
    desired: Mutex<Option<DesiredModels>>,
    unreachable: AtomicBool,
}

impl ClusterSync for MemorySync {
    fn desired(&self) -> BoxFuture<'_, Result<Option<DesiredModels>, String>> {
        Box::pin(async { self.access(|desired| desired.clone()) })
    }

    fn set_desired(&self, new: DesiredModels) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { self.access(|desired| *desired = Some(new)) })
    }
}

impl MemorySync {
    fn access<T>(&self, with: impl FnOnce(&mut Option<DesiredModels>) -> T) -> Result<T, String> {
        let unreachable = self.unreachable.load(Ordering::Relaxed);
        if unreachable { Err("the database is away".to_owned()) } else { Ok(with(&mut self.desired.lock().unwrap())) }
    }
}

fn serves(registry: &ModelRegistry) -> String {
    registry.current().unwrap().models()[0].version().to_owned()
}

#[tokio::test]
async fn instances_agree_on_their_models() {
    let (one, two) = (fixtures::own().model_of("1"), other("2"));
    let both = folder(&[("1.onnx", one.clone()), ("2.onnx", two.clone())]);
    let behind = folder(&[("2.onnx", two)]);
    let cluster = Arc::new(MemorySync::default());
    let [first, second, third] = [&both, &both, &behind].map(open);
    for registry in [&first, &second, &third] {
        registry.join_cluster(cluster.clone());
        registry.poll().await;
        assert_eq!(serves(registry), "2");
    }
    first.apply(Command::Version("1".to_owned()), "crm").await.unwrap();
    assert_eq!(cluster.desired.lock().unwrap().as_ref().unwrap().by, "crm");
    second.poll().await;
    assert_eq!(serves(&second), "1");
    // An instance without the file reports it and keeps its models until the file appears.
    third.poll().await;
    assert_eq!((serves(&third), third.status().missing.as_ref().map(Vec::len)), ("2".to_owned(), Some(1)));
    put(&behind, "1.onnx", &one);
    third.poll().await;
    third.poll().await;
    assert_eq!((serves(&third), third.status().missing.clone()), ("1".to_owned(), None));
    // An instance that starts later adopts the desired models.
    let late = open(&both);
    late.join_cluster(cluster.clone());
    late.poll().await;
    assert_eq!(serves(&late), "1");
    // While the database is unreachable nothing changes and the models in service stay.
    cluster.unreachable.store(true, Ordering::Relaxed);
    assert!(first.apply(Command::Previous, "crm").await.unwrap_err().to_string().contains("away"));
    first.poll().await;
    assert_eq!(serves(&first), "1");
    cluster.unreachable.store(false, Ordering::Relaxed);
    second.apply(Command::Previous, "crm").await.unwrap();
    for registry in [&first, &late, &third] {
        registry.poll().await;
        assert_eq!(serves(registry), "2");
    }
}
