//! JSON bodies: one lead, or a batch of leads.

use super::params::OnError;
use super::pending_response::PendingResponse;
use super::row_response::{lead_result, models, prediction, unseen_values};
use super::row_writer::{RowFormat, RowWriter};
use super::scoring::{LeadSink, RowStatus, ScoredRows, Scoring, ScoringContext};
use super::two_thread_pipeline::{self, MIN_BYTES};
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::response::{PartialAnswer, RejectedLead, ValidationError};
use crate::api::http::validation_error::lead_errors;
use crate::insight::label::ScoreSummary;
use crate::lead::Lead;
use crate::lead::json::{BatchSink, ISSUES_MAX, Issue, read_batch, read_batch_into, read_lead};
use crate::lead::level::LevelMatching;
use crate::lead::schema::Schema;
use crate::wire::{BatchResponse, UnseenValues};
use prediction_log::PredictionRow;
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// Approximate response bytes per lead, to allocate a large response once.
const RESPONSE_BYTES_PER_LEAD: usize = 320;

/// Scores one lead.
pub(super) fn score_one(context: &ScoringContext, body: &[u8]) -> Result<PendingResponse, ApiError> {
    let (schema, started) = (context.scorer.schema(), Instant::now());
    let lead = read_lead(body, schema).map_err(|error| ApiError::invalid(error, schema))?;
    let parse = started.elapsed();
    let mut scoring = Scoring::new(context);
    scoring.push(&lead, LevelMatching::Exact, None);
    let ScoredRows { rows, statuses, scored, time, .. } = scoring.finish()?;
    if rows.is_empty() {
        let mut errors = validation_errors(statuses);
        errors.iter_mut().for_each(|error| error.loc = vec![json!("body")]);
        return Err(ApiError::Invalid(errors));
    }
    let write = |rows: &[PredictionRow]| to_json(&rows.first().map(prediction), 1);
    Ok(PendingResponse::new(rows, MediaType::Json, vec![scored], write).with_timing(parse, time))
}

/// Scores a batch.
pub(super) fn score_batch(
    context: &ScoringContext,
    body: &[u8],
    on_error: OnError,
    response_type: MediaType,
) -> Result<PendingResponse, ApiError> {
    let (ScoredRows { rows, statuses, scored, unseen, time }, parse) = read_and_score(context, body, on_error)?;
    let is_rejected = |status: &RowStatus| matches!(status, RowStatus::Rejected(_));
    if on_error == OnError::Fail && statuses.iter().any(is_rejected) {
        return Err(ApiError::Invalid(validation_errors(statuses)));
    }
    let unseen = unseen_values(&unseen, context.scorer.schema());
    let write = move |rows: &[PredictionRow]| match response_type {
        MediaType::Json if on_error == OnError::Fail => write_batch_answer(rows, unseen),
        MediaType::Json => write_partial_answer(rows, &statuses, unseen),
        media_type => write_lines(rows, &statuses, media_type, unseen),
    };
    Ok(PendingResponse::new(rows, response_type, vec![scored], write).with_timing(parse, time))
}

/// Validates a body without a model, against the base schema.
pub(super) fn validate(body: &[u8], is_single: bool) -> Result<(), ApiError> {
    let schema = Schema::leads();
    let result = if is_single { read_lead(body, &schema).map(drop) } else { read_batch(body, &schema).map(drop) };
    result.map_err(|error| ApiError::invalid(error, &schema))
}

