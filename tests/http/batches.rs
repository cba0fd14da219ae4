//! Batches of JSON: every problem with its place, leads that are skipped, forms of the answer, and what is logged.

use crate::parity;
use crate::support::{Answer, Bench, count, query};
use axum::body::Body;
use axum::http::Request;
use scorer::api::config::{Config, LogInputs};
use serde_json::{Value, json};

async fn bench() -> Bench {
    Bench::new(Some(parity::own().scorer())).await
}

async fn ask(bench: &Bench, path: &str, accept: &str, body: &Value) -> Answer {
    let request = Request::post(path).header("content-type", "application/json").header("accept", accept);
    bench.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Two good leads, and two with three problems.
fn mixed() -> Value {
    json!({"leads": [
        {"lead_key": "a", "jobtitle": "CTO"},
        {"lead_key": "b", "llm_quality": 101, "llm_engagement": "x"},
        {"lead_key": "c"},
        7,
    ]})
}

#[tokio::test]
async fn a_refused_batch_tells_every_problem_of_every_lead() {
    let bench = bench().await;
    let answer = bench.post("/predict/batch", mixed().to_string()).await;
    assert_eq!(answer.status.as_u16(), 422);
    let detail = answer.json()["detail"].clone();
    let places: Vec<&Value> = detail.as_array().unwrap().iter().map(|told| &told["loc"]).collect();
    assert_eq!(
        places,
        [
            &json!(["body", "leads", 1, "llm_quality"]),
            &json!(["body", "leads", 1, "llm_engagement"]),
            &json!(["body", "leads", 3]),
        ]
    );
    let all_wrong = json!({"leads": vec![json!({"llm_company_fit": 3}); 10_000]});
    let detail = bench.post("/predict/batch", all_wrong.to_string()).await.json()["detail"].clone();
    assert_eq!(detail.as_array().unwrap().len(), 10_000);
    assert_eq!(detail[9_999]["loc"], json!(["body", "leads", 9_999, "llm_company_fit"]));
    let (mut rows, _folder) = bench.rows().await;
    assert_eq!(count(&mut rows, "prediction_logs").await, 0);
}

#[tokio::test]
async fn with_skip_every_lead_has_a_result_at_its_place() {
    let bench = bench().await;
    let answer = bench.post("/predict/batch?on_error=skip", mixed().to_string()).await;
    assert_eq!(answer.status.as_u16(), 200);
    let told = answer.json();
    assert_eq!(
        (&told["total_count"], &told["scored_count"], &told["rejected_count"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let statuses: Vec<&Value> = told["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["scored", "rejected", "scored", "rejected"]);
    assert_eq!(told["results"][1]["lead_key"], "b");
    assert_eq!(told["results"][1]["errors"][0]["loc"], json!(["body", "leads", 1, "llm_quality"]));
    let alone = bench.post("/predict", json!({"lead_key": "a", "jobtitle": "CTO"}).to_string()).await.json();
    assert_eq!(told["results"][0]["probability"], alone["probability"]);
    assert_eq!(told["models"][0]["model_sha256"], alone["model_sha256"]);
    assert_eq!(answer.header("x-model-sha256"), alone["model_sha256"].as_str().unwrap());
    assert_eq!(answer.header("x-model-version"), alone["model_version"].as_str().unwrap());
    assert_eq!(phases(answer.header("server-timing")), ["read", "parse", "score", "record", "write", "log"]);
    let (rows, _folder) = bench.rows().await;
    let keys: Vec<String> = query(&rows, "SELECT lead_key FROM prediction_logs ORDER BY rowid", |row| row.get(0));
    assert_eq!(keys, ["a", "c", "a"]);
}

#[tokio::test]
async fn a_batch_of_rejects_is_answered_and_logs_nothing() {
    let bench = bench().await;
    let told = bench.post("/predict/batch?on_error=skip", r#"{"leads": [1, {"llm_quality": -1}]}"#).await.json();
    assert_eq!(
        (&told["scored_count"], &told["rejected_count"], &told["avg_score"]),
        (&json!(0), &json!(2), &Value::Null)
    );
    for (body, word) in
        [(r#"{"leads": []}"#, "too_short"), ("{\"leads\": [{}", "json_invalid"), ("[]", "model_attributes_type")]
    {
        let refused = bench.post("/predict/batch?on_error=skip", body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["detail"][0]["type"]), (422, &json!(word)));
    }
    let (mut rows, _folder) = bench.rows().await;
    assert_eq!(count(&mut rows, "prediction_logs").await, 0);
}

#[tokio::test]
async fn a_value_that_a_parameter_cannot_have_is_told_with_those_it_can() {
    let bench = bench().await;
    let told = bench.post("/predict/batch?on_error=ignore", "{}").await.json();
    assert_eq!(told["detail"][0]["loc"], json!(["query", "on_error"]));
    assert_eq!(told["detail"][0]["msg"], "Input should be 'fail' or 'skip'");
    assert_eq!(told["detail"][0]["input"], "ignore");
    // Others are ignored, as the old service did.
    assert_eq!(bench.post("/predict/batch?x=1&on_error=fail", r#"{"leads": [{}]}"#).await.status.as_u16(), 200);
}

#[tokio::test]
async fn ten_thousand_leads_are_scored_and_one_more_is_refused() {
    let bench = bench().await;
    let leads = |count: usize| json!({"leads": vec![json!({}); count]}).to_string();
    let told = bench.post("/predict/batch", leads(10_000)).await.json();
    assert_eq!((told["total_count"].clone(), told["predictions"].as_array().unwrap().len()), (json!(10_000), 10_000));
    for path in ["/predict/batch", "/predict/batch?on_error=skip"] {
        let refused = bench.post(path, leads(10_001)).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["detail"][0]["type"]), (422, &json!("too_long")));
    }
    let (mut rows, _folder) = bench.rows().await;
    assert_eq!(count(&mut rows, "prediction_logs").await, 10_000);
}

#[tokio::test]
async fn of_a_repeated_list_the_last_one_is_scored() {
    let bench = bench().await;
    let body = r#"{"leads": [{"lead_key": "x"}, 7], "leads": [{"lead_key": "y"}]}"#;
    let told = bench.post("/predict/batch", body).await.json();
    assert_eq!((&told["total_count"], &told["predictions"][0]["lead_key"]), (&json!(1), &json!("y")));
}

#[tokio::test]
async fn a_batch_is_answered_in_the_form_that_is_asked_for() {
    let bench = bench().await;
    let lines = ask(&bench, "/predict/batch?on_error=skip", "application/x-ndjson", &mixed()).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let told: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((told.len(), &told[1]["status"], &told[4]["rejected"]), (5, &json!("rejected"), &json!(2)));
    let table = ask(&bench, "/predict/batch?on_error=skip", "text/csv", &mixed()).await.text();
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("lead_key,status,score,probability,label"), "{table}");
    assert!(rows[1].starts_with("a,scored,0."), "{table}");
    assert!(rows[2].starts_with("b,rejected,,,,,,,,"), "{table}");
    assert!(rows[2].contains("llm_quality: Input should be less than or equal to 100; llm_engagement: "), "{table}");
    assert!(rows[5].starts_with(",complete,,,,,,,,"), "{table}");
    // A form that is none of ours does not keep old clients from their answer.
    let other = ask(&bench, "/predict/batch?on_error=skip", "image/png", &mixed()).await;
    assert_eq!(other.header("content-type"), "application/json");
}

#[tokio::test]
async fn problems_are_for_clients_that_take_them() {
    let bench = bench().await;
    let both = "application/json, application/problem+json";
    let answer = ask(&bench, "/predict/batch", both, &mixed()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (422, "application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["type"], "/docs#validation_error");
    assert_eq!((&problem["status"], &problem["title"]), (&json!(422), &json!("Unprocessable Entity")));
    assert_eq!((&problem["error"], &problem["message"]), (&json!("validation_error"), &problem["detail"]));
    assert_eq!(problem["instance"], answer.header("x-request-id"));
    assert_eq!(problem["errors"][0]["pointer"], "#/leads/1/llm_quality");
    assert_eq!(problem["errors"][2]["pointer"], "#/leads/3");
    for (path, status) in [("/nothing", 404), ("/predict", 405)] {
        let request = Request::get(path).header("accept", "application/problem+json").header("x-request-id", "call 7");
        let answer = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (status, "application/problem+json"));
        assert_eq!(answer.json()["instance"], "call%207");
    }
    let scored = ask(&bench, "/predict", "application/problem+json", &json!({})).await;
    assert_eq!((scored.status.as_u16(), scored.header("content-type")), (200, "application/json"));
}

#[tokio::test]
async fn what_is_logged_of_a_lead_is_set() {
    let lead = json!({"jobtitle": "CTO", "llm_quality": "75", "companyfoundedon": "inf"});
    for (mode, name) in [(LogInputs::None, "none"), (LogInputs::Features, "features"), (LogInputs::Full, "full")] {
        let config = Config { log_inputs: mode, ..Config::default() };
        let bench = Bench::with(Some(parity::own().scorer()), None, config).await;
        assert_eq!(bench.post("/predict", lead.to_string()).await.status.as_u16(), 200);
        let (rows, _folder) = bench.rows().await;
        let inputs: Vec<String> = query(&rows, "SELECT input_features FROM prediction_logs", |row| row.get(0));
        let kept: Value = serde_json::from_str(&inputs[0]).unwrap();
        match mode {
            LogInputs::None => assert_eq!(kept, json!({})),
            LogInputs::Full => {
                assert_eq!(kept, json!({"jobtitle": "CTO", "llm_quality": 75, "companyfoundedon": "inf"}));
            }
            LogInputs::Features => {
                let features = kept.as_object().unwrap();
                assert_eq!(features.len(), parity::own().scorer().models()[0].encoder().width(), "{name}");
                assert_eq!((&features["llm_quality"], &features["is_founder"]), (&json!(75.0), &json!(1.0)));
                assert!(features.values().all(|value| value.is_number() || value == "inf"), "{kept}");
            }
        }
    }
}

/// The phases that a header tells of, each of which took some time.
fn phases(header: &str) -> Vec<&str> {
    let phase = |told: &'_ str| told.trim().split_once(";dur=").map(|(name, took)| (name.len(), took.parse::<f64>()));
    header
        .split(',')
        .map(|told| match phase(told) {
            Some((length, Ok(0.0..))) => &told.trim()[..length],
            _ => panic!("{header}"),
        })
        .collect()
}
