//! Writes results as NDJSON or CSV, with a completion line at the end that proves that none is missing.
//!
//! The client's own cells are written as sent, because programs read them: the page, not the API, escapes spreadsheet
//! formulas in its exports.

use super::row_response::{add_models, lead_result};
use super::scoring::RowStatus;
use super::table_input::ClientCells;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::response::{Completion, ErrorBody, Interruption, LeadResult, ValidationError};
use crate::insight::label::probability_text;
use crate::lead::schema::LEAD_KEY;
use crate::scored_list::{unique_column_name, write_cell};
use crate::wire::{ModelName, Prediction, UnseenValues};
use prediction_log::PredictionRow;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Columns added to a table, in order.
pub(crate) const RESULT_COLUMNS: [&str; 9] =
    ["status", "score", "probability", "label", "confidence", "grade", "model_version", "prediction_id", "detail"];

/// Format of written rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFormat {
    pub(super) media_type: MediaType,
    /// Delimiter of a table.
    pub(super) delimiter: u8,
    /// Number of the client's own columns in a table.
    pub(super) columns: usize,
}

impl RowFormat {
    /// Format of a table whose only own column is the lead key, for leads that came without columns.
    pub(super) fn keys_only(media_type: MediaType) -> Self {
        RowFormat { media_type, delimiter: b',', columns: 1 }
    }
}

/// Writes results and counts them.
pub(super) struct RowWriter {
    pub(super) format: RowFormat,
    hash: Sha256,
    rows: u64,
    scored: u64,
    models: Vec<ModelName<'static>>,
    /// Values that no model has seen.
    pub(super) unseen: Vec<UnseenValues>,
    /// Number of rows that hold no lead.
    pub(super) skipped_rows: u64,
}

impl RowWriter {
    pub(super) fn new(format: RowFormat) -> Self {
        let (models, unseen) = (Vec::new(), Vec::new());
        RowWriter { format, hash: Sha256::new(), rows: 0, scored: 0, models, unseen, skipped_rows: 0 }
    }

    /// Writes the header of a table, the client's columns first.
    pub(super) fn write_header(&mut self, columns: &[String], out: &mut Vec<u8>) {
        if self.format.media_type != MediaType::Csv {
            return;
        }
        let start = out.len();
        let keys = [LEAD_KEY.to_owned()];
        let columns = if columns.is_empty() { &keys } else { columns };
        self.format.columns = columns.len();
        let added = RESULT_COLUMNS.map(|name| unique_column_name(name, columns));
        self.write_table_row(columns.iter().chain(&added).map(String::as_str), out);
        self.hash.update(&out[start..]);
    }

    /// Writes results of leads; in a table after the cells that they came with.
    pub(super) fn write_rows(
        &mut self,
        rows: &[PredictionRow],
        statuses: &[RowStatus],
        cells: Option<&ClientCells>,
        out: &mut Vec<u8>,
    ) -> Result<(), ApiError> {
        let (start, mut next) = (out.len(), rows.iter());
        for (position, status) in statuses.iter().enumerate() {
            let result = lead_result(status, &mut next).ok_or(ApiError::Internal)?;
            match self.format.media_type {
                MediaType::Csv => self.write_result(cells.map(|cells| cells.row(position)), &result, out),
                MediaType::Json | MediaType::Ndjson => write_json_line(&result, out)?,
            }
        }
        self.rows += statuses.len() as u64;
        self.scored += rows.len() as u64;
        add_models(&mut self.models, rows);
        self.hash.update(&out[start..]);
        Ok(())
    }

    /// Writes the completion line; returns its content as a trailer value.
    pub(super) fn write_completion(&mut self, out: &mut Vec<u8>) -> Result<String, ApiError> {
        let sha256 = hex::encode(std::mem::take(&mut self.hash).finalize());
        let (rows, scored, rejected) = (self.rows, self.scored, self.rows - self.scored);
        let trailer = format!("rows={rows}, scored={scored}, rejected={rejected}, sha256={sha256}");
        let (models, unseen) = (std::mem::take(&mut self.models), std::mem::take(&mut self.unseen));
        let skipped_rows = Some(self.skipped_rows).filter(|rows| *rows > 0);
        let sha256 = Cow::Owned(sha256);
        let completion = Completion { complete: true, rows, scored, rejected, sha256, models, unseen, skipped_rows };
        write_last_line(self.format, "complete", &completion, out)?;
        Ok(trailer)
    }

    fn write_result(&self, client_cells: Option<&[u8]>, result: &LeadResult<'_>, out: &mut Vec<u8>) {
        let key = match result {
            LeadResult::Scored(prediction) => prediction.lead_key.as_deref(),
            LeadResult::Rejected(rejection) => rejection.lead_key.as_deref(),
        };
        match client_cells {
            Some(cells) => out.extend_from_slice(cells),
            None => write_cell(key.unwrap_or_default(), self.format.delimiter, out),
        }
        out.push(self.format.delimiter);
        match result {
            LeadResult::Scored(prediction) => {
                self.write_table_row(scored_cells(prediction).iter().map(Cow::as_ref), out)
            }
            LeadResult::Rejected(rejection) => {
                let reasons: Vec<String> = rejection.errors.iter().map(reason).collect();
                self.write_table_row(["rejected", "", "", "", "", "", "", "", &reasons.join("; ")].into_iter(), out);
            }
        }
    }

    fn write_table_row<'a>(&self, cells: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
        write_row(cells, self.format.delimiter, out);
    }
}

/// Writes the last line of a response that cannot be finished.
pub(super) fn write_interruption(
    format: RowFormat,
    rows: u64,
    body: ErrorBody,
    out: &mut Vec<u8>,
) -> Result<(), ApiError> {
    let ErrorBody { error, message, detail } = body;
    write_last_line(format, "failed", &Interruption { complete: false, rows, error, message, detail }, out)
}

/// Writes the last line; in a table as JSON in the last cell of a row whose own cells are empty, so that it cannot be
/// mistaken for a lead.
fn write_last_line(
    format: RowFormat,
    status: &str,
    content: &impl Serialize,
    out: &mut Vec<u8>,
) -> Result<(), ApiError> {
    if format.media_type != MediaType::Csv {
        return write_json_line(content, out);
    }
    let json = serde_json::to_string(content).map_err(|_| ApiError::Internal)?;
    let own = std::iter::repeat_n("", format.columns);
    write_row(own.chain([status, "", "", "", "", "", "", "", &json]), format.delimiter, out);
    Ok(())
}

fn scored_cells<'a>(prediction: &'a Prediction<'a>) -> [Cow<'a, str>; RESULT_COLUMNS.len()] {
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

/// Returns a validation error as one sentence, with its field.
fn reason(error: &ValidationError) -> String {
    match error.loc.last() {
        Some(Value::String(field)) if error.loc.len() > 1 => format!("{field}: {}", error.msg),
        _ => error.msg.clone(),
    }
}

fn write_json_line(content: &impl Serialize, out: &mut Vec<u8>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *out, content).map_err(|_| ApiError::Internal)?;
    out.push(b'\n');
    Ok(())
}

fn write_row<'a>(cells: impl Iterator<Item = &'a str>, delimiter: u8, out: &mut Vec<u8>) {
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            out.push(delimiter);
        }
        write_cell(cell, delimiter, out);
    }
    out.push(b'\n');
}
