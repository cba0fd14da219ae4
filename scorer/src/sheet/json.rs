//! The scored list as JSON, for other programs: an array of objects, one a line.
//!
//! Owns the objects' keys and kinds. May not know files or which leads somebody wants.

use super::{Extract, Sheet};
use crate::insight::label::{confidence, label, rounded};
use serde::{Serialize, Serializer};
use std::collections::HashSet;
use std::io::{self, Write};

/// What stands under a key: the user's cells as texts, ours as what they are.
#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Share(f32),
    Number(f64),
    Count(u32),
    Grade(Option<char>),
}

impl Sheet {
    /// Writes leads as an array of objects.
    pub fn write_json(&self, extract: &Extract<'_>, out: &mut impl Write) -> io::Result<()> {
        let own = keys(self.columns());
        let added: Vec<String> = self.added_names(extract).collect();
        let keys: Vec<&str> = own.iter().chain(&added).map(String::as_str).collect();
        let mut before: &[u8] = b"[\n";
        for lead in extract.leads {
            out.write_all(std::mem::replace(&mut before, b",\n"))?;
            let members = keys.iter().zip(self.members(*lead, extract));
            serde_json::Serializer::new(&mut *out).collect_map(members)?;
        }
        out.write_all(if extract.leads.is_empty() { b"[]\n" } else { b"\n]\n" })
    }

    fn members<'a>(&'a self, lead: u32, extract: &Extract<'a>) -> impl Iterator<Item = Member<'a>> {
        let (at, score) = (lead as usize, self.score(lead as usize));
        let own = (0..self.columns().len()).map(move |column| Member::Text(self.cell(at, column)));
        let added = [
            Member::Count(self.rank(at)),
            Member::Share(score.probability),
            Member::Number(rounded(f64::from(score.probability))),
            Member::Grade(score.grade),
            Member::Text(label(score.probability)),
            Member::Text(confidence(score.probability)),
            Member::Text(self.scorer().models()[score.model].version()),
        ];
        own.chain(added).chain(extract.remarks.map(|remarks| Member::Text(remarks.word(lead))))
    }
}

/// Names as keys of an object: one that comes again bears its place behind it.
fn keys(names: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut keys = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        keys.push(if seen.insert(name) { name.clone() } else { format!("{name} ({})", at + 1) });
    }
    keys
}
