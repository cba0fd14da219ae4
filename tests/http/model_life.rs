//! The life of models while requests go on: reloaded, refused, called back, agreed on with other instances.

use crate::parity;
use crate::support::{Answer, Bench, Socket, query};
use futures_util::future::BoxFuture;
use scorer::api::config::Config;
use scorer::api::model_registry::shared::{Agreed, Shared};
use scorer::api::model_registry::{Order, Serving};
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

/// A model named like that of the fixtures, of another version and with other scores.
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

/// Whole at once, as a file is put that somebody may be reading.
fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    let beside = folder.path().join("beside.part");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, folder.path().join(name)).unwrap();
}

fn open(folder: &TempDir) -> Serving {
    Serving::open(vec![folder.path().to_owned()]).unwrap()
}

async fn ask(bench: &Bench, what: Value) -> Answer {
    bench.post("/admin/model", what.to_string()).await
}

async fn version(bench: &Bench) -> String {
    bench.post("/predict", "{}").await.json()["model_version"].as_str().unwrap().to_owned()
}

/// State by version, and reasons by file name.
async fn listed(bench: &Bench) -> HashMap<String, String> {
    let told = bench.get("/admin/models").await.json();
    let models = told["models"].as_array().unwrap().iter();
    let of = |model: &Value| {
        let file = || Path::new(model["file"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
        let name = model["version"].as_str().map_or_else(file, str::to_owned);
        (name, model["state"].as_str().unwrap().to_owned())
    };
    models.map(of).collect()
}

#[tokio::test]
async fn versions_are_listed_chosen_and_called_back() {
    let models = folder(&[("1.onnx", parity::own().model_of("1.9")), ("2.onnx", other("1.10"))]);
    let bench = Bench::new(open(&models)).await;
    assert_eq!(version(&bench).await, "1.10");
    assert_eq!(ask(&bench, json!({"action": "previous"})).await.status.as_u16(), 409);
    let told = ask(&bench, json!({"version": "1.9"})).await;
    assert_eq!(told.status.as_u16(), 200);
    assert_eq!(told.json()["in_service"]["models"][0]["version"], "1.9");
    assert_eq!(version(&bench).await, "1.9");
    let states = listed(&bench).await;
    assert_eq!((states["1.9"].as_str(), states["1.10"].as_str()), ("in_service", "previous"));
    assert_eq!(ask(&bench, json!({"action": "previous"})).await.status.as_u16(), 200);
    assert_eq!(version(&bench).await, "1.10");
    put(&models, "3.onnx", &parity::own().model_of("1.11"));
    assert_eq!(version(&bench).await, "1.10");
    ask(&bench, json!({"action": "reload"})).await;
    assert_eq!(version(&bench).await, "1.11");
    assert_eq!(listed(&bench).await["1.9"], "available");
    let (rows, _folder) = bench.rows().await;
    let logged: Vec<(String, String)> =
        query(&rows, "SELECT DISTINCT model_version, model_sha256 FROM prediction_logs", |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
    assert_eq!(logged.len(), 3, "{logged:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_told() {
    let models = folder(&[("1.onnx", parity::own().model_of("1"))]);
    let bench = Bench::new(open(&models)).await;
    for wrong in
        ["{}", "{", "[]", r#"{"action": "stop"}"#, r#"{"version": "1", "action": "reload"}"#, r#"{"file": "x"}"#]
    {
        let answer = bench.post("/admin/model", wrong).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].clone()),
            (422, json!("validation_error")),
            "{wrong}"
        );
        assert_eq!(answer.json()["detail"][0]["loc"], json!(["body"]));
    }
    let answer = ask(&bench, json!({"version": "7"})).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, json!("model_refused")));
    assert!(answer.json()["message"].as_str().unwrap().contains("\"7\""));
    assert_eq!(bench.post("/admin/model", "x".repeat(20_000)).await.status.as_u16(), 413);
    let fixed = Bench::new(Some(parity::own().scorer())).await;
    assert_eq!(ask(&fixed, json!({"action": "reload"})).await.status.as_u16(), 409);
}

