//! JSON bodies: one lead, or a batch of them.
//!
//! Owns what a lead that is not valid means for the others. May not know HTTP's heads, nor where answers are recorded.

use super::pending_response::Draft;
use super::row_response::{models, prediction};
use super::row_writer::{Shape, Writer};
use super::scoring::{Block, Fate, Scoring, Shared, Take};
use super::two_thread_pipeline::{self, BYTES_LEAST};
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::response::{LeadResult, PartialAnswer, RejectedLead, ValidationError};
use crate::api::http::validation_error::lead_errors;
use crate::lead::Lead;
use crate::lead::json::{BatchSink, ISSUES_MAX, Issue, read_batch, read_batch_into, read_lead};
use crate::lead::schema::Schema;
use crate::wire::{BatchAnswer, Summary};
use prediction_log::PredictionRow;
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// About how many bytes an answer has for each lead: so that a large one is not copied while it grows.
const ANSWER_BYTES: usize = 320;

/// What a lead that is not valid means for the others of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnError {
    /// None is scored.
    Fail,
    /// Nothing.
    Skip,
}

/// One lead and its score.
pub(super) fn one(shared: &Shared, body: &[u8]) -> Result<Draft, ApiError> {
    let (schema, started) = (shared.scorer.schema(), Instant::now());
    let lead = read_lead(body, schema).map_err(|error| ApiError::invalid(error, schema))?;
    let parse = started.elapsed();
    let mut scoring = Scoring::new(shared);
    scoring.take(&lead, None);
    let Block { rows, fates, seen, spent } = scoring.finish()?;
    if rows.is_empty() {
        let mut complaints = rejected(fates);
        complaints.iter_mut().for_each(|complaint| complaint.loc = vec![json!("body")]);
        return Err(ApiError::Invalid(complaints));
    }
    let write = |rows: &[PredictionRow]| written(&rows.first().map(prediction), 1);
    Ok(Draft::new(rows, MediaType::Json, vec![seen], write).took(parse, spent))
}

/// A batch and its scores.
pub(super) fn many(shared: &Shared, body: &[u8], on_error: OnError, form: MediaType) -> Result<Draft, ApiError> {
    let (Block { rows, fates, seen, spent }, parse) = taken(shared, body, on_error)?;
    let is_wrong = |fate: &Fate| matches!(fate, Fate::Rejected(_));
    if on_error == OnError::Fail && fates.iter().any(is_wrong) {
        return Err(ApiError::Invalid(rejected(fates)));
    }
    let write = move |rows: &[PredictionRow]| match form {
        MediaType::Json if on_error == OnError::Fail => whole(rows),
        MediaType::Json => partial(rows, &fates),
        form => lines(rows, &fates, form),
    };
    Ok(Draft::new(rows, form, vec![seen], write).took(parse, spent))
}

/// What is wrong with a body as far as that can be told without a model.
pub(super) fn fault(body: &[u8], single: bool) -> Option<ApiError> {
    let schema = Schema::leads();
    let read = if single { read_lead(body, &schema).map(drop) } else { read_batch(body, &schema).map(drop) };
    read.err().map(|error| ApiError::invalid(error, &schema))
}

/// The leads of a batch, scored, and how long reading them took. A large one is scored while it is read.
fn taken(shared: &Shared, body: &[u8], on_error: OnError) -> Result<(Block, Duration), ApiError> {
    let (schema, started) = (shared.scorer.schema(), Instant::now());
    let invalid = |error| ApiError::invalid(error, schema);
    if body.len() < BYTES_LEAST {
        let mut scoring = Scoring::new(shared);
        read_batch_into(body, schema, &mut Taken { schema, on_error, to: &mut scoring, problems: 0 })
            .map_err(invalid)?;
        let spent = scoring.spent();
        let parse = started.elapsed().saturating_sub(spent.score + spent.record);
        return Ok((scoring.finish()?, parse));
    }
    let (read, block) = two_thread_pipeline::read(shared, |hand| {
        let mut taken = Taken { schema, on_error, to: hand, problems: 0 };
        read_batch_into(body, schema, &mut taken).map(|()| started.elapsed())
    });
    let parse = read.map_err(invalid)?;
    Ok((block?, parse))
}

/// The leads of a batch while they come.
struct Taken<'a, T> {
    schema: &'a Schema,
    on_error: OnError,
    to: &'a mut T,
    /// How many problems were told so far.
    problems: usize,
}

impl<T: Take> BatchSink for Taken<'_, T> {
    fn restart(&mut self) {
        self.to.restart();
        self.problems = 0;
    }

    fn take(&mut self, lead: &Lead, mut problems: Vec<Issue>) {
        if problems.is_empty() {
            // A batch that is refused needs no scores.
            if self.on_error == OnError::Skip || self.problems == 0 {
                self.to.take(lead);
            }
            return;
        }
        let room = ISSUES_MAX.saturating_sub(self.problems);
        // Of a lead that is skipped at least one reason is told.
        problems.truncate(if self.on_error == OnError::Skip { room.max(1) } else { room });
        self.problems += problems.len();
        let lead_key = lead.key().map(|key| Cow::Owned(key.to_owned()));
        self.to.reject(RejectedLead { line: None, lead_key, errors: lead_errors(&problems, self.schema) });
    }
}

fn rejected(fates: Vec<Fate>) -> Vec<ValidationError> {
    let errors = fates.into_iter().flat_map(|fate| match fate {
        Fate::Rejected(rejection) => rejection.errors,
        Fate::Scored(_) => Vec::new(),
    });
    errors.take(ISSUES_MAX).collect()
}

fn whole(rows: &[PredictionRow]) -> Result<Vec<u8>, ApiError> {
    written(&BatchAnswer::new(rows.iter().map(prediction).collect(), models(rows)), rows.len())
}

fn partial(rows: &[PredictionRow], fates: &[Fate]) -> Result<Vec<u8>, ApiError> {
    let mut sum = Summary::default();
    rows.iter().for_each(|row| sum.add(row.probability));
    let mut next = rows.iter();
    let results = fates.iter().map(|fate| result(fate, &mut next)).collect::<Option<Vec<_>>>();
    let answer = PartialAnswer {
        results: results.ok_or(ApiError::Internal)?,
        total_count: fates.len(),
        scored_count: sum.scored,
        rejected_count: fates.len() - sum.scored,
        avg_score: sum.mean(),
        high_engagement_count: sum.engaged,
        models: models(rows),
    };
    written(&answer, fates.len())
}

/// What is told of the next lead.
pub(super) fn result<'a>(fate: &'a Fate, rows: &mut impl Iterator<Item = &'a PredictionRow>) -> Option<LeadResult<'a>> {
    Some(match fate {
        Fate::Scored(_) => LeadResult::Scored(prediction(rows.next()?)),
        Fate::Rejected(rejection) => LeadResult::Rejected(rejection.clone()),
    })
}

fn lines(rows: &[PredictionRow], fates: &[Fate], form: MediaType) -> Result<Vec<u8>, ApiError> {
    let mut writer = Writer::new(Shape::of_keys(form));
    let mut body = Vec::new();
    writer.begin(&[], &mut body);
    writer.block(rows, fates, None, &mut body)?;
    writer.end(&mut body)?;
    Ok(body)
}

fn written(answer: &impl Serialize, leads: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::with_capacity(leads * ANSWER_BYTES);
    serde_json::to_writer(&mut body, answer).map_err(|_| ApiError::Internal)?;
    Ok(body)
}
