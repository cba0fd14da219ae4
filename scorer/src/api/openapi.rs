//! The description of the API, as OpenAPI 3.1.
//!
//! Owns the document and the examples in it. The lead in it is made from the schema that leads are checked against,
//! so it cannot say other limits than those that hold.

use super::routes::{admin, health, metrics, model, predict};
use crate::lead::json::BATCH_MAX;
use crate::lead::schema::{Field, Kind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{OpenApi, PartialSchema, ToSchema};

const LEAD: &str = "Lead";

/// The body of one prediction.
pub(super) struct LeadBody;

/// The body of a batch.
pub(super) struct BatchBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leadlight",
        description = "Scores sales leads by how likely they are to reply. Every answer carries an `X-Request-ID`, \
                       the client's own where it sent one. Errors are `{error, message, detail}`.",
    ),
    paths(
        predict::predict, predict::predict_batch, model::model, health::health, health::livez, health::readyz,
        metrics::metrics, admin::models, admin::change,
    ),
    components(schemas(LeadBody, BatchBody)),
    tags((name = "predictions", description = "Leads in, scores out"), (name = "service", description = "Operations"),
        (name = "monitoring", description = "For those who watch"), (name = "administration", description = "For those who change")),
)]
struct Api;

/// The document, as JSON, for leads of this schema.
pub(super) fn document(schema: &Schema) -> String {
    let mut document = Api::openapi();
    if let Some(components) = &mut document.components {
        components.schemas.insert(LEAD.to_owned(), lead(schema).into());
    }
    document.to_json().unwrap_or_default()
}

impl ToSchema for LeadBody {
    fn name() -> Cow<'static, str> {
        LEAD.into()
    }
}

impl PartialSchema for LeadBody {
    fn schema() -> RefOr<utoipa::openapi::Schema> {
        lead(&Schema::leads()).into()
    }
}

impl ToSchema for BatchBody {
    fn name() -> Cow<'static, str> {
        "Batch".into()
    }
}

impl PartialSchema for BatchBody {
    fn schema() -> RefOr<utoipa::openapi::Schema> {
        let leads = ArrayBuilder::new()
            .items(Ref::from_schema_name(LEAD))
            .min_items(Some(1))
            .max_items(Some(BATCH_MAX))
            .build();
        let example = json!({"leads": [example_lead(), {"lead_key": "crm-1043", "jobtitle": "Sales Manager"}]});
        ObjectBuilder::new().property("leads", leads).required("leads").examples([example]).build().into()
    }
}

fn lead(schema: &Schema) -> Object {
    let key = nullable(Type::String)
        .max_length(Some(LEAD_KEY_MAX_CHARS))
        .description(Some("Your own identifier: returned and logged, never scored"));
    let fields = schema
        .fields()
        .iter()
        .fold(ObjectBuilder::new(), |lead, field| lead.property(field.name.as_str(), described(field)));
    fields
        .property(LEAD_KEY, key)
        .description(Some("Every field may be missing or null; unknown fields are ignored."))
        .examples([example_lead()])
        .build()
}

fn described(field: &Field) -> Object {
    match &field.kind {
        Kind::Integer { min, max } => nullable(Type::Integer).minimum(Some(*min)).maximum(Some(*max)),
        Kind::Number { range } => {
            nullable(Type::Number).minimum(range.map(|(min, _)| min)).maximum(range.map(|(_, max)| max))
        }
        Kind::Category { levels } => nullable(Type::String)
            .description(Some("Usually one of the examples; other levels are scored as unknown"))
            .examples(levels.iter().copied()),
        Kind::Text { max_chars } => nullable(Type::String).max_length(*max_chars),
    }
    .build()
}

fn nullable(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([kind, Type::Null]))
}

fn example_lead() -> Value {
    json!({
        "lead_key": "crm-1042",
        "jobtitle": "Head of Marketing",
        "companysize": "51-200",
        "companytype": "Privately Held",
        "companyfoundedon": 2012,
        "industry": "Marketing & Advertising",
        "languages": "English, French",
        "location": "Lyon, France",
        "skills": "Brand Strategy, Analytics, Negotiation",
        "llm_quality": 75,
        "llm_engagement": 0.6,
        "llm_seniority": "Senior",
    })
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
    fn the_examples_are_good_leads() {
        let body = json!({"leads": [example_lead()]}).to_string();
        let leads = crate::lead::json::read_batch(body.as_bytes(), &Schema::leads()).unwrap();
        assert_eq!(leads[0].key(), Some("crm-1042"));
    }
}
