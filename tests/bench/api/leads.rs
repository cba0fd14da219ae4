//! A list of leads as request bodies.

use scorer::lead::Value as Cell;
use scorer::lead::csv::{CsvReader, Dialect};
use scorer::lead::schema::{FieldKind, Schema};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

const MANY_LEVELS: [&str; 6] =
    ["llm_industry", "industry", "companyindustry", "languages", "location", "companylocation"];

/// Leads, each as the JSON object of its fields that are present.
pub(crate) struct Leads {
    bodies: Vec<String>,
    levels_min: usize,
}

impl Leads {
    /// Reads a CSV list in which every row is a lead.
    pub(crate) fn read(list: &[u8]) -> Self {
        let schema = Schema::leads();
        let mut leads = Vec::new();
        let mut take = |row: scorer::lead::csv::CsvRow<'_>| leads.push(object(&schema, row.lead.unwrap().values()));
        let mut reader = CsvReader::new(schema.clone(), Dialect::default());
        reader.push(list, &mut take).unwrap();
        reader.finish(&mut take).unwrap();
        let levels = |field: &&str| leads.iter().filter_map(|lead| lead[*field].as_str()).collect::<HashSet<_>>().len();
        let levels_min = MANY_LEVELS.iter().map(levels).min().unwrap_or_default();
        Leads { bodies: leads.iter().map(Value::to_string).collect(), levels_min }
    }

    pub(crate) fn statistics(&self) -> Value {
        let bytes: usize = self.bodies.iter().map(String::len).sum();
        json!({ "leads": self.bodies.len(), "bytes": bytes, "levels_min": self.levels_min })
    }

    /// A request for each lead.
    pub(crate) fn singles(&self, address: &str) -> Vec<Vec<u8>> {
        self.bodies.iter().map(|body| request(address, "/predict", body)).collect()
    }

    /// A batch request for `count` leads, those of the list repeated; with `bytes_per_lead` only the shorter ones, up to the
    /// length that gives this mean.
    pub(crate) fn batch(&self, address: &str, count: usize, bytes_per_lead: Option<usize>) -> Vec<u8> {
        let longest = bytes_per_lead.map_or(usize::MAX, |mean| self.longest(mean));
        let short = self.bodies.iter().map(String::as_str).filter(|body| body.len() <= longest);
        let leads: Vec<&str> = short.cycle().take(count).collect();
        request(address, "/predict/batch", &format!("{{\"leads\":[{}]}}", leads.join(",")))
    }

    /// Largest length such that all leads up to it have at most this mean length.
    fn longest(&self, mean: usize) -> usize {
        let mut lengths: Vec<usize> = self.bodies.iter().map(String::len).collect();
        lengths.sort_unstable();
        let (mut sum, mut longest) = (0, 0);
        for (before, length) in lengths.into_iter().enumerate() {
            sum += length;
            if sum > mean * (before + 1) {
                break;
            }
            longest = length;
        }
        longest
    }
}

fn object<'l>(schema: &Schema, values: impl Iterator<Item = Cell<'l>>) -> Value {
    let mut lead = Map::new();
    for (field, value) in schema.fields().iter().zip(values) {
        let value = match value {
            Cell::Missing => continue,
            Cell::Number(whole) if matches!(field.kind, FieldKind::Integer { .. }) => json!(whole as i64),
            Cell::Number(number) => json!(number),
            Cell::Text(text) => json!(text),
        };
        lead.insert(field.name.clone(), value);
    }
    Value::Object(lead)
}

fn request(address: &str, route: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {route} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
