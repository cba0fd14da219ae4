//! Leads through an API that speaks the contract: its scores, or why there are none.
//!
//! Owns which routes are asked and where in an answer a score stands. May not know what is made of it.

use super::{Known, Told};
use crate::cli::client::{Answer, Client};
use serde_json::{Value, json};

/// One lead by itself.
pub(super) fn one(client: &Client, lead: &Known) -> Told {
    let answer = client.post("/predict", &Value::Object(lead.body.clone())).map_err(|error| format!("{error:#}"))?;
    score(&read(&answer)?)
}

/// All leads in one batch; every one has an answer.
pub(super) fn all(client: &Client, leads: &[Known]) -> Vec<Told> {
    let failed = |reason: String| leads.iter().map(|_| Err(reason.clone())).collect();
    let bodies: Vec<Value> = leads.iter().map(|lead| Value::Object(lead.body.clone())).collect();
    let answer = client.post("/predict/batch", &json!({ "leads": bodies })).map_err(|error| format!("{error:#}"));
    let told = match answer.and_then(|answer| read(&answer)) {
        Ok(told) => told,
        Err(reason) => return failed(reason),
    };
    let Some(predictions) = told["predictions"].as_array() else {
        return failed("the answer has no list of predictions".to_owned());
    };
    if predictions.len() != leads.len() {
        return failed(format!("{} predictions for {} leads", predictions.len(), leads.len()));
    }
    predictions.iter().map(score).collect()
}

fn read(answer: &Answer) -> Result<Value, String> {
    if !answer.is_good() {
        return Err(format!("HTTP {}", answer.status));
    }
    serde_json::from_slice(&answer.body).map_err(|_| "the answer is no JSON".to_owned())
}

/// The probability as the model gave it where the API tells it, else the contract's rounded score.
fn score(prediction: &Value) -> Told {
    let told = prediction.get("probability").or_else(|| prediction.get("score")).and_then(Value::as_f64);
    told.filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| "the answer has no score".to_owned())
}
