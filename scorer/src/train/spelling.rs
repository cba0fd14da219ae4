//! Unifies the spellings of a level in a history: the most frequent one becomes the level's name.
//!
//! Models match levels by their folded form, so that two spellings of one level would be one feature too many.

use crate::lead::level::{fold, loosen};
use crate::lead::schema::{Field, FieldKind, Schema};
use crate::lead::{Lead, Value};
use std::collections::BTreeMap;

/// Replaces every text of a categorical field by the most frequent text that reads the same; of equals, by the first in
/// the order of code points.
pub(super) fn unify_spellings(leads: &mut [Lead], schema: &Schema) {
    for (place, _) in schema.fields().iter().enumerate().filter(|(_, field)| has_levels(field)) {
        let names = level_names(leads, place);
        for lead in leads.iter_mut() {
            let name = match lead.value(place) {
                Value::Text(text) => names.get(&form(text)).filter(|name| *name != text),
                Value::Missing | Value::Number(_) => None,
            };
            if let Some(name) = name {
                lead.set(place, Value::Text(name));
            }
        }
    }
}

/// True for a field whose texts are levels.
pub(super) fn has_levels(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Category { .. } | FieldKind::Text { max_chars: None })
}

/// Most frequent text of each form.
fn level_names(leads: &[Lead], place: usize) -> BTreeMap<String, String> {
    let mut spellings: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for lead in leads {
        if let Value::Text(text) = lead.value(place) {
            *spellings.entry(form(text)).or_default().entry(text).or_default() += 1;
        }
    }
    let name = |texts: BTreeMap<&str, usize>| {
        // The last of equals by count is the first in reverse order.
        texts.into_iter().rev().max_by_key(|(_, leads)| *leads).map_or_else(String::new, |(text, _)| text.to_owned())
    };
    spellings.into_iter().map(|(form, texts)| (form, name(texts))).collect()
}

/// Loose form of a text; the folded one, or the text itself, if it has none.
fn form(text: &str) -> String {
    let folded = fold(text).unwrap_or_else(|| text.to_owned());
    let loose = loosen(&folded);
    if loose.is_empty() { folded } else { loose }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_frequent_spelling_becomes_the_name() {
        let schema = Schema::leads();
        let place = |field: &str| schema.position(field).unwrap();
        let texts = ["IT & Services", "it and services", "IT & Services", "IT_SERVICES", "b", "B", " ", "C++"];
        let mut leads = vec![Lead::empty(schema.len()); texts.len()];
        for (lead, text) in leads.iter_mut().zip(texts) {
            lead.set(place("industry"), Value::Text(text));
            lead.set(place("jobtitle"), Value::Text(text));
        }
        unify_spellings(&mut leads, &schema);
        let read = |field: &str| leads.iter().map(|lead| lead.value(place(field))).collect::<Vec<_>>();
        let unified = ["IT & Services", "IT & Services", "IT & Services", "IT & Services", "B", "B", " ", "C++"];
        assert_eq!(read("industry"), unified.map(Value::Text));
        // A free text has no levels.
        assert_eq!(read("jobtitle"), texts.map(Value::Text));
    }
}
