//! A file of leads, piece by piece -> portions of its answer, each with the rows that are to be logged before it is
//! given.
//!
//! Owns the size of a portion, which bounds what is in memory. May not know HTTP, nor where rows are logged.

use super::row_writer::{Shape, Writer};
use super::scoring::{Block, Scoring, Shared};
use super::table_input::{ClientCells, TableInput, take_line};
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::validation_error::no_leads_error;
use crate::api::monitor::Seen;
use crate::lead::json::NdjsonReader;
use crate::lead::schema::Schema;
use axum::body::Bytes;
use prediction_log::PredictionRow;
use std::collections::VecDeque;

/// How many leads a portion has, and a few more.
const LEADS: usize = 1_024;

/// How many bytes are read before the leads are counted again.
const STEP: usize = 8 << 10;

/// A part of the answer.
pub(super) struct Portion {
    /// To be logged before the text is given.
    pub(super) rows: Vec<PredictionRow>,
    /// Its leads, for those who watch.
    pub(super) seen: Option<Seen>,
    pub(super) text: Vec<u8>,
    /// How many leads it tells of.
    pub(super) leads: u64,
    /// Of the last portion, what proves that the answer is whole.
    pub(super) proof: Option<String>,
    pub(super) shape: Shape,
}

/// Makes portions.
pub(super) struct Mill {
    shared: Shared,
    schema: Schema,
    intake: Intake,
    writer: Writer,
    waiting: VecDeque<Bytes>,
    begun: bool,
}

enum Intake {
    Table(Box<TableInput>),
    Lines(NdjsonReader),
    /// There was a last piece, and it was read.
    Ended,
}

impl Mill {
    pub(super) fn new(shared: Shared, sent: MediaType, wanted: MediaType) -> Self {
        let schema = shared.scorer.schema().clone();
        let intake = match sent {
            MediaType::Csv => Intake::Table(Box::new(TableInput::new(schema.clone()))),
            MediaType::Json | MediaType::Ndjson => Intake::Lines(NdjsonReader::new(schema.clone())),
        };
        let writer = Writer::new(Shape::of_keys(wanted));
        Mill { shared, schema, intake, writer, waiting: VecDeque::new(), begun: false }
    }

    /// Hands over more of the file.
    pub(super) fn feed(&mut self, pieces: impl IntoIterator<Item = Bytes>) {
        self.waiting.extend(pieces);
    }

    /// Whether it has nothing to read.
    pub(super) fn is_hungry(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next portion of what was handed over; a small one where there was not much.
    pub(super) fn portion(&mut self) -> Result<Portion, ApiError> {
        let Mill { shared, schema, intake, waiting, .. } = self;
        let (mut scoring, mut own) = (Scoring::new(shared), ClientCells::default());
        while scoring.len() < LEADS {
            let Some(mut piece) = waiting.pop_front() else { break };
            let step = piece.split_to(piece.len().min(STEP));
            if !piece.is_empty() {
                waiting.push_front(piece);
            }
            match intake {
                Intake::Table(table) => table.push(&step, &mut scoring, &mut own)?,
                Intake::Lines(lines) => lines.push(&step, &mut |line| take_line(line, schema, &mut scoring)),
                Intake::Ended => {}
            }
        }
        let block = scoring.finish()?;
        self.write(block, &own)
    }

    /// The last portion, when all that was handed over is read.
    pub(super) fn finish(&mut self) -> Result<Portion, ApiError> {
        let Mill { shared, schema, intake, .. } = self;
        let (mut scoring, mut own) = (Scoring::new(shared), ClientCells::default());
        match std::mem::replace(intake, Intake::Ended) {
            Intake::Table(mut table) => {
                table.finish(&mut scoring, &mut own)?;
                // Its columns are still to be named where this is the only portion.
                *intake = Intake::Table(table);
            }
            Intake::Lines(lines) => lines.finish(&mut |line| take_line(line, schema, &mut scoring)),
            Intake::Ended => {}
        }
        let block = scoring.finish()?;
        let mut portion = self.write(block, &own)?;
        if !self.begun {
            return Err(ApiError::Invalid(vec![no_leads_error()]));
        }
        portion.proof = Some(self.writer.end(&mut portion.text)?);
        Ok(portion)
    }

    fn write(&mut self, block: Block, own: &ClientCells) -> Result<Portion, ApiError> {
        let mut text = Vec::new();
        let table = match &self.intake {
            Intake::Table(table) => Some(table.as_ref()),
            Intake::Lines(_) | Intake::Ended => None,
        };
        if !self.begun && !block.fates.is_empty() {
            self.begun = true;
            self.writer.shape.delimiter = table.map_or(b',', |table| table.delimiter);
            self.writer.begin(table.map_or(&[], |table| &table.columns), &mut text);
        }
        self.writer.block(&block.rows, &block.fates, table.map(|_| own), &mut text)?;
        let leads = block.fates.len() as u64;
        Ok(Portion { rows: block.rows, seen: Some(block.seen), text, leads, proof: None, shape: self.writer.shape })
    }
}