#[tokio::test]
async fn a_broken_model_is_refused_and_the_one_in_service_stays() {
    let models = folder(&[("1.onnx", parity::own().model_of("1"))]);
    let bench = Bench::new(open(&models)).await;
    let good = other("2");
    let mut broken = good.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    for bytes in [&broken[..], &good[..good.len() / 2], b"", b"no model"] {
        for name in ["1.onnx", "2.onnx"] {
            put(&models, name, bytes);
            let answer = ask(&bench, json!({"action": "reload"})).await;
            assert_eq!(answer.status.as_u16(), 409);
            assert!(answer.json()["message"].as_str().unwrap().contains(name), "{}", answer.text());
            assert_eq!(version(&bench).await, "1");
            assert_eq!(listed(&bench).await[name], "refused");
            let ready = bench.get("/readyz").await;
            assert_eq!((ready.status.as_u16(), ready.json()["status"].clone()), (200, json!("degraded")));
            assert!(ready.json()["checks"]["files"]["detail"].as_str().unwrap().contains(name));
            put(&models, "1.onnx", &parity::own().model_of("1"));
            std::fs::remove_file(models.path().join("2.onnx")).unwrap_or_default();
        }
    }
    put(&models, "2.onnx", &good);
    assert_eq!(ask(&bench, json!({"action": "reload"})).await.status.as_u16(), 200);
    assert_eq!(version(&bench).await, "2");
    assert_eq!(bench.get("/readyz").await.json()["status"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_change_in_the_middle_of_load_and_no_answer_is_mixed() {
    let (one, two) = (parity::own().model_of("1"), other("2"));
    let expected: HashMap<String, f32> = [("1", &one), ("2", &two)]
        .map(|(version, file)| {
            let scorer = Scorer::open(&[("m".to_owned(), file.clone())]).unwrap();
            let lead = scorer::lead::Lead::empty(scorer.schema().len());
            (version.to_owned(), scorer.score(&[lead]).unwrap()[0].unwrap().probability)
        })
        .into();
    assert_ne!(expected["1"], expected["2"]);
    let models = folder(&[("1.onnx", one), ("2.onnx", two.clone())]);
    let socket = Socket::start(open(&models), Config::default()).await;
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
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
            let told = socket.ask(&post("/predict/batch", &batch)).await;
            let (head, body) = told.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200"), "{told}");
            let body: Value = serde_json::from_str(body).unwrap();
            let version = body["predictions"][0]["model_version"].as_str().unwrap().to_owned();
            for prediction in body["predictions"].as_array().unwrap() {
                assert_eq!(prediction["model_version"], version.as_str());
                assert_eq!(prediction["probability"].as_f64().unwrap() as f32, expected[&version]);
            }
            seen.insert(version);
            answered.fetch_add(1, Ordering::Relaxed);
        }
        seen
    };
    let change = async {
        for round in 0..12 {
            let (ask, status) = match round % 4 {
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
            let told = socket.ask(&post("/admin/model", &ask.to_string())).await;
            assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{ask}: {told}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (seen, also, ()) = tokio::join!(load, async { load_count(&answered).await }, change);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(also > 0);
}

async fn load_count(answered: &AtomicUsize) -> usize {
    while answered.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    answered.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_is_followed_once_it_is_whole() {
    let models = folder(&[("m.onnx", parity::own().model_of("5"))]);
    let socket = Socket::start(open(&models), Config::default()).await;
    let version = async || {
        let request = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let told = socket.ask(request).await;
        let body: Value = serde_json::from_str(told.split_once("\r\n\r\n").unwrap().1).unwrap();
        body["model_version"].as_str().unwrap().to_owned()
    };
    // Written over in place, slowly, by an older version: the file that was in service is gone, so its successor serves.
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
    let ready = socket.ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(ready.contains("\"status\":\"ready\""), "{ready}");
}

/// Stands for the database that instances share: both read and write one place.
#[derive(Debug, Default)]
struct Place {
    agreed: Mutex<Option<Agreed>>,
    away: AtomicBool,
}

impl Shared for Place {
    fn agreed(&self) -> BoxFuture<'_, Result<Option<Agreed>, String>> {
        Box::pin(async { self.told(|agreed| agreed.clone()) })
    }

    fn agree(&self, new: Agreed) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { self.told(|agreed| *agreed = Some(new)) })
    }
}

impl Place {
    fn told<T>(&self, with: impl FnOnce(&mut Option<Agreed>) -> T) -> Result<T, String> {
        let away = self.away.load(Ordering::Relaxed);
        if away { Err("the database is away".to_owned()) } else { Ok(with(&mut self.agreed.lock().unwrap())) }
    }
}

fn serves(serving: &Serving) -> String {
    serving.current().unwrap().models()[0].version().to_owned()
}

#[tokio::test]
async fn instances_agree_on_what_they_serve() {
    let (one, two) = (parity::own().model_of("1"), other("2"));
    let both = folder(&[("1.onnx", one.clone()), ("2.onnx", two.clone())]);
    let behind = folder(&[("2.onnx", two)]);
    let place = Arc::new(Place::default());
    let [first, second, third] = [&both, &both, &behind].map(open);
    for serving in [&first, &second, &third] {
        serving.share(place.clone());
        serving.look().await;
        assert_eq!(serves(serving), "2");
    }
    first.obey(Order::Version("1".to_owned()), "crm").await.unwrap();
    assert_eq!(place.agreed.lock().unwrap().as_ref().unwrap().by, "crm");
    second.look().await;
    assert_eq!(serves(&second), "1");
    // One that lacks the file says so and goes on, until it gets it.
    third.look().await;
    assert_eq!((serves(&third), third.standing().missing.as_ref().map(Vec::len)), ("2".to_owned(), Some(1)));
    put(&behind, "1.onnx", &one);
    third.look().await;
    third.look().await;
    assert_eq!((serves(&third), third.standing().missing.clone()), ("1".to_owned(), None));
    // An instance that begins later takes what is agreed on.
    let late = open(&both);
    late.share(place.clone());
    late.look().await;
    assert_eq!(serves(&late), "1");
    // Nothing changes while it cannot be agreed on, and what serves goes on.
    place.away.store(true, Ordering::Relaxed);
    assert!(first.obey(Order::Previous, "crm").await.unwrap_err().to_string().contains("away"));
    first.look().await;
    assert_eq!(serves(&first), "1");
    place.away.store(false, Ordering::Relaxed);
    second.obey(Order::Previous, "crm").await.unwrap();
    for serving in [&first, &late, &third] {
        serving.look().await;
        assert_eq!(serves(serving), "2");
    }
}
