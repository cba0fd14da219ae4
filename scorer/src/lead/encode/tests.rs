//! Every kind of feature on the values that tell kinds apart.

use super::*;

fn encoder(features: serde_json::Value) -> Result<Encoder, SpecificationError> {
    let specification =
        serde_json::json!({"format": 1, "inputs": [{"name": "x", "type": "float", "features": features}]});
    Encoder::from_json(specification.to_string().as_bytes())
}

fn one(rule: serde_json::Value, value: Value<'_>) -> f32 {
    let mut feature = rule;
    feature["name"] = "f".into();
    let encoder = encoder(serde_json::json!([feature])).unwrap();
    let mut lead = Lead::empty(encoder.schema().len());
    let field = &encoder.features().next().unwrap().field;
    lead.set(encoder.schema().position(field).unwrap(), value);
    encoder.encode(&[lead]).values[0]
}

fn text(text: &str) -> Value<'_> {
    Value::Text(text)
}

#[test]
fn title_flags_ignore_case_as_python_does() {
    let rule = |matching: &str| serde_json::json!({"kind": "text_flag", "field": "jobtitle", "terms": ["Marketing", "CTO", "Sales"], "matching": matching});
    for title in ["MARKETİNG", "Marketıng", "ſales", "Mar\u{212A}eting", "Director"] {
        assert_eq!(one(rule("substring"), text(title)), 1.0, "{title}");
    }
    for title in ["Ｓａｌｅｓ", "Sa\u{200d}les", "", "Directeur"] {
        assert_eq!(one(rule("substring"), text(title)), 0.0, "{title}");
    }
    assert_eq!(one(rule("word"), text("Director")), 0.0);
    assert_eq!(one(rule("word"), text("Founder/CTO, Paris")), 1.0);
    assert_eq!(one(rule("word"), Value::Missing), 0.0);
}

#[test]
fn missing_and_unseen_are_told_apart() {
    let target =
        serde_json::json!({"kind": "target", "field": "industry", "table": {"A": 0.1}, "unseen": 0.2, "missing": 0.3});
    assert_eq!(one(target.clone(), text("A")), 0.1);
    assert_eq!(one(target.clone(), text("a")), 0.2);
    assert_eq!(one(target, Value::Missing), 0.3);
    let level = serde_json::json!({"kind": "one_hot", "field": "industry", "levels": ["A"], "missing": true});
    assert_eq!(one(level.clone(), Value::Missing), 1.0);
    assert_eq!(one(level, text("")), 0.0);
    let rest = serde_json::json!({"kind": "unlisted", "field": "industry", "levels": ["A"]});
    assert_eq!(one(rest.clone(), text("B")), 1.0);
    assert_eq!(one(rest, Value::Missing), 0.0);
}

#[test]
fn texts_are_counted_in_code_points_and_items() {
    let length = serde_json::json!({"kind": "text_length", "field": "summary"});
    assert_eq!(one(length.clone(), text("e\u{301}😀\r\n")), 5.0);
    assert_eq!(one(length, Value::Missing), 0.0);
    let items = serde_json::json!({"kind": "item_count", "field": "skills", "separator": ","});
    assert_eq!(one(items.clone(), text("")), 1.0);
    assert_eq!(one(items, text("a,,b,")), 4.0);
}

#[test]
fn a_clip_takes_what_lies_beyond_to_its_ends() {
    let year = serde_json::json!({"kind": "number", "field": "companyfoundedon", "missing": 1.0, "clip": [1900, 2020]});
    let clipped = [-5.0, 1950.5, 2020.0, f64::INFINITY].map(|number| one(year.clone(), Value::Number(number)));
    assert_eq!(clipped, [1900.0, 1950.5, 2020.0, 2020.0]);
    assert_eq!(one(year, Value::Missing), 1900.0);
    let length = serde_json::json!({"kind": "text_length", "field": "summary", "clip": [0, 3]});
    assert_eq!(one(length, text("abcdef")), 3.0);
    let broken = serde_json::json!([{"name": "f", "kind": "text_length", "field": "summary", "clip": [3, 0]}]);
    assert!(matches!(encoder(broken), Err(SpecificationError::Clip(_))));
}

#[test]
fn a_passthrough_reads_any_number_column() {
    let rule = serde_json::json!({"kind": "passthrough", "field": "visits"});
    assert_eq!(one(rule.clone(), Value::Number(7.0)), 7.0);
    assert!(one(rule, Value::Missing).is_nan());
}

#[test]
fn what_cannot_be_encoded_is_refused_with_the_feature() {
    let broken = [
        serde_json::json!({"name": "f", "kind": "number", "field": "jobtitle", "missing": 0}),
        serde_json::json!({"name": "f", "kind": "text_length", "field": "llm_quality"}),
        serde_json::json!({"name": "f", "kind": "text_length", "field": "shoe_size"}),
        serde_json::json!({"name": "f", "kind": "item_count", "field": "skills", "separator": ""}),
        serde_json::json!({"name": "f", "kind": "guess", "field": "skills"}),
    ];
    let named = |field: &str| serde_json::json!({"name": "f", "kind": "passthrough", "field": field});
    let broken = broken.into_iter().chain(["lead_key", "Lead_Key", " visits", "", "JobTitle"].map(named));
    for feature in broken {
        assert!(encoder(serde_json::json!([feature])).is_err(), "{feature}");
    }
    let twice = serde_json::json!({"name": "f", "kind": "present", "field": "skills"});
    assert!(matches!(encoder(serde_json::json!([twice, twice])), Err(SpecificationError::Duplicate(_))));
    assert!(matches!(encoder(serde_json::json!([])), Err(SpecificationError::Size(1, 0))));
}
