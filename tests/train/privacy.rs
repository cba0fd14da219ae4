//! Privacy tests: a model file contains no row of the history and no level rare enough to identify a person.

use super::{packed, plan, shared_histories, shipped, synthetic_histories, train};
use scorer::insight::profile::{ColumnGroup, ColumnKind, Profile};
use scorer::lead::Value;
use scorer::lead::encode::Rule;
use scorer::lead::schema::{FieldKind, Schema};
use scorer::pipeline::Model;
use scorer::train::{History, LEADS_MIN};
use std::collections::{BTreeMap, BTreeSet};

/// Length in characters from which a text is searched anywhere in a file; shorter ones only as whole JSON strings.
const LONG_TEXT: usize = 20;

/// Maximum number of distinct values of a numeric column in a published profile.
const NUMBERS_MAX: usize = 32;

/// Counts the leads per text of a field.
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

/// Returns the fields and levels named in a model file.
fn named(model: &Model) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for feature in model.encoder().features() {
        if let Rule::OneHot { levels, .. } | Rule::Unlisted { levels, .. } = &feature.rule {
            named.extend(levels.iter().map(|level| (feature.field.clone(), level.clone())));
        }
    }
    for (layout, _) in model.profile().unwrap().columns().filter(|(layout, _)| layout.group == ColumnGroup::Field) {
        named.extend(layout.levels.iter().map(|level| (layout.name.clone(), level.clone())));
    }
    named
}

/// Checks that a profile names common levels only, has no hashes and keeps few distinct numbers.
fn check_profile(name: &str, profile: &Profile) {
    for (layout, column) in profile.columns() {
        let place = format!("{name}: {}", layout.title());
        match layout.kind {
            ColumnKind::Category => {
                assert!(column.levels().iter().all(|count| *count >= LEADS_MIN as u64), "{place} names a rare level");
                assert!(column.hashes().is_empty(), "{place} contains a hash");
            }
            ColumnKind::Number => {
                assert!(layout.levels.is_empty());
                let numbers = column.numbers();
                assert!(numbers.len() <= NUMBERS_MAX, "{place} keeps too many distinct numbers");
                let mut ends = numbers.first().into_iter().chain(numbers.last());
                let is_common = ends.all(|(_, count)| *count >= LEADS_MIN as u64);
                assert!(column.kept_bits() == u64::BITS || is_common, "{place} reveals an extreme value");
            }
        }
    }
}

fn check(name: &str, file: &[u8], history: &History) {
    let model = Model::open(name, file).unwrap();
    check_profile(name, model.profile().unwrap());
    let named = named(&model);
    assert!(!named.is_empty());
    for (field, level) in &named {
        let leads = levels(history, field).get(level).copied().unwrap_or_default();
        assert!(leads >= LEADS_MIN, "{name}: a level of {field} that {leads} leads have is named");
    }
    // A level common in one field, or a search term of titles, may be rare in another field.
    let mut allowed: BTreeSet<&str> = named.iter().map(|(_, level)| level.as_str()).collect();
    for feature in model.encoder().features() {
        if let Rule::TextFlag { terms, .. } = &feature.rule {
            allowed.extend(terms.iter().map(String::as_str));
        }
    }
    let text = String::from_utf8_lossy(file).into_owned();
    let mut searched = 0;
    for field in Schema::leads().fields().iter().filter(|field| !field.is_numeric()) {
        let free = matches!(field.kind, FieldKind::Text { max_chars: Some(_) });
        for (level, leads) in levels(history, &field.name) {
            if (free || leads < LEADS_MIN) && !level.is_empty() && !is_allowed(&allowed, &level) {
                searched += 1;
                assert!(!contains_text(&text, &level), "{name}: contains a rare text of {}", field.name);
            }
        }
    }
    assert!(searched > 0);
}

fn is_allowed(allowed: &BTreeSet<&str>, level: &str) -> bool {
    allowed.contains(level) || level.chars().count() >= LONG_TEXT && allowed.iter().any(|known| known.contains(level))
}

fn contains_text(file: &str, level: &str) -> bool {
    let quoted = serde_json::to_string(level).unwrap();
    let inner = quoted.trim_matches('"');
    let word = || file.contains(&quoted) || file.contains(&format!("={inner}\""));
    if level.chars().count() >= LONG_TEXT { file.contains(inner) } else { word() }
}

#[test]
fn trained_models_contain_no_rare_level_or_row() {
    for history in synthetic_histories() {
        for fitted in train(&history, &plan(1)) {
            check(&fitted.card.name.clone(), &packed(&fitted), &history);
        }
    }
}

#[test]
fn shipped_models_contain_no_rare_level_or_row() {
    for history in shared_histories() {
        for (name, file) in shipped::files() {
            let model = Model::open(&name, &file).unwrap();
            if shipped::is_fitted_to(&model, &history) {
                check(&name, &file, &history);
            }
        }
    }
}
