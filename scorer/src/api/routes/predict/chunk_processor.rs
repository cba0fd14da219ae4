//! Processes a file of leads piece by piece: returns response chunks, each with the rows to log before it is sent.

use super::row_response::unseen_values;
use super::row_writer::{RowFormat, RowWriter};
use super::scoring::{ScoredRows, Scoring, ScoringContext};
use super::table_input::{ClientCells, TableInput, take_line};
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::validation_error::no_leads_error;
use crate::api::monitor::ScoredBatch;
use crate::lead::json::NdjsonReader;
use crate::lead::level::UnseenLevels;
use crate::lead::schema::Schema;
use axum::body::Bytes;
use prediction_log::PredictionRow;
use std::collections::VecDeque;

/// Leads per chunk, which bounds memory; a chunk may have a few more.
const CHUNK_LEADS: usize = 1_024;

/// Bytes read before leads are counted again.
const STEP_BYTES: usize = 8 << 10;

/// Part of a response.
pub(super) struct Chunk {
    /// Rows to log before the text is sent.
    pub(super) rows: Vec<PredictionRow>,
    /// Scored leads, for monitoring.
    pub(super) scored: Option<ScoredBatch>,
    pub(super) text: Vec<u8>,
    /// Number of leads in the text.
    pub(super) leads: u64,
    /// Completion summary, as a trailer value; set on the last chunk only.
    pub(super) completion: Option<String>,
    pub(super) format: RowFormat,
}

/// Reads pushed bytes, scores their leads and writes response chunks.
pub(super) struct ChunkProcessor {
    context: ScoringContext,
    schema: Schema,
    parser: Parser,
    writer: RowWriter,
    input: VecDeque<Bytes>,
    has_header: bool,
    /// Values that no model has seen so far.
    unseen: UnseenLevels,
}

enum Parser {
    Table(Box<TableInput>),
    Lines(NdjsonReader),
    /// The input has ended and was parsed.
    Ended,
}

impl ChunkProcessor {
    pub(super) fn new(context: ScoringContext, body_type: MediaType, response_type: MediaType) -> Self {
        let schema = context.scorer.schema().clone();
        let parser = match body_type {
            MediaType::Csv => Parser::Table(Box::new(TableInput::new(&context.scorer))),
            MediaType::Json | MediaType::Ndjson => Parser::Lines(NdjsonReader::new(schema.clone())),
        };
        let writer = RowWriter::new(RowFormat::keys_only(response_type));
        let (input, unseen) = (VecDeque::new(), UnseenLevels::default());
        ChunkProcessor { context, schema, parser, writer, input, has_header: false, unseen }
    }

    /// Adds input.
    pub(super) fn push(&mut self, pieces: impl IntoIterator<Item = Bytes>) {
        self.input.extend(pieces);
    }

    /// True when all input was read.
    pub(super) fn needs_input(&self) -> bool {
        self.input.is_empty()
    }

    /// Returns the next chunk; a small one if there is little input.
    pub(super) fn next_chunk(&mut self) -> Result<Chunk, ApiError> {
        let ChunkProcessor { context, schema, parser, input, .. } = self;
        let (mut scoring, mut cells) = (Scoring::new(context), ClientCells::default());
        while scoring.len() < CHUNK_LEADS {
            let Some(mut piece) = input.pop_front() else { break };
            let step = piece.split_to(piece.len().min(STEP_BYTES));
            if !piece.is_empty() {
                input.push_front(piece);
            }
            match parser {
                Parser::Table(table) => table.push(&step, &mut scoring, &mut cells)?,
                Parser::Lines(lines) => lines.push(&step, &mut |line| take_line(line, schema, &mut scoring)),
                Parser::Ended => {}
            }
        }
        let scored = scoring.finish()?;
        self.write(scored, &cells)
    }

    /// Returns the last chunk, after all input was read and has ended.
    pub(super) fn finish(&mut self) -> Result<Chunk, ApiError> {
        let ChunkProcessor { context, schema, parser, .. } = self;
        let (mut scoring, mut cells) = (Scoring::new(context), ClientCells::default());
        match std::mem::replace(parser, Parser::Ended) {
            Parser::Table(mut table) => {
                table.finish(&mut scoring, &mut cells)?;
                // Its column names are still to be written if this is the only chunk.
                *parser = Parser::Table(table);
            }
            Parser::Lines(lines) => lines.finish(&mut |line| take_line(line, schema, &mut scoring)),
            Parser::Ended => {}
        }
        let scored = scoring.finish()?;
        let mut chunk = self.write(scored, &cells)?;
        if !self.has_header {
            return Err(ApiError::Invalid(vec![no_leads_error()]));
        }
        self.writer.unseen = unseen_values(&self.unseen, &self.schema);
        if let Parser::Table(table) = &self.parser {
            self.writer.skipped_rows = table.skipped.rows;
        }
        chunk.completion = Some(self.writer.write_completion(&mut chunk.text)?);
        Ok(chunk)
    }

    fn write(&mut self, scored: ScoredRows, cells: &ClientCells) -> Result<Chunk, ApiError> {
        let ScoredRows { rows, statuses, scored, unseen, .. } = scored;
        self.unseen.merge(&unseen);
        let mut text = Vec::new();
        let table = match &self.parser {
            Parser::Table(table) => Some(table.as_ref()),
            Parser::Lines(_) | Parser::Ended => None,
        };
        if !self.has_header && !statuses.is_empty() {
            self.has_header = true;
            self.writer.format.delimiter = table.map_or(b',', |table| table.delimiter);
            self.writer.write_header(table.map_or(&[], |table| &table.columns), &mut text);
        }
        self.writer.write_rows(&rows, &statuses, table.map(|_| cells), &mut text)?;
        let leads = statuses.len() as u64;
        Ok(Chunk { rows, scored: Some(scored), text, leads, completion: None, format: self.writer.format })
    }
}
