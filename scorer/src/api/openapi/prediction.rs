//! The two prediction routes in the document: parameters, bodies, responses, examples.

use super::failure::{BATCH_STATUSES, PREDICT_STATUSES, example_validation_error, references};
use super::lead::{LEAD, example_batch, example_lead};
use super::reference;
use crate::api::http::idempotency::KEY_MAX;
use crate::api::http::response::{Completion, LeadResult, PartialAnswer, RejectedLead};
use crate::api::routes::predict::{KEYED_STREAM_BYTES_MAX, RESULT_COLUMNS};
use crate::wire::{BatchResponse, ModelName, Prediction, UnseenValue, UnseenValues};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

const SHA256: &str = "0f6d2c5b9a1e48f7a3b0c6d9e2f1847560aabbccddeeff00112233445566778899";

/// Returns the parameters of both routes by component name.
pub(super) fn parameters() -> Value {
    let key = "The client's own key of this request: a repetition with the same key and body gets the same response, and its \
               leads are logged once. Keys are scoped to caller and route.";
    let streams = KEYED_STREAM_BYTES_MAX >> 20;
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": format!("{key} With a key, a CSV or NDJSON body may have up to {streams} MB."),
            // Whitespace around a header value is not part of it.
            "schema": {
                "type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": "^[!-~]([ -~]*[!-~])?$",
            },
            "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
        },
        "OnError": {
            "name": "on_error", "in": "query", "required": false,
            "description": "Effect of an invalid lead on the others: `fail` scores none (default of JSON bodies), `skip` scores \
                            the others (the only mode of CSV and NDJSON bodies)",
            "schema": {"type": "string", "enum": ["fail", "skip"]},
        },
    })
}

/// Returns the schemas of a lead's result by component name. Generators of clients need a
/// discriminator and a name for each member, which a derived schema has not.
pub(super) fn result_schemas() -> [(&'static str, Value); 3] {
    let variant = |content: &str, status: &str, description: &str| {
        let tag = json!({
            "type": "object", "required": ["status"], "properties": {"status": {"type": "string", "enum": [status]}},
        });
        json!({"description": description, "allOf": [reference("schemas", content), tag]})
    };
    let result = json!({
        "description": "Result of one lead of a batch in which invalid leads are skipped.",
        "oneOf": [reference("schemas", "ScoredLead"), reference("schemas", "RejectedLead")],
        "discriminator": {"propertyName": "status", "mapping": {
            "scored": "#/components/schemas/ScoredLead", "rejected": "#/components/schemas/RejectedLead",
        }},
    });
    [
        ("ScoredLead", variant("Prediction", "scored", "Scored and recorded.")),
        ("RejectedLead", variant("Rejection", "rejected", "Neither scored nor recorded.")),
        ("LeadResult", result),
    ]
}

/// Returns both routes.
pub(super) fn paths() -> [(&'static str, Value); 2] {
    [("/predict", json!({"post": predict()})), ("/predict/batch", json!({"post": predict_batch()}))]
}

fn predict() -> Value {
    let ok = json!({
        "description": "The lead's score, recorded in the log",
        "headers": headers(),
        "content": {"application/json": {"schema": reference("schemas", "Prediction"), "example": example_prediction("crm-1042")}},
    });
    json!({
        "tags": ["predictions"],
        "summary": "Scores one lead",
        "operationId": "predict",
        "parameters": [reference("parameters", "IdempotencyKey")],
        "requestBody": {"required": true, "content": {
            "application/json": {"schema": reference("schemas", LEAD), "example": example_lead()},
        }},
        "responses": responses(ok, &PREDICT_STATUSES),
    })
}

fn predict_batch() -> Value {
    let description = "A JSON body holds up to 10,000 leads. CSV and NDJSON bodies have no such limit: they are scored \
        while they arrive, in order, and an invalid lead does not affect the others. The last line of such a response \
        proves that it is complete; a response without it is not. `Accept` selects the media type of the response; \
        the default is that of the body.";
    let ok = json!({
        "description": "Result of every lead, in the order sent; scores are recorded in the log",
        "headers": headers(),
        "content": {
            "application/json": {
                "schema": {"anyOf": [reference("schemas", "BatchAnswer"), reference("schemas", "PartialAnswer")]},
                "examples": {"fail": {"value": example_batch_answer()}, "skip": {"value": example_partial_answer()}},
            },
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "`LeadResult` per line, then a `Completion`, or an `Interruption` if it could not be finished"},
                "example": example_lines(),
            },
            "text/csv": {
                "schema": {"type": "string", "description": table_description()},
                "example": example_table(),
            },
        },
    });
    json!({
        "tags": ["predictions"],
        "summary": "Scores many leads, in the order sent",
        "description": description,
        "operationId": "predict_batch",
        "parameters": [reference("parameters", "IdempotencyKey"), reference("parameters", "OnError")],
        "requestBody": {"required": true, "content": {
            "application/json": {"schema": reference("schemas", "Batch"), "example": example_batch()},
            "application/x-ndjson": {
                "schema": {"type": "string", "minLength": 1, "description": "A `Lead` per line of at most 1 MB"},
                "example": "{\"lead_key\": \"crm-1042\", \"jobtitle\": \"Head of Marketing\"}\n{\"lead_key\": \"crm-1043\", \"llm_quality\": 101}\n",
            },
            "text/csv": {
                "schema": {"type": "string", "minLength": 1, "description": "A UTF-8 table with the names of a lead's fields in its first row, delimited by commas, semicolons or tabs"},
                "example": "lead_key,jobtitle,llm_quality\ncrm-1042,Head of Marketing,75\ncrm-1043,Sales Manager,101\n",
            },
        }},
        "responses": responses(ok, &BATCH_STATUSES),
    })
}

