//! Scores leads through the API's `/predict` and `/predict/batch` routes.

use super::{ApiScore, LocalScore};
use crate::cli::client::{ApiResponse, Client};
use serde_json::{Value, json};

/// Scores one lead with a request of its own.
pub(super) fn single(client: &Client, lead: &LocalScore) -> ApiScore {
    let response = client.post("/predict", &Value::Object(lead.body.clone())).map_err(|error| format!("{error:#}"))?;
    score(&parse(&response)?)
}

/// Scores all leads in one batch; returns one result per lead.
pub(super) fn batch(client: &Client, leads: &[LocalScore]) -> Vec<ApiScore> {
    let failed = |reason: String| leads.iter().map(|_| Err(reason.clone())).collect();
    let bodies: Vec<Value> = leads.iter().map(|lead| Value::Object(lead.body.clone())).collect();
    let response = client.post("/predict/batch", &json!({ "leads": bodies })).map_err(|error| format!("{error:#}"));
    let body = match response.and_then(|response| parse(&response)) {
        Ok(body) => body,
        Err(reason) => return failed(reason),
    };
    let Some(predictions) = body["predictions"].as_array() else {
        return failed("the response has no list of predictions".to_owned());
    };
    if predictions.len() != leads.len() {
        return failed(format!("{} predictions for {} leads", predictions.len(), leads.len()));
    }
    predictions.iter().map(score).collect()
}

fn parse(response: &ApiResponse) -> Result<Value, String> {
    if !response.is_success() {
        return Err(format!("HTTP {}", response.status));
    }
    serde_json::from_slice(&response.body).map_err(|_| "the response is not JSON".to_owned())
}

/// Reads the unrounded `probability`, or the rounded `score` if the API returns only that.
fn score(prediction: &Value) -> ApiScore {
    let score = prediction.get("probability").or_else(|| prediction.get("score")).and_then(Value::as_f64);
    score.filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| "the response has no score".to_owned())
}
