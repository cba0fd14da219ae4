//! OpenAPI 3.1 document of the API, and its viewer.
//!
//! Schemas come from the response types and limits from the code that checks them, so that document and service agree.
//!
//! Must not depend on models or the log.

mod example;
mod failure;
mod lead;
mod prediction;
mod security;
pub(crate) mod viewer;

use super::http::response::{
    Completion, ErrorBody, Interruption, LeadResult, PartialAnswer, RejectedLead, ValidationError,
};
use super::middleware::problem_details::{ProblemDetails, ProblemError};
use super::routes::{erasure, health, maintenance, metrics, model, models, monitoring, outcomes};
use crate::lead::schema::Schema;
use crate::wire::{BatchResponse, ModelName, Prediction, UnseenValue, UnseenValues};
use lead::{BatchBody, LEAD, LeadBody, lead};
use serde_json::{Value, json};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leadlight",
        description = "Scores sales leads by how likely they are to reply. Every response has an `X-Request-ID`, \
                       the client's own if it sent one. Errors are `{error, message, detail}`, or problem details \
                       (RFC 9457) for clients whose `Accept` names `application/problem+json`. Request bodies may be \
                       encoded with gzip or br (`Content-Encoding`); responses are if the client accepts it.",
    ),
    paths(
        model::model, health::health, health::livez, health::readyz, metrics::metrics, models::list, models::change,
        erasure::erase, maintenance::status, maintenance::set, outcomes::record, monitoring::html, monitoring::data,
        monitoring::alerts, monitoring::drift_report
    ),
    components(schemas(
        LeadBody,
        BatchBody,
        Prediction,
        BatchResponse,
        ModelName,
        UnseenValues,
        UnseenValue,
        PartialAnswer,
        LeadResult,
        RejectedLead,
        Completion,
        Interruption,
        ErrorBody,
        ValidationError,
        ProblemDetails,
        ProblemError,
    )),
    tags((name = "predictions", description = "Leads in, scores out"), (name = "service", description = "Operations"),
        (name = "outcomes", description = "Replies of leads"),
        (name = "monitoring", description = "Metrics, drift and alerts"),
        (name = "administration", description = "Models, maintenance and erasure")),
)]
struct Api;

/// Returns the document as JSON, for leads of this schema.
pub(super) fn document(schema: &Schema) -> String {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    document["components"]["schemas"][LEAD] = serde_json::to_value(lead(schema)).unwrap_or_default();
    document["components"]["headers"] = headers();
    document["components"]["parameters"] = prediction::parameters();
    document["components"]["responses"] = failure::responses();
    for (name, schema) in prediction::result_schemas() {
        document["components"]["schemas"][name] = schema;
    }
    for (path, item) in prediction::paths() {
        document["paths"][path] = item;
    }
    example::describe(&mut document);
    failure::describe(&mut document);
    security::describe(&mut document);
    document.to_string()
}

fn headers() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    json!({
        "X-Request-ID": text("The client's own id if it is at most 128 printable ASCII characters, else a new UUID"),
        "X-Model-Version": text("Versions of the models that gave the scores, comma-separated"),
        "X-Model-SHA256": text("SHA-256 of their files, in the same order"),
        "Idempotent-Replayed": text("`true` if this is the stored response to an earlier request with the same `Idempotency-Key`"),
        "Server-Timing": text("Milliseconds per phase: `read`, `parse`, `score`, `record`, `write`, `log`; absent on streams and replayed responses"),
        "Retry-After": {
            "description": "Seconds to wait before a retry", "schema": {"type": "integer", "minimum": 1}
        },
    })
}

/// Returns a reference to a component.
fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_field_is_described_with_its_limits() {
        let schema = Schema::leads().with_numbers(["visits"]);
        let document: Value = serde_json::from_str(&document(&schema)).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let fields = &document["components"]["schemas"]["Lead"]["properties"];
        assert_eq!(fields["llm_quality"], json!({"type": ["integer", "null"], "minimum": 0, "maximum": 100}));
        assert_eq!(fields["jobtitle"]["maxLength"], 500);
        assert_eq!(fields["visits"]["type"], json!(["number", "null"]));
        assert!(schema.fields().iter().all(|field| fields.get(&field.name).is_some()));
    }

    /// Operations with their path and method.
    fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
    }

    /// The content of a response or request body, by media type.
    fn content<'d>(document: &'d Value, body: &'d Value) -> impl Iterator<Item = (&'d String, &'d Value)> {
        let reference = body["$ref"].as_str().and_then(|pointer| document.pointer(pointer.trim_start_matches('#')));
        reference.unwrap_or(body)["content"].as_object().into_iter().flatten()
    }

    #[test]
    fn operation_ids_are_unique() {
        let document: Value = serde_json::from_str(&document(&Schema::leads())).unwrap();
        let mut ids = HashSet::new();
        for (operation, description) in operations(&document) {
            let id = description["operationId"].as_str().unwrap().to_owned();
            assert!(ids.insert(id.clone()), "{operation}: {id} is taken");
        }
        assert!(ids.len() > 15);
    }

    #[test]
    fn every_body_has_an_example_and_every_response_a_description() {
        let document: Value = serde_json::from_str(&document(&Schema::leads())).unwrap();
        let (mut bodies, mut responses) = (0, 0);
        for (operation, description) in operations(&document) {
            for (status, response) in description["responses"].as_object().unwrap() {
                let is_described = response["$ref"].is_string() || response["description"].as_str() > Some("");
                assert!(is_described, "{operation} {status}");
                responses += 1;
            }
            let all = description["responses"].as_object().unwrap().values().chain([&description["requestBody"]]);
            for (media_type, body) in all.flat_map(|body| content(&document, body)) {
                let has_example = !body["example"].is_null() || !body["examples"].is_null();
                assert!(has_example, "{operation}: {media_type}");
                bodies += 1;
            }
        }
        assert!(bodies > 100 && responses > 50, "{bodies} {responses}");
    }

    #[test]
    fn every_error_is_described_in_both_media_types() {
        let document: Value = serde_json::from_str(&document(&Schema::leads())).unwrap();
        for path in ["/predict", "/predict/batch"] {
            let responses = document["paths"][path]["post"]["responses"].as_object().unwrap();
            for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
                let pointer = response["$ref"].as_str().unwrap().trim_start_matches('#');
                let content = &document.pointer(pointer).unwrap()["content"];
                assert!(content["application/json"]["example"].is_object(), "{path} {status}");
                assert_eq!(content["application/problem+json"]["example"]["status"].to_string(), *status);
            }
        }
    }
}
