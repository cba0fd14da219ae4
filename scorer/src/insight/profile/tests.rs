//! Tests of profiles: counting, merging, encodings and malformed input.

use super::*;
use crate::lead::encode::Encoder;
use proptest::prelude::*;

fn key() -> LevelKey {
    LevelKey::new([7; 16])
}

fn layout(capacity: usize) -> Arc<ProfileLayout> {
    let number = |name| ColumnLayout::number(ColumnGroup::Field, name, Quantity::Value);
    let levels = vec!["Software".to_owned(), "Banking".to_owned()];
    let columns = vec![
        number("llm_quality"),
        number("companyfoundedon"),
        ColumnLayout::category(ColumnGroup::Field, "industry", levels),
        ColumnLayout::number(ColumnGroup::Field, "summary", Quantity::Length),
        ColumnLayout::number(ColumnGroup::Field, "skills", Quantity::Items),
        ColumnLayout { is_f32: true, ..ColumnLayout::number(ColumnGroup::Feature, "tenth", Quantity::Value) },
        ColumnLayout::category(ColumnGroup::Feature, "words", Vec::new()),
        ColumnLayout::number(ColumnGroup::Score, "score", Quantity::Value),
    ];
    Arc::new(ProfileLayout::new(columns, capacity))
}

type Fields<'a> = (Option<f64>, Option<f64>, Option<&'a str>, Option<&'a str>);

fn lead((quality, founded, industry, text): Fields<'_>) -> Lead {
    let schema = Schema::leads();
    let mut lead = Lead::empty(schema.len());
    let mut set = |name: &str, value| lead.set(schema.position(name).unwrap(), value);
    set("llm_quality", quality.map_or(Value::Missing, Value::Number));
    set("companyfoundedon", founded.map_or(Value::Missing, Value::Number));
    set("industry", industry.map_or(Value::Missing, Value::Text));
    set("summary", text.map_or(Value::Missing, Value::Text));
    set("skills", text.map_or(Value::Missing, Value::Text));
    lead
}

fn profile(leads: &[Fields<'_>], capacity: usize) -> Profile {
    let layout = layout(capacity);
    let binding = layout.bind(&Schema::leads(), key());
    let mut profile = Profile::empty(layout);
    let leads: Vec<Lead> = leads.iter().map(|fields| lead(*fields)).collect();
    profile.add_leads(&binding, &leads);
    let scores: Vec<f32> = leads.iter().map(|lead| if lead.value(0) == Value::Missing { 0.25 } else { 0.75 }).collect();
    let numbers = InputBlock { width: 1, values: InputValues::Float(scores.iter().map(|score| score / 7.5).collect()) };
    let texts = InputBlock { width: 1, values: InputValues::Text(scores.iter().map(f32::to_string).collect()) };
    profile.add_features(&binding, &[numbers, texts]);
    profile.add_scores(&binding, &scores);
    profile
}

fn column<'p>(profile: &'p Profile, name: &str) -> &'p ColumnProfile {
    profile.columns().find(|(layout, _)| layout.name == name).unwrap().1
}

#[test]
fn values_are_counted_by_kind_and_quantity() {
    let profile = profile(
        &[
            (Some(70.0), Some(-0.0), Some("Software"), Some("é,😀")),
            (Some(70.0), Some(0.0), Some("Fishing"), Some("")),
            (None, Some(f64::INFINITY), None, None),
        ],
        CAPACITY,
    );
    assert_eq!(profile.rows(), 3);
    assert_eq!(column(&profile, "llm_quality").numbers(), [(70.0, 2)]);
    assert_eq!(column(&profile, "llm_quality").missing(), 1);
    let founded = column(&profile, "companyfoundedon");
    assert_eq!((founded.numbers(), founded.missing(), founded.infinite()), (vec![(0.0, 2)], 1, 1));
    let industry = column(&profile, "industry");
    assert_eq!(industry.levels(), [0, 1], "levels are sorted by name");
    assert_eq!(industry.hashes(), [(key().hash("Fishing"), 1)]);
    assert_eq!((industry.present(), industry.missing()), (2, 1));
    assert_eq!(column(&profile, "summary").numbers(), [(0.0, 1), (3.0, 1)]);
    assert_eq!(column(&profile, "skills").numbers(), [(1.0, 1), (2.0, 1)]);
    assert_eq!(column(&profile, "tenth").numbers(), [(f64::from(0.25_f32 / 7.5), 1), (f64::from(0.1_f32), 2)]);
    assert_eq!(column(&profile, "words").present(), 3);
    assert_eq!(column(&profile, "score").numbers(), [(0.25, 1), (0.75, 2)]);
}

