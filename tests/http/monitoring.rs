//! Monitoring: what was predicted is on the page soon after, what became of it is measured, and what is asked for wrongly
//! is refused by name.

use crate::parity;
use crate::support::{Bench, DATABASE, open};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use scorer::api::config::Config;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Asks until so many predictions are summed up: that is done every few seconds.
async fn overview(bench: &Bench, query: &str, predictions: u64) -> Value {
    let started = Instant::now();
    loop {
        let answer = bench.get(&format!("/monitoring/data{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let overview = answer.json();
        if overview["health"]["predictions"] == predictions {
            return overview;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{}", overview["health"]);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A batch of leads with keys; their prediction ids.
async fn predict(bench: &Bench, count: usize) -> Vec<String> {
    let leads: Vec<_> =
        (0..count).map(|lead| json!({"lead_key": format!("crm-{lead}"), "llm_quality": lead % 100})).collect();
    let answer = bench.post("/predict/batch", json!({"leads": leads}).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let predictions = answer.json()["predictions"].as_array().unwrap().clone();
    predictions.iter().map(|one| one["prediction_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_predicted_is_on_the_page_whatever_the_window() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    predict(&bench, 40).await;
    for query in ["", "?window=hour", "?window=week", "?window=all", "?last=1000"] {
        let overview = overview(&bench, query, 40).await;
        let bins = overview["scores"]["current"].as_array().unwrap();
        assert_eq!(bins.iter().map(|bin| bin.as_u64().unwrap()).sum::<u64>(), 40, "{query}");
        assert_eq!(overview["recent"]["rows"].as_array().unwrap().len(), 40, "{query}");
        assert_eq!(overview["simulated"], false);
        assert!(overview["performance"]["times"]["p95_ms"].as_f64().unwrap() >= 0.0, "{query}");
        assert!(!overview.to_string().contains("crm-"), "no key of a lead is on the page");
    }
    assert_eq!(overview(&bench, "?last=15", 15).await["health"]["predictions_logged"], 40);
    let page = bench.get("/monitoring").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page.text().contains("<svg") && !page.text().contains("<script"));
    let report = bench.get("/monitoring/report").await;
    assert_eq!(report.status, StatusCode::OK);
    assert!(report.body.len() < 2 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_of_the_service_before_are_on_the_page() {
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
    let bench = Bench::on(folder, Some(parity::own().scorer()), None, Config::default()).await;
    predict(&bench, 5).await;
    let all = overview(&bench, "?window=all", 8).await;
    assert_eq!(all["health"]["predictions_logged"], 8);
    assert_eq!(all["performance"]["trend"][0]["start"], "2026-01-31 09:00:00.000000");
    assert_eq!(all["performance"]["trend"][0]["times"]["mean_ms"], 2.0);
    let versions = all["versions"].as_array().unwrap();
    assert!(versions.contains(&json!("0.3.0")) && versions.contains(&json!("0.2.0")), "{versions:?}");
    let one = overview(&bench, "?window=all&model_version=0.3.0", 2).await;
    assert_eq!((&one["scores"]["engaged"], &one["scores"]["not_engaged"]), (&json!(1), &json!(1)));
    overview(&bench, "?window=day", 5).await;
}

#[tokio::test]
async fn pages_of_the_log_follow_one_another() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let mut ids = predict(&bench, 120).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let overview = bench.get(&format!("/monitoring/data?cursor={cursor}")).await.json();
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
    let bench = Bench::new(Some(parity::own().scorer())).await;
    let ids = predict(&bench, 60).await;
    let told: Vec<_> =
        ids.iter().enumerate().map(|(at, id)| json!({"prediction_id": id, "replied": at % 3 == 0})).collect();
    let answer = bench.post("/outcomes", json!({"outcomes": told}).to_string()).await;
    assert_eq!(answer.json()["added"], 60, "{}", answer.text());
    let csv = Request::post("/outcomes").header("content-type", "text/csv");
    let answer = bench.send(csv.body(Body::from("lead_key,replied\ncrm-1,yes\nnobody,no\n")).unwrap()).await;
    assert_eq!((&answer.json()["added"], &answer.json()["unmatched"]), (&json!(1), &json!(1)), "{}", answer.text());
    assert_eq!(answer.json()["unmatched_places"], json!([1]));
    let all = &overview(&bench, "", 60).await["outcomes"]["all"];
    assert_eq!((&all["leads"], &all["replied"]), (&json!(60), &json!(21)));
    let refused = bench.post("/outcomes", r#"{"outcomes": [{"replied": true}]}"#).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["detail"][0]["loc"], json!(["body", "outcomes", 0, "lead_key"]));
}

#[tokio::test]
async fn a_person_is_forgotten() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    predict(&bench, 3).await;
    let answer = bench.post("/admin/forget", r#"{"lead_key": "crm-1"}"#).await;
    assert_eq!(answer.json(), json!({"predictions": 1}));
    let left = bench.get("/monitoring/data").await.json();
    assert_eq!(left["recent"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(bench.post("/admin/forget", "{}").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_is_out_of_range_is_refused_by_name_and_simulated_data_is_marked() {
    let bench = Bench::new(Some(parity::own().scorer())).await;
    for (query, name) in
        [("window=year", "window"), ("last=0", "last"), ("threshold=2", "threshold"), ("cursor=x", "cursor")]
    {
        for path in ["/monitoring", "/monitoring/data", "/monitoring/alerts", "/monitoring/report"] {
            let answer = bench.get(&format!("{path}?{query}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}?{query}");
            assert_eq!(answer.json()["detail"][0]["loc"], json!(["query", name]));
        }
    }
    assert_eq!(bench.get("/monitoring/data?simulated=true").await.json()["simulated"], true);
    assert!(bench.get("/monitoring?simulated=true").await.text().contains("imulated"));
    assert!(bench.get("/monitoring").await.text().contains("No predictions yet"));
    assert_eq!(bench.get("/monitoring/alerts").await.json()["alerts"], json!([]));
}
