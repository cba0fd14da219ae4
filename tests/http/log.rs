//! The log: acknowledged predictions, requests, and rows of the replaced service.

use crate::fixtures;
use crate::support::{TestApp, count, open, query};
use axum::body::Body;
use axum::http::Request;
use prediction_log::{Settings, Store, StoreError};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_prediction_is_logged_as_sent() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let title = "CTO \"acting\" \\ é\n\u{1}";
    let lead = json!({"lead_key": "crm-7", "jobtitle": title, "summary": "plain", "llm_quality": "75", "unknown": 1, "skills": null});
    let request = Request::post("/predict").header("x-request-id", "call 9").body(Body::from(lead.to_string()));
    let body = app.send(request.unwrap()).await.json();
    let (rows, _folder) = app.rows().await;
    let mut statement = rows.prepare("SELECT * FROM prediction_logs").unwrap();
    let mut found = statement.query([]).unwrap();
    let row = found.next().unwrap().unwrap();
    for (column, member) in [("id", "prediction_id"), ("label", "label"), ("model_version", "model_version")] {
        assert_eq!(row.get::<_, String>(column).unwrap(), body[member].as_str().unwrap());
    }
    assert_eq!(row.get::<_, f64>("predicted_score").unwrap(), body["score"].as_f64().unwrap());
    assert_eq!(row.get::<_, f64>("probability").unwrap() as f32, body["probability"].as_f64().unwrap() as f32);
    assert_eq!(row.get::<_, f64>("inference_time_ms").unwrap(), body["inference_time_ms"].as_f64().unwrap());
    assert_eq!(row.get::<_, String>("request_id").unwrap(), "call 9");
    assert_eq!(
        (row.get::<_, String>("lead_key").unwrap(), body["lead_key"].as_str()),
        ("crm-7".to_owned(), Some("crm-7"))
    );
    let features: Value = serde_json::from_str(&row.get::<_, String>("input_features").unwrap()).unwrap();
    assert_eq!(features, json!({"jobtitle": title, "summary": "plain", "llm_quality": 75}));
    assert_eq!(row.get::<_, String>("model_sha256").unwrap().len(), 64);
}

#[tokio::test]
async fn calls_are_logged_by_route_and_files_are_not() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    app.post("/predict", "{}").await;
    app.post("/predict", "{").await;
    app.get("/health").await;
    app.get("/no/such/file?name=Ada").await;
    let (rows, _folder) = app.rows().await;
    let sql = "SELECT endpoint, status_code FROM api_metrics ORDER BY created_at";
    let found: Vec<(String, i64)> = query(&rows, sql, |row| Ok((row.get(0)?, row.get(1)?)));
    let expected = [("/predict", 200), ("/predict", 422), ("/health", 200)];
    assert_eq!(found, expected.map(|(route, status)| (route.to_owned(), status)));
}

