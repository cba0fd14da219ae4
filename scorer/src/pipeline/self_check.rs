//! Self-check of a model file: synthetic leads with their scores, recomputed wherever the file is opened and compared bit
//! for bit. The leads are generated from the encoder's levels and terms, never from rows of a history.

use super::error::ModelFileError;
use super::section::section;
use crate::lead::encode::{Encoder, InputBlock, Rule};
use crate::lead::json::read_lead;
use crate::lead::schema::{FieldKind, Schema};
use crate::model::bundle;
use crate::model::onnx::ScoreError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Name of the section in the model file.
pub(super) const SECTION: &str = "selfcheck";

/// Number of self-check leads.
const LEAD_COUNT: usize = 24;

/// Contents of the section.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SelfCheck {
    /// Leads as JSON objects.
    leads: Vec<Map<String, Value>>,
    /// Probabilities of the leads.
    probabilities: Vec<f32>,
}

/// Generates leads that exercise every feature, and scores them.
pub(super) fn generate(
    encoder: &Encoder,
    score: impl Fn(Vec<crate::lead::Lead>) -> Result<Vec<f32>, ModelFileError>,
) -> Result<SelfCheck, ModelFileError> {
    let leads: Vec<_> = (0..LEAD_COUNT).map(|index| synthetic_lead(encoder, index)).collect();
    let read = read_all(&leads, encoder.schema())?;
    Ok(SelfCheck { probabilities: score(read)?, leads })
}

/// Recomputes the scores and compares their bits.
pub(super) fn verify(
    encoder: &Encoder,
    check: &SelfCheck,
    run: impl Fn(&[InputBlock]) -> Result<Vec<f32>, ScoreError>,
) -> Result<(), ModelFileError> {
    if check.leads.is_empty() || check.leads.len() != check.probabilities.len() {
        return Err(ModelFileError::NoSelfCheck);
    }
    let leads = read_all(&check.leads, encoder.schema())?;
    let got = run(&encoder.encode_blocks(leads.iter()))?;
    let differs = |(expected, got): (&f32, &f32)| expected.to_bits() != got.to_bits();
    match check.probabilities.iter().zip(&got).position(differs) {
        Some(lead) => Err(ModelFileError::SelfCheck { lead, expected: check.probabilities[lead], got: got[lead] }),
        None => Ok(()),
    }
}

/// Returns the self-check leads of a model file as JSON objects.
pub fn self_check_leads(file: &[u8]) -> Result<Vec<Map<String, Value>>, ModelFileError> {
    let bundle = bundle::read(file)?;
    let check: SelfCheck = section(&bundle, SECTION)?.ok_or(ModelFileError::MissingSection(SECTION))?;
    Ok(check.leads)
}

fn read_all(leads: &[Map<String, Value>], schema: &Schema) -> Result<Vec<crate::lead::Lead>, ModelFileError> {
    let read = |(at, lead): (usize, &Map<String, Value>)| {
        let body = Value::Object(lead.clone()).to_string();
        read_lead(body.as_bytes(), schema)
            .map_err(|error| ModelFileError::SelfCheckLead { lead: at, reason: error.to_string() })
    };
    leads.iter().enumerate().map(read).collect()
}

/// Generates a lead from its index alone: the first is empty, the others vary each field with its own period.
fn synthetic_lead(encoder: &Encoder, index: usize) -> Map<String, Value> {
    let mut lead = Map::new();
    for (place, field) in encoder.schema().fields().iter().enumerate() {
        let turn = index * (place + 3) + index / 5;
        if index == 0 || turn.is_multiple_of(7) {
            continue;
        }
        let value = match &field.kind {
            FieldKind::Integer { min, max } => {
                json!(min + (turn % 11) as f64 / 10.0 * (max - min)).as_f64().map(f64::round).into()
            }
            FieldKind::Number { range: Some((min, max)) } => json!(min + (turn % 11) as f64 / 10.0 * (max - min)),
            FieldKind::Number { range: None } => json!(1950.5 + (turn % 80) as f64),
            FieldKind::Category { .. } | FieldKind::Text { .. } => json!(synthetic_text(encoder, &field.name, turn)),
        };
        lead.insert(field.name.clone(), value);
    }
    lead
}

/// Generates a text for a field: a level or term known to the encoder, an unknown text, or non-ASCII characters.
fn synthetic_text(encoder: &Encoder, field: &str, turn: usize) -> String {
    let mut known = Vec::new();
    for feature in encoder.features().filter(|feature| feature.field == field) {
        if let Rule::TextFlag { terms, .. } = &feature.rule {
            known.extend(terms.iter().map(String::as_str));
        }
        known.extend(feature.rule.levels().into_iter().flat_map(|(levels, _)| levels));
    }
    match turn % 5 {
        0 => format!("made up, {turn}"),
        1 => "é".repeat(turn % 40),
        _ => known.get(turn % known.len().max(1)).map_or_else(|| format!("made up {turn}"), |word| (*word).to_owned()),
    }
}
