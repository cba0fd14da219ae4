//! Monitoring page: predictions appear, outcomes are measured, invalid parameters are rejected by name.

use crate::fixtures;
use crate::support::{DATABASE, TestApp, open};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use scorer::api::config::Config;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Polls until this many predictions are aggregated, which happens every few seconds.
async fn overview(app: &TestApp, query: &str, predictions: u64) -> Value {
    let started = Instant::now();
    loop {
        let response = app.get(&format!("/monitoring/data{query}")).await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.text());
        let overview = response.json();
        if overview["health"]["predictions"] == predictions {
            return overview;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{}", overview["health"]);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Scores a batch of leads with keys; returns their prediction ids.
async fn predict(app: &TestApp, count: usize) -> Vec<String> {
    let leads: Vec<_> =
        (0..count).map(|lead| json!({"lead_key": format!("crm-{lead}"), "llm_quality": lead % 100})).collect();
    let response = app.post("/predict/batch", json!({"leads": leads}).to_string()).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.text());
    let predictions = response.json()["predictions"].as_array().unwrap().clone();
    predictions.iter().map(|one| one["prediction_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_are_on_the_page_for_every_window() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    predict(&app, 40).await;
    for query in ["", "?window=hour", "?window=week", "?window=all", "?last=1000"] {
        let overview = overview(&app, query, 40).await;
        let bins = overview["scores"]["current"].as_array().unwrap();
        assert_eq!(bins.iter().map(|bin| bin.as_u64().unwrap()).sum::<u64>(), 40, "{query}");
        assert_eq!(overview["recent"]["rows"].as_array().unwrap().len(), 40, "{query}");
        assert_eq!(overview["simulated"], false);
        assert!(overview["performance"]["times"]["p95_ms"].as_f64().unwrap() >= 0.0, "{query}");
        assert!(!overview.to_string().contains("crm-"), "no key of a lead is on the page");
    }
    assert_eq!(overview(&app, "?last=15", 15).await["health"]["predictions_logged"], 40);
    let page = app.get("/monitoring").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page.text().contains("<svg") && !page.text().contains("<script"));
    let report = app.get("/monitoring/report").await;
    assert_eq!(report.status, StatusCode::OK);
    assert!(report.body.len() < 2 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_of_the_replaced_service_are_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let old = open(&folder.path().join(DATABASE)).await;
    let script = "CREATE TABLE prediction_logs (id VARCHAR(36) NOT NULL PRIMARY KEY, created_at DATETIME NOT NULL, \
        input_features JSON NOT NULL, predicted_score FLOAT NOT NULL, inference_time_ms FLOAT NOT NULL, \
        model_version VARCHAR(50) NOT NULL); \
        INSERT INTO prediction_logs VALUES ('a', '2026-01-31 09:30:00.000000', '{}', 0.8, 1.5, '0.3.0'), \
        ('b', '2026-01-31 09:31:00.250000', '{}', 0.2, 2.5, '0.3.0'), \
        ('c', '2026-02-01 17:00:00.000000', '{}', 0.9, 0.5, '0.2.0');";
    old.execute_batch(script).unwrap();
    drop(old);
    let app = TestApp::in_folder(folder, Some(fixtures::own().scorer()), None, Config::default()).await;
    predict(&app, 5).await;
    let all = overview(&app, "?window=all", 8).await;
    assert_eq!(all["health"]["predictions_logged"], 8);
    assert_eq!(all["performance"]["trend"][0]["start"], "2026-01-31 09:00:00.000000");
    assert_eq!(all["performance"]["trend"][0]["times"]["mean_ms"], 2.0);
    let versions = all["versions"].as_array().unwrap();
    assert!(versions.contains(&json!("0.3.0")) && versions.contains(&json!("0.2.0")), "{versions:?}");
    let one = overview(&app, "?window=all&model_version=0.3.0", 2).await;
    assert_eq!((&one["scores"]["engaged"], &one["scores"]["not_engaged"]), (&json!(1), &json!(1)));
    overview(&app, "?window=day", 5).await;
}

#[tokio::test]
async fn log_pages_are_consecutive() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let mut ids = predict(&app, 120).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let overview = app.get(&format!("/monitoring/data?cursor={cursor}")).await.json();
        let rows = overview["recent"]["rows"].as_array().unwrap().clone();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        match overview["recent"]["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    seen.sort();
    ids.sort();
    assert_eq!(seen, ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_are_measured() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let ids = predict(&app, 60).await;
    let outcomes: Vec<_> =
        ids.iter().enumerate().map(|(at, id)| json!({"prediction_id": id, "replied": at % 3 == 0})).collect();
    let response = app.post("/outcomes", json!({"outcomes": outcomes}).to_string()).await;
    assert_eq!(response.json()["added"], 60, "{}", response.text());
    let csv = Request::post("/outcomes").header("content-type", "text/csv");
    let response = app.send(csv.body(Body::from("lead_key,replied\ncrm-1,yes\nnobody,no\n")).unwrap()).await;
    assert_eq!(
        (&response.json()["added"], &response.json()["unmatched"]),
        (&json!(1), &json!(1)),
        "{}",
        response.text()
    );
    assert_eq!(response.json()["unmatched_places"], json!([1]));
    let all = &overview(&app, "", 60).await["outcomes"]["all"];
    assert_eq!((&all["leads"], &all["replied"]), (&json!(60), &json!(21)));
    let rejected = app.post("/outcomes", r#"{"outcomes": [{"replied": true}]}"#).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rejected.json()["detail"][0]["loc"], json!(["body", "outcomes", 0, "lead_key"]));
}

#[tokio::test]
async fn a_lead_is_erased() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    predict(&app, 3).await;
    let response = app.post("/admin/forget", r#"{"lead_key": "crm-1"}"#).await;
    assert_eq!(response.json(), json!({"predictions": 1}));
    let left = app.get("/monitoring/data").await.json();
    assert_eq!(left["recent"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(app.post("/admin/forget", "{}").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn invalid_parameters_are_rejected_by_name_and_simulated_data_is_marked() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    for (query, name) in
        [("window=year", "window"), ("last=0", "last"), ("threshold=2", "threshold"), ("cursor=x", "cursor")]
    {
        for path in ["/monitoring", "/monitoring/data", "/monitoring/alerts", "/monitoring/report"] {
            let response = app.get(&format!("{path}?{query}")).await;
            assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}?{query}");
            assert_eq!(response.json()["detail"][0]["loc"], json!(["query", name]));
        }
    }
    assert_eq!(app.get("/monitoring/data?simulated=true").await.json()["simulated"], true);
    assert!(app.get("/monitoring?simulated=true").await.text().contains("imulated"));
    assert!(app.get("/monitoring").await.text().contains("No predictions yet"));
    assert_eq!(app.get("/monitoring/alerts").await.json()["alerts"], json!([]));
}
