//! What the document says of the two routes that score: forms of bodies and answers, parameters, examples.
//!
//! May not know how they are answered.

use super::failure::{OF_MANY, OF_ONE, example_validation_error, references};
use super::lead::{LEAD, example_batch, example_lead};
use super::reference;
use crate::api::http::idempotency::KEY_MAX;
use crate::api::http::response::{Completion, LeadResult, PartialAnswer, RejectedLead};
use crate::api::routes::predict::{ADDED, KEYED_STREAM_BYTES};
use crate::wire::{BatchAnswer, ModelName, Prediction};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

const SHA256: &str = "0f6d2c5b9a1e48f7a3b0c6d9e2f1847560aabbccddeeff00112233445566778899";

/// The parameters of both routes, by the names that references have.
pub(super) fn parameters() -> Value {
    let key = "A name of the client's for this request: sent again with the same body, it gets the same answer, and its \
               leads are logged once. It belongs to the caller and the route.";
    let streams = KEYED_STREAM_BYTES >> 20;
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": format!("{key} With it, a body of CSV or NDJSON may have up to {streams} MB."),
            // White space at the ends of a header is not part of it.
            "schema": {
                "type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": "^[!-~]([ -~]*[!-~])?$",
            },
            "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
        },
        "OnError": {
            "name": "on_error", "in": "query", "required": false,
            "description": "What a lead that is not valid means for the others: none is scored (`fail`, the default of \
                            JSON bodies), or nothing (`skip`, the only way of CSV and NDJSON bodies)",
            "schema": {"type": "string", "enum": ["fail", "skip"]},
        },
    })
}

/// The two routes.
pub(super) fn paths() -> [(&'static str, Value); 2] {
    [("/predict", json!({"post": one()})), ("/predict/batch", json!({"post": many()}))]
}

fn one() -> Value {
    let ok = json!({
        "description": "The lead's score, recorded in the log",
        "headers": headers(),
        "content": {"application/json": {"schema": reference("schemas", "Prediction"), "example": told("crm-1042")}},
    });
    json!({
        "tags": ["predictions"],
        "summary": "Scores one lead",
        "operationId": "predict",
        "parameters": [reference("parameters", "IdempotencyKey")],
        "requestBody": {"required": true, "content": {
            "application/json": {"schema": reference("schemas", LEAD), "example": example_lead()},
        }},
        "responses": responses(ok, &OF_ONE),
    })
}

fn many() -> Value {
    let description = "A JSON body holds up to 10,000 leads. CSV and NDJSON bodies have no such limit: they are answered \
        while they come, in order, and a lead that is not valid costs the others nothing. The last line of such an \
        answer proves that nothing is missing; an answer without it is not whole. `Accept` decides the form of the \
        answer, which is else that of the body.";
    let ok = json!({
        "description": "What became of every lead, in the order sent; scores are recorded in the log",
        "headers": headers(),
        "content": {
            "application/json": {
                "schema": {"anyOf": [reference("schemas", "BatchAnswer"), reference("schemas", "PartialAnswer")]},
                "examples": {"fail": {"value": whole()}, "skip": {"value": partial()}},
            },
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "`LeadResult` per line, then a `Completion`, or an `Interruption` where it could not be finished"},
                "example": lines(),
            },
            "text/csv": {
                "schema": {"type": "string", "description": table_words()},
                "example": table(),
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
                "schema": {"type": "string", "minLength": 1, "description": "A table in UTF-8 with the names of a lead's fields in its first row; between cells stand commas, semicolons or tabs"},
                "example": "lead_key,jobtitle,llm_quality\ncrm-1042,Head of Marketing,75\ncrm-1043,Sales Manager,101\n",
            },
        }},
        "responses": responses(ok, &OF_MANY),
    })
}

fn responses(ok: Value, failures: &[u16]) -> Value {
    Value::Object([("200".to_owned(), ok)].into_iter().chain(references(failures)).collect())
}

fn headers() -> Value {
    let names = ["X-Request-ID", "X-Model-Version", "X-Model-SHA256", "Idempotent-Replayed", "Server-Timing"];
    Value::Object(names.into_iter().map(|name| (name.to_owned(), reference("headers", name))).collect::<Map<_, _>>())
}

fn model() -> ModelName<'static> {
    ModelName { model_version: Cow::Borrowed("0.1.0"), model_sha256: Cow::Borrowed(SHA256) }
}

fn told(lead_key: &'static str) -> Prediction<'static> {
    Prediction {
        inference_time_ms: 0.0312,
        prediction_id: Some(Cow::Borrowed("019c1f2e-8f0e-7f6e-9d0c-3c1b0a4f7d21")),
        lead_key: Some(Cow::Borrowed(lead_key)),
        ..Prediction::new(0.734_512, Some('A'), model())
    }
}

fn refused(line: Option<u64>) -> LeadResult<'static> {
    let lead_key = Some(Cow::Borrowed("crm-1043"));
    LeadResult::Rejected(RejectedLead { line, lead_key, errors: vec![example_validation_error()] })
}

fn whole() -> BatchAnswer<'static> {
    BatchAnswer::new(vec![told("crm-1042"), told("crm-1043")], vec![model()])
}

fn partial() -> PartialAnswer<'static> {
    PartialAnswer {
        results: vec![LeadResult::Scored(told("crm-1042")), refused(None)],
        total_count: 2,
        scored_count: 1,
        rejected_count: 1,
        avg_score: Some(0.7345),
        high_engagement_count: 1,
        models: vec![model()],
    }
}

fn lines() -> String {
    let sha256 = Cow::Borrowed(SHA256);
    let last = Completion { complete: true, rows: 2, scored: 1, rejected: 1, sha256, models: vec![model()] };
    let lines = [json!(LeadResult::Scored(told("crm-1042"))), json!(refused(Some(2))), json!(last)];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn table_words() -> String {
    format!("The columns that were sent, then {}; the last row has the status `complete` or `failed`", ADDED.join(", "))
}

fn table() -> String {
    let header = format!("lead_key,jobtitle,llm_quality,{}\n", ADDED.join(","));
    header
        + "crm-1042,Head of Marketing,75,scored,0.7345,0.734512,engaged,high,A,0.1.0,019c1f2e-8f0e-7f6e-9d0c-3c1b0a4f7d21,\n\
           crm-1043,Sales Manager,101,rejected,,,,,,,,\"llm_quality should be at most 100, but is \"\"101\"\"\"\n\
           ,,,complete,,,,,,,,\"{\"\"complete\"\":true,\"\"rows\"\":2,\"\"scored\"\":1,\"\"rejected\"\":1,\"\"sha256\"\":\"\"0f6d…\"\",\"\"models\"\":[…]}\"\n"
}
