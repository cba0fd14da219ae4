//! What must not be in a model file: rows of the history, and levels so rare that they could point to a person.

use super::{beside, packed, plan, shipped, synthetic, train};
use scorer::insight::profile::{ColumnGroup, ColumnKind, Profile};
use scorer::lead::Value;
use scorer::lead::encode::Rule;
use scorer::lead::schema::{Kind, Schema};
use scorer::pipeline::Model;
use scorer::train::{History, LEADS_MIN};
use std::collections::{BTreeMap, BTreeSet};

/// Texts of so many characters are looked for anywhere in a file; shorter ones only as whole words of its JSON.
const LONG: usize = 20;

/// How many different numbers a column of a reference may hold.
const NUMBERS_MAX: usize = 32;

/// Every text of a field with the number of leads that have it.
fn levels(history: &History, field: &str) -> BTreeMap<String, usize> {
    let place = Schema::leads().position(field).unwrap();
    let mut levels = BTreeMap::new();
    for lead in &history.leads {
        if let Value::Text(text) = lead.value(place) {
            *levels.entry(text.to_owned()).or_insert(0) += 1;
        }
    }
    levels
}

/// The levels that a model names, with their fields.
fn named(model: &Model) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for feature in model.encoder().features() {
        if let Rule::OneHot { levels, .. } | Rule::Unlisted { levels } = &feature.rule {
            named.extend(levels.iter().map(|level| (feature.field.clone(), level.clone())));
        }
    }
    for (layout, _) in model.profile().unwrap().columns().filter(|(layout, _)| layout.group == ColumnGroup::Field) {
        named.extend(layout.levels.iter().map(|level| (layout.name.clone(), level.clone())));
    }
    named
}

/// Of a reference, levels that have a name are common ones, no hash is left, and numbers are told apart coarsely.
fn check_reference(name: &str, profile: &Profile) {
    for (layout, column) in profile.columns() {
        let place = format!("{name}: {}", layout.title());
        match layout.kind {
            ColumnKind::Category => {
                assert!(column.levels().iter().all(|count| *count >= LEADS_MIN as u64), "{place} names a rare level");
                assert!(column.hashes().is_empty(), "{place} holds a hash");
            }
            ColumnKind::Number => {
                assert!(layout.levels.is_empty());
                let numbers = column.numbers();
                assert!(numbers.len() <= NUMBERS_MAX, "{place} tells too many numbers apart");
                let mut ends = numbers.first().into_iter().chain(numbers.last());
                let is_common = ends.all(|(_, count)| *count >= LEADS_MIN as u64);
                assert!(column.kept_bits() == u64::BITS || is_common, "{place} tells who is the outermost");
            }
        }
    }
}

fn check(name: &str, file: &[u8], history: &History) {
    let model = Model::open(name, file).unwrap();
    check_reference(name, model.profile().unwrap());
    let named = named(&model);
    assert!(!named.is_empty());
    for (field, level) in &named {
        let leads = levels(history, field).get(level).copied().unwrap_or_default();
        assert!(leads >= LEADS_MIN, "{name}: a level of {field} that {leads} leads have is named");
    }
    // What is common in one field, or a term that titles are searched for, may be rare in another.
    let mut allowed: BTreeSet<&str> = named.iter().map(|(_, level)| level.as_str()).collect();
    for feature in model.encoder().features() {
        if let Rule::TextFlag { terms, .. } = &feature.rule {
            allowed.extend(terms.iter().map(String::as_str));
        }
    }
    let text = String::from_utf8_lossy(file).into_owned();
    let mut looked_for = 0;
    for field in Schema::leads().fields().iter().filter(|field| !field.is_numeric()) {
        let free = matches!(field.kind, Kind::Text { max_chars: Some(_) });
        for (level, leads) in levels(history, &field.name) {
            if (free || leads < LEADS_MIN) && !level.is_empty() && !is_allowed(&allowed, &level) {
                looked_for += 1;
                assert!(!holds(&text, &level), "{name}: holds a text of {} that few leads have", field.name);
            }
        }
    }
    assert!(looked_for > 0);
}

fn is_allowed(allowed: &BTreeSet<&str>, level: &str) -> bool {
    allowed.contains(level) || level.chars().count() >= LONG && allowed.iter().any(|known| known.contains(level))
}

fn holds(file: &str, level: &str) -> bool {
    let quoted = serde_json::to_string(level).unwrap();
    let inner = quoted.trim_matches('"');
    let word = || file.contains(&quoted) || file.contains(&format!("={inner}\""));
    if level.chars().count() >= LONG { file.contains(inner) } else { word() }
}

#[test]
fn no_rare_level_and_no_row_of_a_history_is_in_its_models() {
    for history in synthetic() {
        for fitted in train(&history, &plan(1)) {
            check(&fitted.card.name.clone(), &packed(&fitted), &history);
        }
    }
}

#[test]
fn no_rare_level_and_no_row_of_the_history_is_in_the_shipped_models() {
    for history in beside() {
        for (name, file) in shipped::files() {
            let model = Model::open(&name, &file).unwrap();
            if shipped::is_fitted_to(&model, &history) {
                check(&name, &file, &history);
            }
        }
    }
}