#[tokio::test]
async fn a_large_batch_is_logged_completely_and_in_order() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let leads: Vec<_> = (0..1_001).map(|i| json!({"lead_key": i, "llm_quality": i % 101})).collect();
    let body = app.post("/predict/batch", json!({"leads": leads}).to_string()).await.json();
    assert_eq!(body["total_count"], 1_001);
    let (rows, _folder) = app.rows().await;
    let sql = "SELECT id, lead_key FROM prediction_logs ORDER BY rowid";
    let logged: Vec<(String, String)> = query(&rows, sql, |row| Ok((row.get(0)?, row.get(1)?)));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let predictions = body["predictions"].as_array().unwrap().iter();
    assert_eq!(
        logged,
        predictions.map(|sent| (text(&sent["prediction_id"]), text(&sent["lead_key"]))).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn nothing_is_acknowledged_that_cannot_be_logged() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let other = open(&app.database).await;
    other.execute_batch("ALTER TABLE prediction_logs RENAME TO taken_away").unwrap();
    let response = app.post("/predict", "{}").await;
    assert_eq!((response.status.as_u16(), response.json()["error"].clone()), (503, json!("service_unavailable")));
    assert!(!response.text().contains("prediction_logs"), "{}", response.text());
    other.execute_batch("ALTER TABLE taken_away RENAME TO prediction_logs").unwrap();
    assert_eq!(app.post("/predict", "{}").await.status.as_u16(), 200);
    assert_eq!(count(&other, "prediction_logs").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_fails_queued_requests_within_seconds() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let other = open(&app.database).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let post = |after: u64| {
        let app = &app;
        async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            let started = Instant::now();
            (app.post("/predict", "{}").await.status.as_u16(), started.elapsed())
        }
    };
    let (first, second, third) = tokio::join!(post(0), post(100), post(3_000));
    for (status, waited) in [first, second, third] {
        assert_eq!(status, 503);
        assert!(waited < Duration::from_secs(6), "{waited:?}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(app.post("/predict", "{}").await.status.as_u16(), 200);
    assert_eq!(count(&other, "prediction_logs").await, 1);
}

/// Creates the tables of the replaced service, with numeric or text ids of requests.
async fn legacy_database(id: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.db");
    let old = open(&file).await;
    let script = format!(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
         CREATE TABLE prediction_logs (id VARCHAR(36) NOT NULL, created_at DATETIME NOT NULL, input_features JSON NOT NULL,
             predicted_score FLOAT NOT NULL, inference_time_ms FLOAT NOT NULL, model_version VARCHAR(50) NOT NULL, PRIMARY KEY (id));
         CREATE TABLE api_metrics (id {id} NOT NULL, created_at DATETIME NOT NULL, endpoint VARCHAR(255) NOT NULL,
             status_code INTEGER NOT NULL, response_time_ms FLOAT NOT NULL, PRIMARY KEY (id));
         INSERT INTO prediction_logs VALUES ('a', '2026-01-31 09:30:00.000000', '{{\"jobtitle\": null}}', 0.5, 1.5, '0.3.0');
         INSERT INTO api_metrics VALUES (7, '2026-01-31 09:30:00.000000', '/predict', 200, 2.5);"
    );
    old.execute_batch(&script).unwrap();
    let address = file.to_str().unwrap().to_owned();
    (folder, address)
}

#[tokio::test]
async fn a_legacy_database_is_migrated_with_its_rows() {
    for id in ["INTEGER", "VARCHAR(36)"] {
        let (_folder, address) = legacy_database(id).await;
        // The second run finds nothing to migrate.
        for _ in 0..2 {
            let (store, writer) = Store::open(&Settings::new(address.parse().unwrap())).await.unwrap();
            store.log_request(prediction_log::RequestRow {
                created_at: "2026-02-01 00:00:00".parse().unwrap(),
                endpoint: "/health".to_owned(),
                status_code: 200,
                response_time_ms: 0.5,
            });
            writer.finish().await;
        }
        let rows = open(address.as_ref()).await;
        assert_eq!(count(&rows, "prediction_logs").await, 1);
        assert_eq!(count(&rows, "api_metrics").await, 3, "{id}");
        let sql = "SELECT predicted_score, lead_key FROM prediction_logs";
        let old: Vec<(f64, Option<String>)> = query(&rows, sql, |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(old, [(0.5, None)]);
    }
}

#[tokio::test]
async fn an_invalid_database_is_rejected_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("photo.jpg");
    std::fs::write(&image, [0xFF, 0xD8, 0xFF, 0xE0].repeat(500)).unwrap();
    for (path, reason) in [
        (folder.path().to_owned(), "unable to open database file"),
        (folder.path().join("none/log.sqlite"), "unable to open database file"),
        (image, "file is not a database"),
    ] {
        let error = Store::open(&Settings::new(path.to_str().unwrap().parse().unwrap())).await.err().unwrap();
        assert!(matches!(error, StoreError::Open { .. }));
        assert_eq!(error.to_string(), format!("cannot use the database {}: {reason}", path.display()));
    }
}
