//! Tests of every rule on distinguishing values.

use super::*;
use proptest::prelude::*;

fn encoder(features: serde_json::Value) -> Result<Encoder, SpecificationError> {
    let specification =
        serde_json::json!({"format": 1, "inputs": [{"name": "x", "type": "float", "features": features}]});
    Encoder::from_json(specification.to_string().as_bytes())
}

fn encode_one(rule: serde_json::Value, value: Value<'_>) -> f32 {
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
fn text_flags_ignore_case_as_python_does() {
    let rule = |matching: &str| serde_json::json!({"kind": "text_flag", "field": "jobtitle", "terms": ["Marketing", "CTO", "Sales"], "matching": matching});
    for title in ["MARKETİNG", "Marketıng", "ſales", "Mar\u{212A}eting", "Director"] {
        assert_eq!(encode_one(rule("substring"), text(title)), 1.0, "{title}");
    }
    for title in ["Ｓａｌｅｓ", "Sa\u{200d}les", "", "Directeur"] {
        assert_eq!(encode_one(rule("substring"), text(title)), 0.0, "{title}");
    }
    assert_eq!(encode_one(rule("word"), text("Director")), 0.0);
    assert_eq!(encode_one(rule("word"), text("Founder/CTO, Paris")), 1.0);
    assert_eq!(encode_one(rule("word"), Value::Missing), 0.0);
}

#[test]
fn missing_and_unseen_texts_are_distinct() {
    let target =
        serde_json::json!({"kind": "target", "field": "industry", "table": {"A": 0.1}, "unseen": 0.2, "missing": 0.3});
    assert_eq!(encode_one(target.clone(), text("A")), 0.1);
    assert_eq!(encode_one(target.clone(), text("a")), 0.2);
    assert_eq!(encode_one(target, Value::Missing), 0.3);
    let level = serde_json::json!({"kind": "one_hot", "field": "industry", "levels": ["A"], "missing": true});
    assert_eq!(encode_one(level.clone(), Value::Missing), 1.0);
    assert_eq!(encode_one(level, text("")), 0.0);
    let rest = serde_json::json!({"kind": "unlisted", "field": "industry", "levels": ["A"]});
    assert_eq!(encode_one(rest.clone(), text("B")), 1.0);
    assert_eq!(encode_one(rest, Value::Missing), 0.0);
}

#[test]
fn text_length_counts_code_points_and_item_count_items() {
    let length = serde_json::json!({"kind": "text_length", "field": "summary"});
    assert_eq!(encode_one(length.clone(), text("e\u{301}😀\r\n")), 5.0);
    assert_eq!(encode_one(length, Value::Missing), 0.0);
    let items = serde_json::json!({"kind": "item_count", "field": "skills", "separator": ","});
    assert_eq!(encode_one(items.clone(), text("")), 1.0);
    assert_eq!(encode_one(items, text("a,,b,")), 4.0);
}

#[test]
fn values_are_clipped() {
    let year = serde_json::json!({"kind": "number", "field": "companyfoundedon", "missing": 1.0, "clip": [1900, 2020]});
    let clipped = [-5.0, 1950.5, 2020.0, f64::INFINITY].map(|number| encode_one(year.clone(), Value::Number(number)));
    assert_eq!(clipped, [1900.0, 1950.5, 2020.0, 2020.0]);
    assert_eq!(encode_one(year, Value::Missing), 1900.0);
    let length = serde_json::json!({"kind": "text_length", "field": "summary", "clip": [0, 3]});
    assert_eq!(encode_one(length, text("abcdef")), 3.0);
    let broken = serde_json::json!([{"name": "f", "kind": "text_length", "field": "summary", "clip": [3, 0]}]);
    assert!(matches!(encoder(broken), Err(SpecificationError::Clip(_))));
}

#[test]
fn passthrough_reads_any_number_column() {
    let rule = serde_json::json!({"kind": "passthrough", "field": "visits"});
    assert_eq!(encode_one(rule.clone(), Value::Number(7.0)), 7.0);
    assert!(encode_one(rule, Value::Missing).is_nan());
}

#[test]
fn invalid_features_are_refused() {
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
fn each_input_has_a_block_of_its_type() {
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
    let texts = |texts: &[&str]| InputValues::Text(texts.iter().map(|text| (*text).to_owned()).collect());
    let blocks = encoder.encode_blocks([&lead].into_iter());
    let expected = [
        texts(&["Chef", ""]),
        InputValues::Float(vec![0.2, 4.0]),
        InputValues::Double(vec![0.2]),
        InputValues::Integer(vec![-3]),
    ];
    assert_eq!(blocks.iter().map(|block| block.values.clone()).collect::<Vec<_>>(), expected);
    let sizes: Vec<_> = blocks.iter().map(|block| (block.width, block.rows())).collect();
    assert_eq!(sizes, [(2, 1), (2, 1), (1, 1), (1, 1)]);
    let blocks = encoder.encode_blocks([&lead, &Lead::empty(schema.len())].into_iter());
    assert_eq!(blocks[0].values, texts(&["Chef", "", "none", ""]));
    assert_eq!(blocks[2].values, InputValues::Double(vec![0.2, 0.1]));
    assert_eq!(blocks[3].values, InputValues::Integer(vec![-3, 7]));
    assert_eq!((encoder.width(), encoder.encode(&[lead]).values), (6, vec![0.2, 4.0, 0.2, -3.9]));
}

#[test]
fn integer_input_requires_a_replacement_of_missing_numbers() {
    let specification = serde_json::json!({"format": 1, "inputs": [{"name": "whole", "type": "int64", "features": [
        {"name": "w", "field": "visits", "kind": "passthrough"}]}]});
    let error = Encoder::from_json(specification.to_string().as_bytes()).unwrap_err();
    assert!(matches!(error, SpecificationError::WrongKind { feature, .. } if feature == "w"));
}

#[test]
fn texts_require_a_string_input() {
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

/// Reference implementation of the documented matching.
fn contains(text: &str, term: &str, word: bool) -> bool {
    let fold = |text: &str| {
        let mut folded = String::new();
        term::fold(text, &mut folded);
        folded.chars().collect::<Vec<char>>()
    };
    let (text, term) = (fold(text), fold(term));
    let is_word = |at: usize| {
        let previous = at.checked_sub(1).map(|previous| text[previous]);
        !previous.into_iter().chain(text.get(at + term.len()).copied()).any(char::is_alphanumeric)
    };
    (0..text.len()).any(|at| text[at..].starts_with(&term) && (!word || is_word(at)))
}

proptest! {
    #[test]
    fn flag_is_set_exactly_when_a_term_matches(
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
fn terms_over_the_size_limit_are_refused() {
    let flag = |length: usize| serde_json::json!({"name": "f", "kind": "text_flag", "field": "jobtitle", "terms": ["x".repeat(length)], "matching": "word"});
    assert!(encoder(serde_json::json!([flag(1000)])).is_ok());
    assert!(matches!(encoder(serde_json::json!([flag((1 << 20) + 1)])), Err(SpecificationError::TooManyTerms)));
}

#[test]
fn texts_may_be_columns_outside_of_the_contract() {
    let specification = serde_json::json!({"format": 1, "inputs": [{"name": "source", "type": "string", "features": [
        {"name": "s", "field": "Lead Source", "kind": "text", "missing": "?"}]}]});
    let encoder = Encoder::from_json(specification.to_string().as_bytes()).unwrap();
    let field = encoder.schema().position("Lead Source").unwrap();
    assert!(!encoder.schema().fields()[field].is_numeric());
    let mut lead = Lead::empty(encoder.schema().len());
    lead.set(field, Value::Text("Google"));
    let blocks = encoder.encode_blocks([&lead, &Lead::empty(encoder.schema().len())].into_iter());
    assert_eq!(blocks[0].values, InputValues::Text(vec!["Google".to_owned(), "?".to_owned()]));
    let taken = specification.to_string().replace("Lead Source", "LOCATION");
    assert!(matches!(Encoder::from_json(taken.as_bytes()), Err(SpecificationError::ColumnName { .. })));
}

/// A feature of each categorical kind for two levels of `industry`.
fn level_features(matching: &str) -> serde_json::Value {
    serde_json::json!([
        {"name": "a", "kind": "one_hot", "field": "industry", "levels": ["Computer Software"], "matching": matching},
        {"name": "b", "kind": "unlisted", "field": "industry", "levels": ["Computer Software", "Santé"], "matching": matching},
        {"name": "c", "kind": "target", "field": "industry", "table": {"Santé": 0.5}, "unseen": 0.25, "missing": 0.75, "matching": matching},
    ])
}

fn encode_industry(encoder: &Encoder, industry: &str, matching: LevelMatching) -> (Vec<f32>, bool) {
    let mut lead = Lead::empty(encoder.schema().len());
    lead.set(encoder.schema().position("industry").unwrap(), text(industry));
    let mut batch = encoder.new_batch();
    encoder.encode_into(&lead, matching, &mut batch);
    let InputValues::Float(values) = &batch.blocks()[0].values else { panic!() };
    (values.clone(), batch.is_respelled())
}

#[test]
fn folded_levels_are_matched_as_people_read_them() {
    let (exact, folded) = (encoder(level_features("exact")).unwrap(), encoder(level_features("folded")).unwrap());
    let unseen = (vec![0.0, 1.0, 0.25], false);
    for (industry, values) in [
        ("computer  software ", [1.0, 0.0, 0.25]),
        ("COMPUTER_SOFTWARE", [1.0, 0.0, 0.25]),
        ("SANTE", [0.0, 0.0, 0.5]),
        ("sant&eacute;", [0.0, 0.0, 0.5]),
    ] {
        assert_eq!(encode_industry(&folded, industry, LevelMatching::Exact), (values.to_vec(), true), "{industry}");
        assert_eq!(encode_industry(&exact, industry, LevelMatching::Exact), unseen, "{industry}");
        assert_eq!(encode_industry(&exact, industry, LevelMatching::Folded), (values.to_vec(), true), "{industry}");
    }
    for encoder in [&exact, &folded] {
        assert_eq!(encode_industry(encoder, "Santé", LevelMatching::Exact), (vec![0.0, 0.0, 0.5], false));
        assert_eq!(encode_industry(encoder, "Fishing", LevelMatching::Folded), unseen);
    }
}

#[test]
fn exact_matching_is_the_default_and_not_written() {
    let encoder = encoder(level_features("exact")).unwrap();
    let written = serde_json::to_string(encoder.specification()).unwrap();
    assert!(!written.contains("matching"), "{written}");
    assert_eq!(Encoder::from_json(written.as_bytes()).unwrap().specification(), encoder.specification());
}

#[test]
fn levels_that_read_the_same_are_refused_where_levels_are_folded() {
    let two = |matching: [&str; 2]| {
        encoder(serde_json::json!([
            {"name": "a", "kind": "one_hot", "field": "industry", "levels": ["Software"], "matching": matching[0]},
            {"name": "b", "kind": "one_hot", "field": "industry", "levels": [" SOFTWARE"], "matching": matching[1]},
        ]))
    };
    assert!(two(["exact", "exact"]).is_ok());
    assert!(matches!(two(["folded", "folded"]), Err(SpecificationError::AmbiguousLevels { .. })));
    assert!(matches!(two(["folded", "exact"]), Err(SpecificationError::MixedMatching(field)) if field == "industry"));
}

#[test]
fn unseen_texts_are_counted_and_spellings_replaced() {
    let encoder = encoder(level_features("folded")).unwrap();
    let place = encoder.schema().position("industry").unwrap();
    let mut batch = encoder.new_batch();
    let mut lead = Lead::empty(encoder.schema().len());
    for industry in ["Fishing", "sante", "Fishing", "Mining", "Santé", ""] {
        lead.set(place, text(industry));
        encoder.encode_into(&lead, LevelMatching::Exact, &mut batch);
    }
    let unseen = encoder.take_unseen(&mut batch);
    assert_eq!(unseen.len(), 1);
    assert_eq!((unseen[0].0, unseen[0].1.cells()), (place, 3));
    assert_eq!(unseen[0].1.commonest(3), [("Fishing", 2), ("Mining", 1)]);
    assert_eq!(encoder.take_unseen(&mut batch), []);
    for (industry, level) in [("SANTE", "Santé"), ("Mining", "Mining")] {
        lead.set(place, text(industry));
        encoder.respell(&mut lead);
        assert_eq!(lead.value(place), text(level));
    }
}

proptest! {
    /// The memory of a batch has no effect on the features of a lead.
    #[test]
    fn levels_are_read_the_same_alone_and_in_a_batch(texts in prop::collection::vec("(?i)(santé?|computer[ _]software|x) ?", 1..20)) {
        let encoder = encoder(level_features("folded")).unwrap();
        let place = encoder.schema().position("industry").unwrap();
        let lead = |industry: &String| {
            let mut lead = Lead::empty(encoder.schema().len());
            lead.set(place, text(industry));
            lead
        };
        let leads: Vec<Lead> = texts.iter().map(lead).collect();
        let together = encoder.encode(&leads).values;
        let alone: Vec<f32> = leads.iter().flat_map(|lead| encoder.encode(std::slice::from_ref(lead)).values).collect();
        prop_assert_eq!(together, alone);
    }
}
