//! What the API says about itself: OpenAPI 3.1.
//!
//! Owns the document and the examples in it. Shapes come from the types that are answered, limits from where they are
//! checked, so the document cannot say others than those that hold.

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
use crate::wire::{BatchAnswer, ModelName, Prediction};
use lead::{BatchBody, LEAD, LeadBody, lead};
use serde_json::{Value, json};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leadlight",
        description = "Scores sales leads by how likely they are to reply. Every answer carries an `X-Request-ID`, \
                       the client's own where it sent one. Errors are `{error, message, detail}`, or problems as in \
                       RFC 9457 for clients whose `Accept` names `application/problem+json`. Bodies may be encoded \
                       with gzip or br (`Content-Encoding`), and so are answers for those who take it.",
    ),
    paths(
        model::model, health::health, health::livez, health::readyz, metrics::metrics, models::models, models::change,
        erasure::forget, maintenance::state, maintenance::change, outcomes::tell, monitoring::show, monitoring::data, monitoring::alerts, monitoring::full_report
    ),
    components(schemas(
        LeadBody,
        BatchBody,
        Prediction,
        BatchAnswer,
        ModelName,
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
        (name = "outcomes", description = "Who replied"),
        (name = "monitoring", description = "For those who watch"),
        (name = "administration", description = "For those who change what is served")),
)]
struct Api;

/// The document, as JSON, for leads of this schema.
pub(super) fn document(schema: &Schema) -> String {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    document["components"]["schemas"][LEAD] = serde_json::to_value(lead(schema)).unwrap_or_default();
    document["components"]["headers"] = headers();
    document["components"]["parameters"] = prediction::parameters();
    document["components"]["responses"] = failure::responses();
    for (path, item) in prediction::paths() {
        document["paths"][path] = item;
    }
    security::describe(&mut document);
    document.to_string()
}

fn headers() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    json!({
        "X-Request-ID": text("The client's own id where it sent one of at most 128 printable ASCII characters, else a new UUID"),
        "X-Model-Version": text("The versions of the models that gave the scores, with commas between"),
        "X-Model-SHA256": text("The hashes of their files, in the same order"),
        "Idempotent-Replayed": text("`true` where this answer was given before under the same `Idempotency-Key`"),
        "Server-Timing": text("How many milliseconds each phase took: `read`, `parse`, `score`, `record`, `write`, `log`; not with streams, nor with what was answered before"),
        "Retry-After": {
            "description": "After how many seconds to try again", "schema": {"type": "integer", "minimum": 1}
        },
    })
}

/// A reference to a part of the document.
fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_tells_every_field_with_its_limits() {
        let schema = Schema::leads().with_numbers(["visits"]);
        let document: Value = serde_json::from_str(&document(&schema)).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let fields = &document["components"]["schemas"]["Lead"]["properties"];
        assert_eq!(fields["llm_quality"], json!({"type": ["integer", "null"], "minimum": 0, "maximum": 100}));
        assert_eq!(fields["jobtitle"]["maxLength"], 500);
        assert_eq!(fields["visits"]["type"], json!(["number", "null"]));
        assert!(schema.fields().iter().all(|field| fields.get(&field.name).is_some()));
    }

    #[test]
    fn every_failure_is_told_in_both_forms() {
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
