//! JSON batches: problems with their locations, skipped leads, response types, logged inputs.

use crate::fixtures;
use crate::support::{TestApp, TestResponse, count, query};
use axum::body::Body;
use axum::http::Request;
use scorer::api::config::{Config, LogInputs};
use serde_json::{Value, json};

async fn app() -> TestApp {
    TestApp::new(Some(fixtures::own().scorer())).await
}

async fn post_accepting(app: &TestApp, path: &str, accept: &str, body: &Value) -> TestResponse {
    let request = Request::post(path).header("content-type", "application/json").header("accept", accept);
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Returns two valid leads, and two with three problems.
fn mixed() -> Value {
    json!({"leads": [
        {"lead_key": "a", "jobtitle": "CTO"},
        {"lead_key": "b", "llm_quality": 101, "llm_engagement": "x"},
        {"lead_key": "c"},
        7,
    ]})
}

#[tokio::test]
async fn a_failed_batch_reports_every_problem_of_every_lead() {
    let app = app().await;
    let response = app.post("/predict/batch", mixed().to_string()).await;
    assert_eq!(response.status.as_u16(), 422);
    let detail = response.json()["detail"].clone();
    let places: Vec<&Value> = detail.as_array().unwrap().iter().map(|error| &error["loc"]).collect();
    assert_eq!(
        places,
        [
            &json!(["body", "leads", 1, "llm_quality"]),
            &json!(["body", "leads", 1, "llm_engagement"]),
            &json!(["body", "leads", 3]),
        ]
    );
    let all_wrong = json!({"leads": vec![json!({"llm_company_fit": 3}); 10_000]});
    let detail = app.post("/predict/batch", all_wrong.to_string()).await.json()["detail"].clone();
    assert_eq!(detail.as_array().unwrap().len(), 10_000);
    assert_eq!(detail[9_999]["loc"], json!(["body", "leads", 9_999, "llm_company_fit"]));
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 0);
}