#[test]
fn numbers_are_rounded_to_f32_where_the_model_reads_f32() {
    let mut profile = Profile::empty(layout(CAPACITY));
    let index = profile.layout().position(ColumnGroup::Feature, "tenth").unwrap();
    profile.add_numbers(index, [0.1, f64::NAN, 1e300].into_iter());
    let column = column(&profile, "tenth");
    assert_eq!(column.numbers(), [(f64::from(0.1_f32), 1)]);
    assert_eq!((column.missing(), column.infinite()), (2, 1));
}

#[test]
fn a_layout_has_the_fields_the_features_and_the_score() {
    let encoder = br#"{"format": 1, "inputs": [
        {"name": "x", "type": "double", "features": [{"name": "q", "field": "llm_quality", "kind": "passthrough"}]},
        {"name": "t", "type": "string", "features": [{"name": "i", "field": "industry", "kind": "text", "missing": ""}]}]}"#;
    let encoder = Encoder::from_json(encoder).unwrap();
    let layout = ProfileLayout::for_serving(encoder.schema(), encoder.specification(), None);
    let titles: Vec<_> = layout.columns().iter().map(|column| (column.group, column.title(), column.kind)).collect();
    assert!(titles.contains(&(ColumnGroup::Field, "summary (length)".to_owned(), ColumnKind::Number)));
    assert!(titles.contains(&(ColumnGroup::Field, "skills (items)".to_owned(), ColumnKind::Number)));
    assert!(titles.contains(&(ColumnGroup::Field, "languages".to_owned(), ColumnKind::Category)));
    let (features, score) = titles[titles.len() - 3..].split_at(2);
    let expected = [
        (ColumnGroup::Feature, "q".to_owned(), ColumnKind::Number),
        (ColumnGroup::Feature, "i".to_owned(), ColumnKind::Category),
    ];
    assert_eq!(features, expected);
    assert_eq!(score, [(ColumnGroup::Score, "score".to_owned(), ColumnKind::Number)]);
    let index = layout.position(ColumnGroup::Field, "llm_seniority").unwrap();
    assert_eq!(layout.columns()[index].levels.len(), 5, "the schema's levels are public");
}

#[test]
fn profiles_of_different_layouts_do_not_merge() {
    let mut merged = profile(&[(Some(1.0), None, None, None)], CAPACITY);
    let original = merged.clone();
    assert_eq!(merged.merge(&profile(&[], 64)), Err(ProfileError::Layout));
    assert_eq!(merged, original);
}

#[test]
fn rare_values_are_suppressed() {
    let mut leads: Vec<Fields<'_>> = vec![(None, None, Some("Software"), None); 5];
    leads.extend([(None, None, Some("Banking"), None), (None, None, Some("Fishing"), None)]);
    let years: Vec<f64> = (0..100).map(|year| 1900.0 + f64::from(year)).collect();
    leads.extend(years.iter().map(|year| (None, Some(*year), None, None)));
    let shared = profile(&leads, CAPACITY).suppress_rare(5, 64);
    let json = serde_json::to_string(&shared).unwrap();
    assert!(json.contains("Software") && !json.contains("Banking") && !json.contains("Fishing"));
    let industry = column(&shared, "industry");
    assert_eq!((industry.levels(), industry.pooled(), industry.hashes()), ([5].as_slice(), 2, vec![]));
    let founded = column(&shared, "companyfoundedon");
    let numbers = founded.numbers();
    assert!(founded.kept_bits() < 64 && numbers.len() <= 64);
    assert!(numbers.iter().all(|(year, _)| (1904.0..=1995.0).contains(year)), "{numbers:?}");
    assert!(numbers[0].1 >= 5 && numbers[numbers.len() - 1].1 >= 5);
    assert_eq!(founded.present(), 100);
    assert_eq!(Profile::from_section(&json).unwrap(), Some(shared));
}

