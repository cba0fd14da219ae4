//! Every kind of feature on the values that tell kinds apart.

use super::*;
use proptest::prelude::*;

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

#[test]
fn every_input_gets_a_block_of_its_own_type() {
    let specification = serde_json::json!({"format": 1, "inputs": [
        {"name": "texts", "type": "string", "features": [
            {"name": "t", "field": "jobtitle", "kind": "text", "missing": "none"},
            {"name": "i", "field": "industry", "kind": "text", "missing": ""}]},
        {"name": "floats", "type": "float", "features": [
            {"name": "f", "field": "visits", "kind": "passthrough"},
            {"name": "length", "field": "jobtitle", "kind": "text_length"}]},
        {"name": "doubles", "type": "double", "features": [
            {"name": "d", "field": "visits", "kind": "number", "missing": 0.1, "clip": [0, 0.3]}]},
        {"name": "whole", "type": "int64", "features": [
            {"name": "w", "field": "other", "kind": "passthrough", "missing": 7.0}]},
    ]});
    let mut encoder = Encoder::from_json(specification.to_string().as_bytes()).unwrap();
    let schema = Schema::leads().with_numbers(["other", "visits"]);
    encoder.bind(&schema).unwrap();
    let mut lead = Lead::empty(schema.len());
    lead.set(schema.position("jobtitle").unwrap(), Value::Text("Chef"));
    lead.set(schema.position("industry").unwrap(), Value::Text(""));
    lead.set(schema.position("visits").unwrap(), Value::Number(0.2));
    lead.set(schema.position("other").unwrap(), Value::Number(-3.9));
    let texts = |texts: &[&str]| Values::Text(texts.iter().map(|text| (*text).to_owned()).collect());
    let blocks = encoder.encode_blocks([&lead].into_iter());
    let expected =
        [texts(&["Chef", ""]), Values::Float(vec![0.2, 4.0]), Values::Double(vec![0.2]), Values::Integer(vec![-3])];
    assert_eq!(blocks.iter().map(|block| block.values.clone()).collect::<Vec<_>>(), expected);
    let sizes: Vec<_> = blocks.iter().map(|block| (block.width, block.rows())).collect();
    assert_eq!(sizes, [(2, 1), (2, 1), (1, 1), (1, 1)]);
    let blocks = encoder.encode_blocks([&lead, &Lead::empty(schema.len())].into_iter());
    assert_eq!(blocks[0].values, texts(&["Chef", "", "none", ""]));
    assert_eq!(blocks[2].values, Values::Double(vec![0.2, 0.1]));
    assert_eq!(blocks[3].values, Values::Integer(vec![-3, 7]));
    assert_eq!((encoder.width(), encoder.encode(&[lead]).values), (6, vec![0.2, 4.0, 0.2, -3.9]));
}

#[test]
fn an_input_of_whole_numbers_wants_to_know_what_stands_for_a_missing_one() {
    let specification = serde_json::json!({"format": 1, "inputs": [{"name": "whole", "type": "int64", "features": [
        {"name": "w", "field": "visits", "kind": "passthrough"}]}]});
    let error = Encoder::from_json(specification.to_string().as_bytes()).unwrap_err();
    assert!(matches!(error, SpecificationError::WrongKind { feature, .. } if feature == "w"));
}

#[test]
fn texts_stand_in_inputs_of_strings_and_nowhere_else() {
    let refused = |kind: &str, feature: serde_json::Value| {
        let inputs = serde_json::json!([{"name": "x", "type": kind, "features": [feature]}]);
        let specification = serde_json::json!({"format": 1, "inputs": inputs}).to_string();
        Encoder::from_json(specification.as_bytes()).map(drop).unwrap_err().to_string()
    };
    let text = |field: &str| serde_json::json!({"name": "f", "field": field, "kind": "text", "missing": ""});
    assert!(refused("float", text("jobtitle")).contains("an input of strings holds texts"));
    assert!(refused("string", text("llm_quality")).contains("it holds numbers"));
    let length = serde_json::json!({"name": "f", "field": "jobtitle", "kind": "text_length"});
    assert!(refused("string", length).contains("an input of strings holds texts"));
}

/// What a text contains, term by term, worked out as the documentation says it.
fn contains(text: &str, term: &str, word: bool) -> bool {
    let fold = |text: &str| {
        let mut folded = String::new();
        term::fold(text, &mut folded);
        folded.chars().collect::<Vec<char>>()
    };
    let (text, term) = (fold(text), fold(term));
    let alone = |at: usize| {
        let before = at.checked_sub(1).map(|before| text[before]);
        !before.into_iter().chain(text.get(at + term.len()).copied()).any(char::is_alphanumeric)
    };
    (0..text.len()).any(|at| text[at..].starts_with(&term) && (!word || alone(at)))
}

proptest! {
    #[test]
    fn every_flag_is_set_just_where_one_of_its_terms_stands(
        text in "[aAbİıiſs éÉK\\-]{0,12}",
        flags in proptest::collection::vec((proptest::collection::vec("[aAbIiSs éE\\-]{1,3}", 1..4), any::<bool>()), 1..4),
    ) {
        let features: Vec<_> = flags.iter().enumerate().map(|(at, (terms, word))| {
            let matching = if *word { "word" } else { "substring" };
            serde_json::json!({"name": at.to_string(), "kind": "text_flag", "field": "jobtitle", "terms": terms, "matching": matching})
        }).collect();
        let encoder = encoder(serde_json::Value::Array(features)).unwrap();
        let mut lead = Lead::empty(encoder.schema().len());
        lead.set(encoder.schema().position("jobtitle").unwrap(), Value::Text(&text));
        let expected = flags.iter().map(|(terms, word)| f32::from(u8::from(terms.iter().any(|term| contains(&text, term, *word)))));
        prop_assert_eq!(encoder.encode(&[lead]).values, expected.collect::<Vec<_>>());
    }
}

#[test]
fn terms_that_would_take_too_much_memory_are_refused() {
    let flag = |length: usize| serde_json::json!({"name": "f", "kind": "text_flag", "field": "jobtitle", "terms": ["x".repeat(length)], "matching": "word"});
    assert!(encoder(serde_json::json!([flag(1000)])).is_ok());
    assert!(matches!(encoder(serde_json::json!([flag((1 << 20) + 1)])), Err(SpecificationError::TooManyTerms)));
}

#[test]
fn texts_may_stand_in_columns_that_leads_do_not_have() {
    let specification = serde_json::json!({"format": 1, "inputs": [{"name": "source", "type": "string", "features": [
        {"name": "s", "field": "Lead Source", "kind": "text", "missing": "?"}]}]});
    let encoder = Encoder::from_json(specification.to_string().as_bytes()).unwrap();
    let place = encoder.schema().position("Lead Source").unwrap();
    assert!(!encoder.schema().fields()[place].is_numeric());
    let mut lead = Lead::empty(encoder.schema().len());
    lead.set(place, Value::Text("Google"));
    let blocks = encoder.encode_blocks([&lead, &Lead::empty(encoder.schema().len())].into_iter());
    assert_eq!(blocks[0].values, Values::Text(vec!["Google".to_owned(), "?".to_owned()]));
    let taken = specification.to_string().replace("Lead Source", "LOCATION");
    assert!(matches!(Encoder::from_json(taken.as_bytes()), Err(SpecificationError::ColumnName { .. })));
}
