//! Schemas of leads in the document, derived from the schema that validates them.

use crate::lead::json::BATCH_MAX;
use crate::lead::schema::{Field, FieldKind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Component name of the lead schema.
pub(super) const LEAD: &str = "Lead";

/// Body of `/predict`.
pub(super) struct LeadBody;

/// JSON body of `/predict/batch`.
pub(super) struct BatchBody;

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
        ObjectBuilder::new().property("leads", leads).required("leads").examples([example_batch()]).build().into()
    }
}

/// Describes a lead of this schema.
pub(super) fn lead(schema: &Schema) -> Object {
    let key = nullable(Type::String)
        .max_length(Some(LEAD_KEY_MAX_CHARS))
        .description(Some("Your own identifier: returned and logged, never scored"));
    let fields = schema
        .fields()
        .iter()
        .fold(ObjectBuilder::new(), |lead, field| lead.property(field.name.as_str(), field_schema(field)));
    fields
        .property(LEAD_KEY, key)
        .description(Some("Every field may be missing or null; unknown fields are ignored."))
        .examples([example_lead()])
        .build()
}

fn field_schema(field: &Field) -> Object {
    match &field.kind {
        FieldKind::Integer { min, max } => nullable(Type::Integer).minimum(Some(*min)).maximum(Some(*max)),
        FieldKind::Number { range } => {
            nullable(Type::Number).minimum(range.map(|(min, _)| min)).maximum(range.map(|(_, max)| max))
        }
        FieldKind::Category { levels } => nullable(Type::String)
            .description(Some("Usually one of the examples; other levels are scored as unknown"))
            .examples(levels.iter().copied()),
        FieldKind::Text { max_chars } => nullable(Type::String).max_length(*max_chars),
    }
    .build()
}

fn nullable(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([kind, Type::Null]))
}

/// Returns a batch of two leads.
pub(super) fn example_batch() -> Value {
    json!({"leads": [example_lead(), {"lead_key": "crm-1043", "jobtitle": "Sales Manager"}]})
}

/// Returns a lead with most fields.
pub(super) fn example_lead() -> Value {
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
    fn the_examples_are_valid_leads() {
        let leads = crate::lead::json::read_batch(example_batch().to_string().as_bytes(), &Schema::leads()).unwrap();
        assert_eq!(leads[0].key(), Some("crm-1042"));
    }
}
