//! Tests of opening, packing and scoring with model files.

use super::*;
use crate::insight::card::Card;
use crate::insight::grade::{GradeRange, Grades};
use crate::lead::encode::{Element, Feature, Input, Rule, Specification};
use crate::lead::json::read_lead;
use crate::model::bundle;
use crate::model::onnx::tests::{difference, encoder, founding_year_twice, model, tree};
use std::collections::BTreeMap;

fn parts(name: &str, requires_any: &[&str], encoder: Specification) -> ModelParts {
    let requires_any = requires_any.iter().map(|field| (*field).to_owned()).collect();
    let card = Card { name: name.into(), version: "1".into(), requires_any, ..Card::default() };
    let range = |grade, from| GradeRange { grade, from, leads: 1, rate: 0.5 };
    let grades = Grades { ranges: vec![range('A', 0.5), range('B', 0.0)] };
    ModelParts { encoder, card, grades, profile: None, output: None }
}

fn graph() -> Vec<u8> {
    model("TreeEnsembleClassifier", tree())
}

fn file(name: &str, requires_any: &[&str]) -> (String, Vec<u8>) {
    (name.to_owned(), pack(&graph(), parts(name, requires_any, encoder(2))).unwrap())
}

/// Returns a scorer that yields no probability for a company founded in the year infinity.
pub(crate) fn scorer_without_probability() -> Scorer {
    let file = pack(&model("LinearClassifier", difference()), parts("m", &[], founding_year_twice())).unwrap();
    Scorer::open(&[("m".into(), file)]).unwrap()
}

fn lead(scorer: &Scorer, json: &str) -> Lead {
    read_lead(json.as_bytes(), scorer.schema()).unwrap()
}

fn scored(scorer: &Scorer, leads: &[Lead]) -> Vec<Score> {
    scorer.score(leads).unwrap().into_iter().map(Result::unwrap).collect()
}

/// Changes a section of a file and updates its hashes, as somebody who packs by hand would.
fn with_section(file: &[u8], section: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let bundle = bundle::read(file).unwrap();
    let mut sections: BTreeMap<String, String> = bundle.sections.clone();
    let changed = change(&sections[section]);
    sections.insert(section.to_owned(), changed);
    bundle::append(bundle.graph, bundle.output, &sections).unwrap()
}

fn open_error(file: &[u8]) -> String {
    Model::open("m", file).unwrap_err().to_string()
}