#[tokio::test]
async fn with_skip_every_lead_has_a_result_in_order() {
    let app = app().await;
    let response = app.post("/predict/batch?on_error=skip", mixed().to_string()).await;
    assert_eq!(response.status.as_u16(), 200);
    let body = response.json();
    assert_eq!(
        (&body["total_count"], &body["scored_count"], &body["rejected_count"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let statuses: Vec<&Value> = body["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["scored", "rejected", "scored", "rejected"]);
    assert_eq!(body["results"][1]["lead_key"], "b");
    assert_eq!(body["results"][1]["errors"][0]["loc"], json!(["body", "leads", 1, "llm_quality"]));
    let alone = app.post("/predict", json!({"lead_key": "a", "jobtitle": "CTO"}).to_string()).await.json();
    assert_eq!(body["results"][0]["probability"], alone["probability"]);
    assert_eq!(body["models"][0]["model_sha256"], alone["model_sha256"]);
    assert_eq!(response.header("x-model-sha256"), alone["model_sha256"].as_str().unwrap());
    assert_eq!(response.header("x-model-version"), alone["model_version"].as_str().unwrap());
    assert_eq!(phases(response.header("server-timing")), ["read", "parse", "score", "record", "write", "log"]);
    let (rows, _folder) = app.rows().await;
    let keys: Vec<String> = query(&rows, "SELECT lead_key FROM prediction_logs ORDER BY rowid", |row| row.get(0));
    assert_eq!(keys, ["a", "c", "a"]);
}

#[tokio::test]
async fn a_batch_of_invalid_leads_logs_nothing() {
    let app = app().await;
    let body = app.post("/predict/batch?on_error=skip", r#"{"leads": [1, {"llm_quality": -1}]}"#).await.json();
    assert_eq!(
        (&body["scored_count"], &body["rejected_count"], &body["avg_score"]),
        (&json!(0), &json!(2), &Value::Null)
    );
    for (body, word) in
        [(r#"{"leads": []}"#, "too_short"), ("{\"leads\": [{}", "json_invalid"), ("[]", "model_attributes_type")]
    {
        let rejected = app.post("/predict/batch?on_error=skip", body).await;
        assert_eq!((rejected.status.as_u16(), &rejected.json()["detail"][0]["type"]), (422, &json!(word)));
    }
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 0);
}

#[tokio::test]
async fn an_invalid_parameter_is_reported_with_the_allowed_values() {
    let app = app().await;
    let body = app.post("/predict/batch?on_error=ignore", "{}").await.json();
    assert_eq!(body["detail"][0]["loc"], json!(["query", "on_error"]));
    assert_eq!(body["detail"][0]["msg"], "Input should be 'fail' or 'skip'");
    assert_eq!(body["detail"][0]["input"], "ignore");
    // Other parameters are ignored, as in the replaced service.
    assert_eq!(app.post("/predict/batch?x=1&on_error=fail", r#"{"leads": [{}]}"#).await.status.as_u16(), 200);
}

#[tokio::test]
async fn ten_thousand_leads_are_scored_and_one_more_is_rejected() {
    let app = app().await;
    let leads = |count: usize| json!({"leads": vec![json!({}); count]}).to_string();
    let body = app.post("/predict/batch", leads(10_000)).await.json();
    assert_eq!((body["total_count"].clone(), body["predictions"].as_array().unwrap().len()), (json!(10_000), 10_000));
    for path in ["/predict/batch", "/predict/batch?on_error=skip"] {
        let rejected = app.post(path, leads(10_001)).await;
        assert_eq!((rejected.status.as_u16(), &rejected.json()["detail"][0]["type"]), (422, &json!("too_long")));
    }
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 10_000);
}

#[tokio::test]
async fn the_last_of_repeated_lists_is_scored() {
    let app = app().await;
    let body = r#"{"leads": [{"lead_key": "x"}, 7], "leads": [{"lead_key": "y"}]}"#;
    let body = app.post("/predict/batch", body).await.json();
    assert_eq!((&body["total_count"], &body["predictions"][0]["lead_key"]), (&json!(1), &json!("y")));
}

#[tokio::test]
async fn the_accept_header_selects_the_response_type() {
    let app = app().await;
    let lines = post_accepting(&app, "/predict/batch?on_error=skip", "application/x-ndjson", &mixed()).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let results: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((results.len(), &results[1]["status"], &results[4]["rejected"]), (5, &json!("rejected"), &json!(2)));
    let table = post_accepting(&app, "/predict/batch?on_error=skip", "text/csv", &mixed()).await.text();
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("lead_key,status,score,probability,label"), "{table}");
    assert!(rows[1].starts_with("a,scored,0."), "{table}");
    assert!(rows[2].starts_with("b,rejected,,,,,,,,"), "{table}");
    assert!(rows[2].contains("llm_quality: Input should be less than or equal to 100; llm_engagement: "), "{table}");
    assert!(rows[5].starts_with(",complete,,,,,,,,"), "{table}");
    // An unsupported `Accept` still gets JSON, as in the replaced service.
    let other = post_accepting(&app, "/predict/batch?on_error=skip", "image/png", &mixed()).await;
    assert_eq!(other.header("content-type"), "application/json");
}

#[tokio::test]
async fn problem_details_are_for_clients_that_accept_them() {
    let app = app().await;
    let both = "application/json, application/problem+json";
    let response = post_accepting(&app, "/predict/batch", both, &mixed()).await;
    assert_eq!((response.status.as_u16(), response.header("content-type")), (422, "application/problem+json"));
    let problem = response.json();
    assert_eq!(problem["type"], "/docs#validation_error");
    assert_eq!((&problem["status"], &problem["title"]), (&json!(422), &json!("Unprocessable Entity")));
    assert_eq!((&problem["error"], &problem["message"]), (&json!("validation_error"), &problem["detail"]));
    assert_eq!(problem["instance"], response.header("x-request-id"));
    assert_eq!(problem["errors"][0]["pointer"], "#/leads/1/llm_quality");
    assert_eq!(problem["errors"][2]["pointer"], "#/leads/3");
    for (path, status) in [("/nothing", 404), ("/predict", 405)] {
        let request = Request::get(path).header("accept", "application/problem+json").header("x-request-id", "call 7");
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((response.status.as_u16(), response.header("content-type")), (status, "application/problem+json"));
        assert_eq!(response.json()["instance"], "call%207");
    }
    let scored = post_accepting(&app, "/predict", "application/problem+json", &json!({})).await;
    assert_eq!((scored.status.as_u16(), scored.header("content-type")), (200, "application/json"));
}

#[tokio::test]
async fn log_inputs_selects_what_is_logged() {
    let lead = json!({"jobtitle": "CTO", "llm_quality": "75", "companyfoundedon": "inf"});
    for (mode, name) in [(LogInputs::None, "none"), (LogInputs::Features, "features"), (LogInputs::Full, "full")] {
        let config = Config { log_inputs: mode, ..Config::default() };
        let app = TestApp::with(Some(fixtures::own().scorer()), None, config).await;
        assert_eq!(app.post("/predict", lead.to_string()).await.status.as_u16(), 200);
        let (rows, _folder) = app.rows().await;
        let inputs: Vec<String> = query(&rows, "SELECT input_features FROM prediction_logs", |row| row.get(0));
        let logged: Value = serde_json::from_str(&inputs[0]).unwrap();
        match mode {
            LogInputs::None => assert_eq!(logged, json!({})),
            LogInputs::Full => {
                assert_eq!(logged, json!({"jobtitle": "CTO", "llm_quality": 75, "companyfoundedon": "inf"}));
            }
            LogInputs::Features => {
                let features = logged.as_object().unwrap();
                assert_eq!(features.len(), fixtures::own().scorer().models()[0].encoder().width(), "{name}");
                assert_eq!((&features["llm_quality"], &features["is_founder"]), (&json!(75.0), &json!(1.0)));
                assert!(features.values().all(|value| value.is_number() || value == "inf"), "{logged}");
            }
        }
    }
}

/// Returns the phases of a `Server-Timing` header; each must have a duration.
fn phases(header: &str) -> Vec<&str> {
    let phase = |part: &'_ str| part.trim().split_once(";dur=").map(|(name, took)| (name.len(), took.parse::<f64>()));
    header
        .split(',')
        .map(|part| match phase(part) {
            Some((length, Ok(0.0..))) => &part.trim()[..length],
            _ => panic!("{header}"),
        })
        .collect()
}
