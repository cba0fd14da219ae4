//! Examples of larger responses, made by the code that serves them.

use crate::api::model_registry::status::{ModelEntry, ModelId, ModelState, RegistryStatus, Release};
use crate::chart::simulation;
use crate::wire::monitoring::Choice;
use serde_json::{Value, json};

/// Number of items that an example keeps of a list.
const ITEMS_MAX: usize = 2;

/// Time in all examples.
const NOW: &str = "2026-11-24 21:40:00.000000";

/// Adds the examples to the responses of the monitoring data and of the models.
pub(super) fn describe(document: &mut Value) {
    let overview = simulation::overview(&Choice::default(), NOW).ok().map(|overview| shortened(json!(overview)));
    add(document, "/monitoring/data", "get", &overview.unwrap_or_default());
    let status = json!(registry_status());
    add(document, "/admin/models", "get", &status);
    add(document, "/admin/model", "post", &status);
}

fn add(document: &mut Value, path: &str, method: &str, example: &Value) {
    document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["example"] = example.clone();
}

/// Returns a value whose lists have at most [`ITEMS_MAX`] items.
fn shortened(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().take(ITEMS_MAX).map(shortened).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, shortened(value))).collect(),
        other => other,
    }
}

fn registry_status() -> RegistryStatus {
    let model = ModelId {
        name: "linkedin-engagement".to_owned(),
        version: "2026.11.23".to_owned(),
        sha256: "0f6d2c5b9a1e48f7a3b0c6d9e2f1847560aabbccddeeff001122334455667788".to_owned(),
    };
    let entry = ModelEntry {
        file: Some("models/linkedin-engagement.onnx".to_owned()),
        name: Some(model.name.clone()),
        version: Some(model.version.clone()),
        sha256: Some(model.sha256.clone()),
        since: NOW.to_owned(),
        state: ModelState::InService,
        reason: None,
    };
    let release = Release { since: NOW.to_owned(), models: vec![model] };
    RegistryStatus { in_service: Some(release), models: vec![entry], ..RegistryStatus::default() }
}