#[test]
fn version_1_sections_are_skipped_and_malformed_ones_rejected() {
    assert_eq!(Profile::from_section(r#"{"leads": 3, "fields": [], "scores": [3]}"#).unwrap(), None);
    let columns = |columns: &str| format!(r#"{{"format": 2, "rows": 1, "capacity": 64, "columns": [{columns}]}}"#);
    let number = |rest: &str| columns(&format!(r#"{{"group": "field", "name": "n", "kind": "number", {rest}}}"#));
    for malformed in [
        r#"{"format": 3, "rows": 0, "capacity": 64, "columns": []}"#.to_owned(),
        r#"{"format": 2, "rows": -1, "capacity": 64, "columns": []}"#.to_owned(),
        number(r#""bits": 0, "values": []"#),
        number(r#""bits": 65, "values": []"#),
        number(r#""bits": 64, "values": [[1e999, 1]]"#),
        number(r#""bits": 64, "values": [[null, 1]]"#),
        number(r#""bits": 64, "values": [], "levels": {}"#),
        columns(r#"{"group": "field", "name": "n", "kind": "text"}"#),
        columns(r#"{"group": "field", "name": "n", "kind": "category", "levels": {"a": 1.5}, "other": 0}"#),
        "[]".to_owned(),
    ] {
        assert!(Profile::from_section(&malformed).is_err(), "{malformed}");
    }
    let kept = Profile::from_section(&number(r#""bits": 64, "values": [[0.1, 3]]"#)).unwrap().unwrap();
    assert_eq!(column(&kept, "n").numbers(), [(0.1, 3)]);
}

#[test]
fn malformed_bytes_are_an_error() {
    let whole = profile(&[(Some(70.0), Some(1999.5), Some("Fishing"), Some("a,b"))], CAPACITY).encode();
    for length in 0..whole.len() {
        assert!(Profile::decode(&whole[..length]).is_err(), "{length} bytes");
    }
    let mut more = whole.clone();
    more.push(0);
    assert_eq!(Profile::decode(&more), Err(ProfileError::Broken("it goes on behind its end")));
    let mut newer = whole;
    newer[3] = 9;
    assert_eq!(Profile::decode(&newer), Err(ProfileError::Format(9)));
    // A column count that does not fit into memory.
    let huge = [b"LLP\x01\x02\x00".as_slice(), &[0xff; 9], &[0x01]].concat();
    assert_eq!(Profile::decode(&huge), Err(ProfileError::Broken("it ends too early")));
}

fn some_leads() -> impl Strategy<Value = Profile> {
    let number =
        || prop::option::of(prop_oneof![(0_u8..20).prop_map(f64::from), any::<f64>(), Just(f64::NEG_INFINITY)]);
    let industry = prop::option::of(prop::sample::select(vec!["Software", "Banking", "Fishing", "Mining", ""]));
    let text = prop::option::of(prop::sample::select(vec!["", "a", "a,b", "summary, of, it", "😀"]));
    let rows = prop::collection::vec((number(), number(), industry, text), 0..20);
    rows.prop_map(|rows| {
        // A lead has no NaN.
        let not_nan = |number: Option<f64>| number.filter(|number| !number.is_nan());
        let rows: Vec<_> = rows.into_iter().map(|(a, b, c, d)| (not_nan(a), not_nan(b), c, d)).collect();
        profile(&rows, 8)
    })
}

fn merged(left: &Profile, right: &Profile) -> Profile {
    let mut merged = left.clone();
    merged.merge(right).unwrap();
    merged
}

proptest! {
    #[test]
    fn merging_is_associative_and_commutative(a in some_leads(), b in some_leads(), c in some_leads()) {
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&a, &b).encode(), merged(&b, &a).encode());
    }

    #[test]
    fn encoding_round_trips(a in some_leads()) {
        prop_assert_eq!(Profile::decode(&a.encode()), Ok(a));
    }

    #[test]
    fn mutated_bytes_never_panic(a in some_leads(), index in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = a.encode();
        let index = index.index(bytes.len());
        bytes[index] = byte;
        if let Ok(profile) = Profile::decode(&bytes) {
            prop_assert_eq!(Profile::decode(&profile.encode()), Ok(profile));
        }
    }
}
