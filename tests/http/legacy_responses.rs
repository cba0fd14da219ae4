//! Recorded responses of the replaced service are reproduced.

use crate::fixtures::{self, Folder};
use crate::support::TestApp;
use serde_json::{Value, json};

/// Placeholder in the records for omitted values.
const OMITTED: &str = "<omitted";

/// Longest input value that is repeated in an error.
const INPUT_BYTES_MAX: usize = 1_000;

#[tokio::test]
async fn recorded_requests_get_the_recorded_responses() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for folder in fixtures::all() {
        let app = TestApp::new(Some(folder.scorer())).await;
        let golden = folder.records("golden.jsonl");
        for record in folder.records("http_behaviour.jsonl") {
            checked += 1;
            if let Err(difference) = check(&app, &record, &golden).await {
                wrong.push(format!("{} {}: {difference}", folder.0.display(), record["name"]));
            }
        }
    }
    assert!(checked > 0);
    assert!(wrong.is_empty(), "{} of {checked} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_lead_alone_and_in_a_batch_gets_the_golden_score() {
    for folder in fixtures::all() {
        let app = TestApp::new(Some(folder.scorer())).await;
        let golden = folder.records("golden.jsonl");
        let leads: Vec<_> = golden.iter().map(|record| record["lead"].clone()).collect();
        let batch = app.post("/predict/batch", json!({"leads": leads}).to_string()).await.json();
        for (record, together) in golden.iter().zip(batch["predictions"].as_array().unwrap()) {
            let alone = app.post("/predict", record["lead"].to_string()).await.json();
            let name = format!("{} {}", folder.0.display(), record["name"]);
            for member in ["score", "label", "confidence", "probability"] {
                assert_eq!(alone[member], together[member], "{name} {member}");
            }
            assert_eq!(alone["label"], record["label"], "{name}");
            assert_eq!(alone["confidence"], record["confidence"], "{name}");
            let expected = record["score_xgboost"].as_f64().unwrap();
            let difference = (alone["probability"].as_f64().unwrap() - expected).abs();
            assert!(difference <= 1e-6, "{name} is off by {difference}");
        }
    }
}

async fn check(app: &TestApp, record: &Value, golden: &[Value]) -> Result<(), String> {
    let path = record["path"].as_str().ok_or("no path")?;
    let body = match (&record["request_body"], &record["generated"]) {
        (Value::String(body), _) => Some(body.clone()),
        (_, Value::String(name)) => Some(generated(name, record, golden)?),
        _ => None,
    };
    let response = match &body {
        Some(body) => app.post(path, body.clone()).await,
        None => app.get(path).await,
    };
    let (status, ours) = (response.status.as_u16(), response.json());
    let then = record["status"].as_u64().ok_or("no status")?;
    if then == 500 {
        return check_error_of_bad_input(status, &ours, body.as_deref().unwrap_or_default());
    }
    if u64::from(status) != then {
        return Err(format!("status {status} instead of {then}: {ours}"));
    }
    if path == "/health" {
        return check_same_members(&record["response"], &ours, "");
    }
    check_same(&record["response"], &ours, "")
}

/// Checks a response to input that crashed the replaced service: it must be a validation error; NaN is a missing value here.
fn check_error_of_bad_input(status: u16, ours: &Value, body: &str) -> Result<(), String> {
    let expected = if body.contains("NaN") { 200 } else { 422 };
    let is_reported = status != 422 || ours["error"] == "validation_error";
    if status == expected && is_reported { Ok(()) } else { Err(format!("status {status}: {ours}")) }
}

/// Generates a body omitted from the records by its name: `<field>_<length>`, the same with `_emoji`, `batch_<leads>`.
fn generated(name: &str, record: &Value, golden: &[Value]) -> Result<String, String> {
    let (name, character) = name.strip_suffix("_emoji").map_or((name, "x"), |name| (name, "😀"));
    let numbers = [("two", 2)];
    let (what, count) = name.rsplit_once('_').ok_or("no length in the name")?;
    let word = numbers.iter().find(|(word, _)| *word == count).map(|(_, number)| *number);
    let count = word.or(count.parse().ok()).ok_or("no length in the name")?;
    if what != "batch" {
        return Ok(json!({what: character.repeat(count)}).to_string());
    }
    let leads: Vec<_> = match record["response"]["predictions"].as_array() {
        // The leads are identified by their scores only.
        Some(predictions) => predictions.iter().map(|prediction| lead_of_score(&prediction["score"], golden)).collect(),
        None => vec![json!({}); count],
    };
    if leads.len() != count {
        return Err(format!("{} leads instead of {count}", leads.len()));
    }
    Ok(json!({"leads": leads}).to_string())
}

fn lead_of_score(score: &Value, golden: &[Value]) -> Value {
    let found = golden.iter().find(|record| record["score_api_rounded"] == *score);
    found.map_or_else(|| json!({}), |record| record["lead"].clone())
}

/// Checks that every recorded value is in our response; ours may have more members.
fn check_same(old: &Value, ours: &Value, at: &str) -> Result<(), String> {
    match (old, ours) {
        (Value::Object(members), Value::Object(_)) => {
            members.iter().try_for_each(|(name, old)| check_same(old, &ours[name], &format!("{at}/{name}")))
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .try_for_each(|(i, (old, ours))| check_same(old, ours, &format!("{at}/{i}"))),
        (Value::Number(old), Value::Number(ours)) if old.as_f64() == ours.as_f64() => Ok(()),
        _ if old == ours || (at.ends_with("/input") && is_omitted(old, ours)) => Ok(()),
        _ => Err(format!("{at} is {ours} instead of {old}")),
    }
}

fn is_omitted(old: &Value, ours: &Value) -> bool {
    let omitted = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(OMITTED));
    omitted(old) || (omitted(ours) && old.to_string().len() > INPUT_BYTES_MAX)
}

fn check_same_members(old: &Value, ours: &Value, at: &str) -> Result<(), String> {
    let names = |value: &Value| value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    if names(old) == names(ours) { check_same(&old["status"], &ours["status"], at) } else { Err(format!("{ours}")) }
}

#[test]
fn the_project_has_its_own_records() {
    let Folder(path) = fixtures::own();
    assert!(path.join("http_behaviour.jsonl").is_file());
}
