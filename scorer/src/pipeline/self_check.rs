//! Self-check of a model file: synthetic leads with their scores, recomputed wherever the file is opened and compared bit
//! for bit. The leads are generated from the encoder's levels and terms, never from rows of a history.

use super::error::ModelFileError;
use super::section::section;
use crate::lead::Lead;
use crate::lead::encode::{Encoder, InputBlock, Rule};
use crate::lead::json::read_lead;
use crate::lead::schema::{FieldKind, Schema};
use crate::model::bundle;
use crate::model::onnx::{LeadError, ScoreError, TextLevels};
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

/// Generates leads that exercise every feature, and scores them; leads that the model rejects are left out.
pub(super) fn generate(
    encoder: &Encoder,
    levels: &[TextLevels],
    score: impl Fn(&[Lead]) -> Result<Vec<Result<f32, LeadError>>, ScoreError>,
) -> Result<SelfCheck, ModelFileError> {
    let leads: Vec<_> = (0..LEAD_COUNT).map(|index| synthetic_lead(encoder, levels, index)).collect();
    let scores = score(&read_all(&leads, encoder.schema())?)?;
    let mut check = SelfCheck { leads: Vec::new(), probabilities: Vec::new() };
    let mut rejected = None;
    for (lead, score) in leads.into_iter().zip(scores) {
        match score {
            Ok(probability) => {
                check.leads.push(lead);
                check.probabilities.push(probability);
            }
            Err(error @ LeadError::Rejected(_)) => rejected = Some(error),
            Err(error) => return Err(ModelFileError::NotProbability(error)),
        }
    }
    match rejected.filter(|_| check.leads.is_empty()) {
        Some(error) => Err(ModelFileError::NothingScored(error)),
        None => Ok(check),
    }
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

fn read_all(leads: &[Map<String, Value>], schema: &Schema) -> Result<Vec<Lead>, ModelFileError> {
    let read = |(at, lead): (usize, &Map<String, Value>)| {
        let body = Value::Object(lead.clone()).to_string();
        read_lead(body.as_bytes(), schema)
            .map_err(|error| ModelFileError::SelfCheckLead { lead: at, reason: error.to_string() })
    };
    leads.iter().enumerate().map(read).collect()
}

/// Generates a lead from its index alone: the first is empty, the others vary each field with its own period. Fields of
/// which the graph requires one of its levels have one in every lead.
fn synthetic_lead(encoder: &Encoder, levels: &[TextLevels], index: usize) -> Map<String, Value> {
    let mut lead = Map::new();
    for (place, field) in encoder.schema().fields().iter().enumerate() {
        let turn = index * (place + 3) + index / 5;
        if let Some(required) = levels.iter().find(|known| known.is_required && known.field == field.name) {
            lead.insert(field.name.clone(), json!(required.levels[turn % required.levels.len()]));
            continue;
        }
        if index == 0 || turn.is_multiple_of(7) {
            continue;
        }
        let value = match &field.kind {
            FieldKind::Integer { min, max } => {
                json!(min + (turn % 11) as f64 / 10.0 * (max - min)).as_f64().map(f64::round).into()
            }
            FieldKind::Number { range: Some((min, max)) } => json!(min + (turn % 11) as f64 / 10.0 * (max - min)),
            FieldKind::Number { range: None } => json!(1950.5 + (turn % 80) as f64),
            FieldKind::Category { .. } | FieldKind::Text { .. } => {
                json!(synthetic_text(encoder, levels, &field.name, turn))
            }
        };
        lead.insert(field.name.clone(), value);
    }
    lead
}

/// Generates a text for a field: a level or term known to the encoder or the graph, an unknown text, or non-ASCII
/// characters.
fn synthetic_text(encoder: &Encoder, levels: &[TextLevels], field: &str, turn: usize) -> String {
    let of_graph = levels.iter().filter(|known| known.field == field).flat_map(|known| &known.levels);
    let mut known: Vec<&str> = of_graph.map(String::as_str).collect();
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
