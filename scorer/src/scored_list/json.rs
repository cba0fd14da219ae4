//! Writes a scored list as JSON: an array of objects, one per line.

use super::{Export, ScoredList};
use crate::insight::label::{confidence, label, rounded};
use serde::{Serialize, Serializer};
use std::collections::HashSet;
use std::io::{self, Write};

/// Value of a member: the user's cells are strings, score columns have their type.
#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Probability(f32),
    Number(f64),
    Count(u32),
    Grade(Option<char>),
}

impl ScoredList {
    /// Writes leads as an array of objects.
    pub fn write_json(&self, export: &Export<'_>, out: &mut impl Write) -> io::Result<()> {
        let own = unique_keys(self.columns());
        let added: Vec<String> = self.added_columns(export).collect();
        let keys: Vec<&str> = own.iter().chain(&added).map(String::as_str).collect();
        let mut separator: &[u8] = b"[\n";
        for lead in export.leads {
            out.write_all(std::mem::replace(&mut separator, b",\n"))?;
            let members = keys.iter().zip(self.members(*lead, export));
            serde_json::Serializer::new(&mut *out).collect_map(members)?;
        }
        out.write_all(if export.leads.is_empty() { b"[]\n" } else { b"\n]\n" })
    }

    fn members<'a>(&'a self, lead: u32, export: &Export<'a>) -> impl Iterator<Item = Member<'a>> {
        let (row, score) = (lead as usize, self.score(lead as usize));
        let own = (0..self.columns().len()).map(move |column| Member::Text(self.cell(row, column)));
        let added = [
            Member::Count(self.rank(row)),
            Member::Probability(score.probability),
            Member::Number(rounded(f64::from(score.probability))),
            Member::Grade(score.grade),
            Member::Text(label(score.probability)),
            Member::Text(confidence(score.probability)),
            Member::Text(self.scorer().models()[score.model].version()),
        ];
        own.chain(added).chain(export.marks.map(|marks| Member::Text(marks.label(lead))))
    }
}

/// Column names as keys; a repeated name gets its position as suffix.
fn unique_keys(names: &[String]) -> Vec<String> {
    let mut used = HashSet::new();
    let mut keys = Vec::with_capacity(names.len());
    for (column, name) in names.iter().enumerate() {
        keys.push(if used.insert(name) { name.clone() } else { format!("{name} ({})", column + 1) });
    }
    keys
}