#[test]
fn model_choice_depends_on_the_lead_alone() {
    let files = [file("basic", &[]), file("full", &["llm_quality", "llm_engagement"])];
    let scorer = Scorer::open(&files).unwrap();
    assert_eq!(scorer.models()[0].card().name, "full");
    let leads = [lead(&scorer, r#"{"c1": 0.4}"#), lead(&scorer, r#"{"c1": 0.6, "llm_engagement": 0.1}"#)];
    let scores = scored(&scorer, &leads);
    assert_eq!(
        scores.iter().map(|score| (score.model, score.grade)).collect::<Vec<_>>(),
        [(1, Some('B')), (0, Some('A'))]
    );
    assert_eq!(scored(&scorer, &leads[1..])[0], scores[1]);
    let alone = Scorer::open(&files[1..]).unwrap();
    assert_eq!(scored(&alone, &[Lead::empty(alone.schema().len())])[0].model, 0);
}

#[test]
fn lead_without_a_probability_does_not_affect_others() {
    let scorer = scorer_without_probability();
    let bad = lead(&scorer, r#"{"companyfoundedon": Infinity}"#);
    let good = |at: usize| lead(&scorer, &format!(r#"{{"companyfoundedon": {at}e-2}}"#));
    let leads: Vec<Lead> = (0..2500).map(|at| if at % 3 == 0 { bad.clone() } else { good(at) }).collect();
    let scores = scorer.score(&leads).unwrap();
    assert_eq!(scores.len(), leads.len());
    for (at, score) in scores.iter().enumerate() {
        match score {
            Err(error) => {
                assert!(at % 3 == 0 && matches!(error, LeadError::NotFinite(value) if value.is_nan()), "{at}")
            }
            Ok(score) => assert!(at % 3 != 0 && [*score] == scored(&scorer, &leads[at..=at])[..], "{at}"),
        }
    }
}

#[test]
fn number_columns_of_several_models_are_kept_apart() {
    let mut other = encoder(2);
    other.inputs[0].features[1].field = "visits".into();
    let second = pack(&graph(), parts("second", &["llm_quality"], other)).unwrap();
    let scorer = Scorer::open(&[file("first", &[]), ("second".into(), second)]).unwrap();
    let leads = [
        lead(&scorer, r#"{"c1": 0.6, "visits": 0.1}"#),
        lead(&scorer, r#"{"c1": 0.6, "visits": 0.1, "llm_quality": 1}"#),
    ];
    let scores = scored(&scorer, &leads);
    assert_eq!((scores[0].probability, scores[1].probability), (1.0, 0.0));
}

#[test]
fn inconsistent_file_is_rejected_with_the_reason() {
    let (_, file) = file("m", &[]);
    assert!(
        open_error(
            &with_section(&file, "selfcheck", |text| text.replace("probabilities\":[1.0", "probabilities\":[0.75"))
        )
        .contains("self-check failed: lead")
    );
    assert!(
        open_error(&with_section(&file, "selfcheck", |_| r#"{"leads":[],"probabilities":[]}"#.into()))
            .contains("no self-check")
    );
    assert!(open_error(&with_section(&file, "encoder", |text| text.replace("\"x\"", "\"y\""))).contains("inputs"));
    assert!(
        open_error(&with_section(&file, "encoder", |text| text.replace("c0", "c1").replace("f0", "f1")))
            .contains("twice")
    );
    assert!(open_error(&with_section(&file, "card", |text| text.replace("\"1\"", "\"\""))).contains("version"));
    assert!(
        open_error(&with_section(&file, "card", |text| text.replace("requires_any\":[", "requires_any\":[\"shoe\"")))
            .contains("shoe")
    );
    assert!(open_error(&with_section(&file, "grades", |text| text.replace("0.0", "0.1"))).contains("grade"));
    assert!(open_error(&with_section(&file, "grades", |_| "[".into())).contains("grades"));
    assert!(open_error(&file[..file.len() / 2]).contains("m: "));
    assert!(open_error(&graph()).contains("leadlight pack"));
}

#[test]
fn repacking_changes_nothing() {
    let (_, file) = file("m", &[]);
    assert_eq!(pack(&file, parts("m", &[], encoder(2))).unwrap(), file);
}

#[test]
fn mismatched_input_types_are_rejected() {
    for (element, rule) in [
        (Element::Double, Rule::Passthrough { missing: None }),
        (Element::String, Rule::Text { missing: String::new() }),
    ] {
        let field = if element == Element::String { "jobtitle" } else { "c0" };
        let feature = Feature { name: "f".into(), field: field.into(), clip: None, rule };
        let inputs = vec![Input { name: "x".into(), element, features: vec![feature] }];
        let error = pack(&graph(), parts("m", &[], Specification { format: 1, inputs })).unwrap_err().to_string();
        let made = if element == Element::String { "String" } else { "F64" };
        assert!(error.contains(&format!("the encoder makes \"x\" of 1 features of type {made}")), "{error}");
    }
}

#[test]
fn newest_version_of_a_model_scores() {
    let version = |version: &str, file: &str| {
        let mut parts = parts("m", &[], encoder(2));
        parts.card.version = version.to_owned();
        (file.to_owned(), pack(&graph(), parts).unwrap())
    };
    let files = [version("2026.9.1", "a"), version("2026.11.23", "c"), version("2026.10.2", "b")];
    let scorer = Scorer::open(&files).unwrap();
    assert_eq!(scorer.models().iter().map(Model::version).collect::<Vec<_>>(), ["2026.11.23"]);
}

#[test]
fn model_of_points_is_refused_with_a_way_out() {
    let mut attributes = difference();
    attributes.retain(|attribute| attribute.name != "post_transform");
    let graph = model("LinearClassifier", attributes);
    let error = pack(&graph, parts("m", &[], founding_year_twice())).unwrap_err().to_string();
    assert!(error.contains("which is no probability") && error.contains("divided by 100"), "{error}");
}
