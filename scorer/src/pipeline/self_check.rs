//! The leads by which a model file proves itself wherever it is opened.
//!
//! Owns how they are made up (from the encoder's own levels and terms, never from rows of a history) and compared: to
//! the last bit. May not know files.

use super::open::{Model, OpenFault, section};
use crate::lead::encode::{Encoder, Rule};
use crate::lead::json::read_lead;
use crate::lead::schema::{Kind, Schema};
use crate::model::bundle;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Where they stand in the file.
pub(super) const SECTION: &str = "selfcheck";

/// How many leads a file is proved by.
const LEADS: usize = 24;

/// What stands in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SelfCheck {
    /// Leads as JSON objects.
    leads: Vec<Map<String, Value>>,
    /// Their probabilities.
    probabilities: Vec<f32>,
}

/// Makes up leads that exercise every feature, and scores them.
pub(super) fn make(
    encoder: &Encoder,
    score: impl Fn(Vec<crate::lead::Lead>) -> Result<Vec<f32>, OpenFault>,
) -> Result<SelfCheck, OpenFault> {
    let leads: Vec<_> = (0..LEADS).map(|at| made_up(encoder, at)).collect();
    let read = read_all(&leads, encoder.schema())?;
    Ok(SelfCheck { probabilities: score(read)?, leads })
}

/// Scores the leads again and compares.
pub(super) fn prove(model: &Model, check: &SelfCheck) -> Result<(), OpenFault> {
    if check.leads.is_empty() || check.leads.len() != check.probabilities.len() {
        return Err(OpenFault::NoSelfCheck);
    }
    let leads = read_all(&check.leads, model.encoder().schema())?;
    let got = model.run(&model.encoder().encode_blocks(leads.iter()))?;
    let differs = |(expected, got): (&f32, &f32)| expected.to_bits() != got.to_bits();
    match check.probabilities.iter().zip(&got).position(differs) {
        Some(lead) => Err(OpenFault::SelfCheck { lead, expected: check.probabilities[lead], got: got[lead] }),
        None => Ok(()),
    }
}

/// The leads by which a model file proves itself, as JSON objects.
pub fn leads_of(file: &[u8]) -> Result<Vec<Map<String, Value>>, OpenFault> {
    let bundle = bundle::read(file)?;
    let check: SelfCheck = section(&bundle, SECTION)?.ok_or(OpenFault::MissingSection(SECTION))?;
    Ok(check.leads)
}

fn read_all(leads: &[Map<String, Value>], schema: &Schema) -> Result<Vec<crate::lead::Lead>, OpenFault> {
    let read = |(at, lead): (usize, &Map<String, Value>)| {
        let body = Value::Object(lead.clone()).to_string();
        read_lead(body.as_bytes(), schema)
            .map_err(|error| OpenFault::SelfCheckLead { lead: at, reason: error.to_string() })
    };
    leads.iter().enumerate().map(read).collect()
}

/// A lead that depends on its place alone: the first has nothing, the others vary each field at its own pace.
fn made_up(encoder: &Encoder, at: usize) -> Map<String, Value> {
    let mut lead = Map::new();
    for (place, field) in encoder.schema().fields().iter().enumerate() {
        let turn = at * (place + 3) + at / 5;
        if at == 0 || turn.is_multiple_of(7) {
            continue;
        }
        let value = match &field.kind {
            Kind::Integer { min, max } => {
                json!(min + (turn % 11) as f64 / 10.0 * (max - min)).as_f64().map(f64::round).into()
            }
            Kind::Number { range: Some((min, max)) } => json!(min + (turn % 11) as f64 / 10.0 * (max - min)),
            Kind::Number { range: None } => json!(1950.5 + (turn % 80) as f64),
            Kind::Category { .. } | Kind::Text { .. } => json!(words(encoder, &field.name, turn)),
        };
        lead.insert(field.name.clone(), value);
    }
    lead
}

/// A text for a field: one of the words that the encoder knows there, something unknown, or several items.
fn words(encoder: &Encoder, field: &str, turn: usize) -> String {
    let mut known = Vec::new();
    for feature in encoder.features().filter(|feature| feature.field == field) {
        match &feature.rule {
            Rule::OneHot { levels, .. } | Rule::Unlisted { levels } => known.extend(levels.iter().map(String::as_str)),
            Rule::Target { table, .. } => known.extend(table.keys().map(String::as_str)),
            Rule::TextFlag { terms, .. } => known.extend(terms.iter().map(String::as_str)),
            _ => {}
        }
    }
    match turn % 5 {
        0 => format!("made up, {turn}"),
        1 => "é".repeat(turn % 40),
        _ => known.get(turn % known.len().max(1)).map_or_else(|| format!("made up {turn}"), |word| (*word).to_owned()),
    }
}
