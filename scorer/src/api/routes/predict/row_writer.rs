//! Results, one behind the other, as lines of JSON or as rows of a table, with a last one that proves that none is
//! missing.
//!
//! Owns both forms. May not know where results come from or go to. The client's own cells are written as they were
//! sent: programs read this; what a spreadsheet would take for a formula is the page's to disarm when it exports.

use super::batch::result;
use super::row_response::add_models;
use super::scoring::Fate;
use super::table_input::ClientCells;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::idempotency::hexadecimal;
use crate::api::http::response::{Completion, ErrorBody, Interruption, LeadResult, ValidationError};
use crate::insight::label::probability_text;
use crate::lead::schema::LEAD_KEY;
use crate::scored_list::{unique_column_name, write_cell};
use crate::wire::{ModelName, Prediction};
use prediction_log::PredictionRow;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The columns that are added to a table, in order.
pub(crate) const ADDED: [&str; 9] =
    ["status", "score", "probability", "label", "confidence", "grade", "model_version", "prediction_id", "detail"];

/// How lines are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) form: MediaType,
    /// Between the cells of a table.
    pub(super) delimiter: u8,
    /// How many columns of the client's own a table has.
    pub(super) columns: usize,
}

impl Shape {
    /// A table of leads that came without columns has their keys.
    pub(super) fn of_keys(form: MediaType) -> Self {
        Shape { form, delimiter: b',', columns: 1 }
    }
}

/// Writes results and keeps count.
pub(super) struct Writer {
    pub(super) shape: Shape,
    hash: Sha256,
    rows: u64,
    scored: u64,
    models: Vec<ModelName<'static>>,
}

impl Writer {
    pub(super) fn new(shape: Shape) -> Self {
        Writer { shape, hash: Sha256::new(), rows: 0, scored: 0, models: Vec::new() }
    }

    /// Writes the names of a table's columns, those of the client first.
    pub(super) fn begin(&mut self, columns: &[String], out: &mut Vec<u8>) {
        if self.shape.form != MediaType::Csv {
            return;
        }
        let start = out.len();
        let keys = [LEAD_KEY.to_owned()];
        let columns = if columns.is_empty() { &keys } else { columns };
        self.shape.columns = columns.len();
        let added = ADDED.map(|name| unique_column_name(name, columns));
        self.row(columns.iter().chain(&added).map(String::as_str), out);
        self.hash.update(&out[start..]);
    }

    /// Writes the results of some leads; of a table, beside the cells that they came with.
    pub(super) fn block(
        &mut self,
        rows: &[PredictionRow],
        fates: &[Fate],
        own: Option<&ClientCells>,
        out: &mut Vec<u8>,
    ) -> Result<(), ApiError> {
        let (start, mut next) = (out.len(), rows.iter());
        for (place, fate) in fates.iter().enumerate() {
            let told = result(fate, &mut next).ok_or(ApiError::Internal)?;
            match self.shape.form {
                MediaType::Csv => self.table_row(own.map(|own| own.row(place)), &told, out),
                MediaType::Json | MediaType::Ndjson => json_line(&told, out)?,
            }
        }
        self.rows += fates.len() as u64;
        self.scored += rows.len() as u64;
        add_models(&mut self.models, rows);
        self.hash.update(&out[start..]);
        Ok(())
    }

    /// Writes the last line; returns its content in the form of a header.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> Result<String, ApiError> {
        let sha256 = hexadecimal(&std::mem::take(&mut self.hash).finalize());
        let (rows, scored, rejected) = (self.rows, self.scored, self.rows - self.scored);
        let proof = format!("rows={rows}, scored={scored}, rejected={rejected}, sha256={sha256}");
        let models = std::mem::take(&mut self.models);
        let told = Completion { complete: true, rows, scored, rejected, sha256: Cow::Owned(sha256), models };
        last_line(self.shape, "complete", &told, out)?;
        Ok(proof)
    }

    fn table_row(&self, own: Option<&[u8]>, told: &LeadResult<'_>, out: &mut Vec<u8>) {
        let key = match told {
            LeadResult::Scored(prediction) => prediction.lead_key.as_deref(),
            LeadResult::Rejected(rejection) => rejection.lead_key.as_deref(),
        };
        match own {
            Some(own) => out.extend_from_slice(own),
            None => write_cell(key.unwrap_or_default(), self.shape.delimiter, out),
        }
        out.push(self.shape.delimiter);
        match told {
            LeadResult::Scored(prediction) => self.row(scored_cells(prediction).iter().map(Cow::as_ref), out),
            LeadResult::Rejected(rejection) => {
                let reasons: Vec<String> = rejection.errors.iter().map(reason).collect();
                self.row(["rejected", "", "", "", "", "", "", "", &reasons.join("; ")].into_iter(), out);
            }
        }
    }

    fn row<'a>(&self, cells: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
        write_row(cells, self.shape.delimiter, out);
    }
}

/// Writes the last line of an answer that cannot be finished.
pub(super) fn interrupt(shape: Shape, rows: u64, failure: ErrorBody, out: &mut Vec<u8>) -> Result<(), ApiError> {
    let ErrorBody { error, message, detail } = failure;
    last_line(shape, "failed", &Interruption { complete: false, rows, error, message, detail }, out)
}

/// In a table its JSON is the last cell of a row that has none of the client's own, so that it is never taken for a lead.
fn last_line(shape: Shape, status: &str, told: &impl Serialize, out: &mut Vec<u8>) -> Result<(), ApiError> {
    if shape.form != MediaType::Csv {
        return json_line(told, out);
    }
    let told = serde_json::to_string(told).map_err(|_| ApiError::Internal)?;
    let own = std::iter::repeat_n("", shape.columns);
    write_row(own.chain([status, "", "", "", "", "", "", "", &told]), shape.delimiter, out);
    Ok(())
}

fn scored_cells<'a>(prediction: &'a Prediction<'a>) -> [Cow<'a, str>; ADDED.len()] {
    let Prediction { score, probability, label, confidence, grade, model_version, prediction_id, .. } = prediction;
    [
        Cow::Borrowed("scored"),
        Cow::Owned(score.to_string()),
        Cow::Owned(probability_text(*probability)),
        Cow::Borrowed(label),
        Cow::Borrowed(confidence),
        Cow::Owned(grade.map(String::from).unwrap_or_default()),
        Cow::Borrowed(model_version),
        Cow::Borrowed(prediction_id.as_deref().unwrap_or_default()),
        Cow::Borrowed(""),
    ]
}

/// A reason in one sentence: the field, and what is wrong with it.
fn reason(complaint: &ValidationError) -> String {
    match complaint.loc.last() {
        Some(Value::String(field)) if complaint.loc.len() > 1 => format!("{field}: {}", complaint.msg),
        _ => complaint.msg.clone(),
    }
}

fn json_line(told: &impl Serialize, out: &mut Vec<u8>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *out, told).map_err(|_| ApiError::Internal)?;
    out.push(b'\n');
    Ok(())
}

fn write_row<'a>(cells: impl Iterator<Item = &'a str>, delimiter: u8, out: &mut Vec<u8>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.push(delimiter);
        }
        write_cell(cell, delimiter, out);
    }
    out.push(b'\n');
}