/// Returns the scored leads of a batch and the time of parsing. A large batch is scored while it is parsed.
fn read_and_score(
    context: &ScoringContext,
    body: &[u8],
    on_error: OnError,
) -> Result<(ScoredRows, Duration), ApiError> {
    let (schema, started) = (context.scorer.schema(), Instant::now());
    let invalid = |error| ApiError::invalid(error, schema);
    if body.len() < MIN_BYTES {
        let mut scoring = Scoring::new(context);
        read_batch_into(body, schema, &mut LeadFilter { schema, on_error, to: &mut scoring, problems: 0 })
            .map_err(invalid)?;
        let time = scoring.time();
        let parse = started.elapsed().saturating_sub(time.score + time.record);
        return Ok((scoring.finish()?, parse));
    }
    let (parsed, scored) = two_thread_pipeline::run(context, |sink| {
        let mut filter = LeadFilter { schema, on_error, to: sink, problems: 0 };
        read_batch_into(body, schema, &mut filter).map(|()| started.elapsed())
    });
    let parse = parsed.map_err(invalid)?;
    Ok((scored?, parse))
}

/// Passes valid leads on to be scored, the others as rejections.
struct LeadFilter<'a, T> {
    schema: &'a Schema,
    on_error: OnError,
    to: &'a mut T,
    /// Number of problems reported so far.
    problems: usize,
}

impl<T: LeadSink> BatchSink for LeadFilter<'_, T> {
    fn restart(&mut self) {
        self.to.restart();
        self.problems = 0;
    }

    fn take(&mut self, lead: &Lead, mut problems: Vec<Issue>) {
        if problems.is_empty() {
            // A batch that fails needs no scores.
            if self.on_error == OnError::Skip || self.problems == 0 {
                self.to.push(lead);
            }
            return;
        }
        let room = ISSUES_MAX.saturating_sub(self.problems);
        // A skipped lead reports at least one reason.
        problems.truncate(if self.on_error == OnError::Skip { room.max(1) } else { room });
        self.problems += problems.len();
        let lead_key = lead.key().map(|key| Cow::Owned(key.to_owned()));
        self.to.reject(RejectedLead { line: None, lead_key, errors: lead_errors(&problems, self.schema) });
    }
}

fn validation_errors(statuses: Vec<RowStatus>) -> Vec<ValidationError> {
    let errors = statuses.into_iter().flat_map(|status| match status {
        RowStatus::Rejected(rejection) => rejection.errors,
        RowStatus::Scored(_) => Vec::new(),
    });
    errors.take(ISSUES_MAX).collect()
}

fn write_batch_answer(rows: &[PredictionRow], unseen: Vec<UnseenValues>) -> Result<Vec<u8>, ApiError> {
    let response = BatchResponse::new(rows.iter().map(prediction).collect(), models(rows));
    to_json(&BatchResponse { unseen, ..response }, rows.len())
}

fn write_partial_answer(
    rows: &[PredictionRow],
    statuses: &[RowStatus],
    unseen: Vec<UnseenValues>,
) -> Result<Vec<u8>, ApiError> {
    let mut summary = ScoreSummary::default();
    rows.iter().for_each(|row| summary.add(row.probability));
    let mut next = rows.iter();
    let results = statuses.iter().map(|status| lead_result(status, &mut next)).collect::<Option<Vec<_>>>();
    let answer = PartialAnswer {
        results: results.ok_or(ApiError::Internal)?,
        total_count: statuses.len(),
        scored_count: summary.scored,
        rejected_count: statuses.len() - summary.scored,
        avg_score: summary.mean(),
        high_engagement_count: summary.engaged,
        models: models(rows),
        unseen,
    };
    to_json(&answer, statuses.len())
}

fn write_lines(
    rows: &[PredictionRow],
    statuses: &[RowStatus],
    media_type: MediaType,
    unseen: Vec<UnseenValues>,
) -> Result<Vec<u8>, ApiError> {
    let mut writer = RowWriter::new(RowFormat::keys_only(media_type));
    writer.unseen = unseen;
    let mut body = Vec::new();
    writer.write_header(&[], &mut body);
    writer.write_rows(rows, statuses, None, &mut body)?;
    writer.write_completion(&mut body)?;
    Ok(body)
}

fn to_json(answer: &impl Serialize, leads: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::with_capacity(leads * RESPONSE_BYTES_PER_LEAD);
    serde_json::to_writer(&mut body, answer).map_err(|_| ApiError::Internal)?;
    Ok(body)
}