fn responses(ok: Value, failures: &[u16]) -> Value {
    Value::Object([("200".to_owned(), ok)].into_iter().chain(references(failures)).collect())
}

fn headers() -> Value {
    let names = ["X-Request-ID", "X-Model-Version", "X-Model-SHA256", "Idempotent-Replayed", "Server-Timing"];
    Value::Object(names.into_iter().map(|name| (name.to_owned(), reference("headers", name))).collect::<Map<_, _>>())
}

fn example_model() -> ModelName<'static> {
    ModelName { model_version: Cow::Borrowed("0.1.0"), model_sha256: Cow::Borrowed(SHA256) }
}

fn example_unseen() -> Vec<UnseenValues> {
    let most_common = vec![UnseenValue { value: "Fishery".to_owned(), leads: 1 }];
    vec![UnseenValues { field: "industry".to_owned(), leads: 1, most_common }]
}

fn example_prediction(lead_key: &'static str) -> Prediction<'static> {
    Prediction {
        inference_time_ms: 0.0312,
        prediction_id: Some(Cow::Borrowed("019c1f2e-8f0e-7f6e-9d0c-3c1b0a4f7d21")),
        lead_key: Some(Cow::Borrowed(lead_key)),
        ..Prediction::new(0.734_512, Some('A'), example_model())
    }
}

fn example_rejection(line: Option<u64>) -> LeadResult<'static> {
    let lead_key = Some(Cow::Borrowed("crm-1043"));
    LeadResult::Rejected(RejectedLead { line, lead_key, errors: vec![example_validation_error()] })
}

fn example_batch_answer() -> BatchResponse<'static> {
    BatchResponse::new(vec![example_prediction("crm-1042"), example_prediction("crm-1043")], vec![example_model()])
}

fn example_partial_answer() -> PartialAnswer<'static> {
    PartialAnswer {
        results: vec![LeadResult::Scored(example_prediction("crm-1042")), example_rejection(None)],
        total_count: 2,
        scored_count: 1,
        rejected_count: 1,
        avg_score: Some(0.7345),
        high_engagement_count: 1,
        models: vec![example_model()],
        unseen: example_unseen(),
    }
}

fn example_lines() -> String {
    let sha256 = Cow::Borrowed(SHA256);
    let last = Completion {
        complete: true,
        rows: 2,
        scored: 1,
        rejected: 1,
        sha256,
        models: vec![example_model()],
        unseen: example_unseen(),
        skipped_rows: None,
    };
    let lines =
        [json!(LeadResult::Scored(example_prediction("crm-1042"))), json!(example_rejection(Some(2))), json!(last)];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn table_description() -> String {
    format!(
        "The columns that were sent, then {}; the last row has the status `complete` or `failed`",
        RESULT_COLUMNS.join(", ")
    )
}

fn example_table() -> String {
    let header = format!("lead_key,jobtitle,llm_quality,{}\n", RESULT_COLUMNS.join(","));
    header
        + "crm-1042,Head of Marketing,75,scored,0.7345,0.734512,engaged,high,A,0.1.0,019c1f2e-8f0e-7f6e-9d0c-3c1b0a4f7d21,\n\
           crm-1043,Sales Manager,101,rejected,,,,,,,,\"llm_quality should be at most 100, but is \"\"101\"\"\"\n\
           ,,,complete,,,,,,,,\"{\"\"complete\"\":true,\"\"rows\"\":2,\"\"scored\"\":1,\"\"rejected\"\":1,\"\"sha256\"\":\"\"0f6d…\"\",\"\"models\"\":[…]}\"\n"
}
