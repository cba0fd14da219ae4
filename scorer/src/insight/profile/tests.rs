//! Profiles: what is counted, sums in any grouping, and forms that survive hostile bytes.

use super::*;
use crate::lead::encode::Encoder;
use proptest::prelude::*;

fn key() -> LevelKey {
    LevelKey::new([7; 16])
}

fn layout(capacity: usize) -> Arc<Layout> {
    let number = |name| ColumnLayout::number(Group::Field, name, Part::Value);
    let levels = vec!["Software".to_owned(), "Banking".to_owned()];
    let columns = vec![
        number("llm_quality"),
        number("companyfoundedon"),
        ColumnLayout::category(Group::Field, "industry", levels),
        ColumnLayout::number(Group::Field, "summary", Part::Length),
        ColumnLayout::number(Group::Field, "skills", Part::Items),
        ColumnLayout { single: true, ..ColumnLayout::number(Group::Feature, "tenth", Part::Value) },
        ColumnLayout::category(Group::Feature, "words", Vec::new()),
        ColumnLayout::number(Group::Score, "score", Part::Value),
    ];
    Arc::new(Layout::new(columns, capacity))
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

fn column<'p>(profile: &'p Profile, name: &str) -> &'p Column {
    profile.columns().find(|(layout, _)| layout.name == name).unwrap().1
}

#[test]
fn values_are_counted_by_what_they_are() {
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
fn numbers_from_elsewhere_are_rounded_as_the_model_reads_them() {
    let mut profile = Profile::empty(layout(CAPACITY));
    let place = profile.layout().position(Group::Feature, "tenth").unwrap();
    profile.add_numbers(place, [0.1, f64::NAN, 1e300].into_iter());
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
    let layout = Layout::served(encoder.schema(), encoder.specification(), None);
    let titles: Vec<_> = layout.columns().iter().map(|column| (column.group, column.title(), column.kind)).collect();
    assert!(titles.contains(&(Group::Field, "summary (length)".to_owned(), Kind::Number)));
    assert!(titles.contains(&(Group::Field, "skills (items)".to_owned(), Kind::Number)));
    assert!(titles.contains(&(Group::Field, "languages".to_owned(), Kind::Category)));
    let (features, score) = titles[titles.len() - 3..].split_at(2);
    let wanted = [(Group::Feature, "q".to_owned(), Kind::Number), (Group::Feature, "i".to_owned(), Kind::Category)];
    assert_eq!(features, wanted);
    assert_eq!(score, [(Group::Score, "score".to_owned(), Kind::Number)]);
    let place = layout.position(Group::Field, "llm_seniority").unwrap();
    assert_eq!(layout.columns()[place].levels.len(), 5, "the contract's levels are no secret");
}

#[test]
fn profiles_of_other_columns_are_not_added() {
    let mut one = profile(&[(Some(1.0), None, None, None)], CAPACITY);
    let before = one.clone();
    assert_eq!(one.merge(&profile(&[], 64)), Err(ProfileError::Layout));
    assert_eq!(one, before);
}

#[test]
fn what_is_published_names_nothing_rare() {
    let mut leads: Vec<Fields<'_>> = vec![(None, None, Some("Software"), None); 5];
    leads.extend([(None, None, Some("Banking"), None), (None, None, Some("Fishing"), None)]);
    let years: Vec<f64> = (0..100).map(|year| 1900.0 + f64::from(year)).collect();
    leads.extend(years.iter().map(|year| (None, Some(*year), None, None)));
    let published = profile(&leads, CAPACITY).published(5, 64);
    let json = serde_json::to_string(&published).unwrap();
    assert!(json.contains("Software") && !json.contains("Banking") && !json.contains("Fishing"));
    let industry = column(&published, "industry");
    assert_eq!((industry.levels(), industry.pooled(), industry.hashes()), ([5].as_slice(), 2, vec![]));
    let founded = column(&published, "companyfoundedon");
    let numbers = founded.numbers();
    assert!(founded.kept_bits() < 64 && numbers.len() <= 64);
    assert!(numbers.iter().all(|(year, _)| (1904.0..=1995.0).contains(year)), "{numbers:?}");
    assert!(numbers[0].1 >= 5 && numbers[numbers.len() - 1].1 >= 5);
    assert_eq!(founded.present(), 100);
    assert_eq!(Profile::from_section(&json).unwrap(), Some(published));
}

#[test]
fn sections_of_the_first_version_are_passed_over_and_broken_ones_refused() {
    assert_eq!(Profile::from_section(r#"{"leads": 3, "fields": [], "scores": [3]}"#).unwrap(), None);
    let columns = |columns: &str| format!(r#"{{"format": 2, "rows": 1, "capacity": 64, "columns": [{columns}]}}"#);
    let number = |rest: &str| columns(&format!(r#"{{"group": "field", "name": "n", "kind": "number", {rest}}}"#));
    for broken in [
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
        assert!(Profile::from_section(&broken).is_err(), "{broken}");
    }
    let kept = Profile::from_section(&number(r#""bits": 64, "values": [[0.1, 3]]"#)).unwrap().unwrap();
    assert_eq!(column(&kept, "n").numbers(), [(0.1, 3)]);
}

#[test]
fn bytes_that_are_no_profile_are_an_error() {
    let whole = profile(&[(Some(70.0), Some(1999.5), Some("Fishing"), Some("a,b"))], CAPACITY).encode();
    for length in 0..whole.len() {
        assert!(Profile::decode(&whole[..length]).is_err(), "{length} bytes of it");
    }
    let mut more = whole.clone();
    more.push(0);
    assert_eq!(Profile::decode(&more), Err(ProfileError::Broken("it goes on behind its end")));
    let mut newer = whole;
    newer[3] = 9;
    assert_eq!(Profile::decode(&newer), Err(ProfileError::Format(9)));
    // A count of columns that no memory could hold.
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
        // NaN is no value of a lead.
        let real = |number: Option<f64>| number.filter(|number| !number.is_nan());
        let rows: Vec<_> = rows.into_iter().map(|(a, b, c, d)| (real(a), real(b), c, d)).collect();
        profile(&rows, 8)
    })
}

fn sum(one: &Profile, other: &Profile) -> Profile {
    let mut sum = one.clone();
    sum.merge(other).unwrap();
    sum
}

proptest! {
    #[test]
    fn the_grouping_of_merges_does_not_matter(a in some_leads(), b in some_leads(), c in some_leads()) {
        prop_assert_eq!(sum(&sum(&a, &b), &c), sum(&a, &sum(&b, &c)));
        prop_assert_eq!(sum(&a, &b), sum(&b, &a));
        prop_assert_eq!(sum(&a, &b).encode(), sum(&b, &a).encode());
    }

    #[test]
    fn bytes_read_back_the_same(a in some_leads()) {
        prop_assert_eq!(Profile::decode(&a.encode()), Ok(a));
    }

    #[test]
    fn changed_bytes_never_panic(a in some_leads(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = a.encode();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(profile) = Profile::decode(&bytes) {
            prop_assert_eq!(Profile::decode(&profile.encode()), Ok(profile));
        }
    }
}
