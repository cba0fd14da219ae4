//! Scores leads as they arrive: returns a status per lead and a row of the log per scored lead.
//!
//! A lead is encoded on arrival and scored with the next thousand, so that most rows of a batch are made while it is
//! still being parsed.

use super::logged_inputs::InputSerializer;
use crate::api::config::LogInputs;
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::api::http::validation_error::not_scorable_error;
use crate::api::monitor::ScoredBatch;
use crate::insight::label::{confidence, label, rounded};
use crate::lead::Lead;
use crate::lead::level::{LevelMatching, UnseenLevels};
use crate::pipeline::{BATCH_LEADS, Batch, Score, Scorer};
use prediction_log::{PredictionRow, Timestamp};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Data shared by all leads of a request.
#[derive(Debug)]
pub(super) struct ScoringContext {
    pub(super) scorer: Arc<Scorer>,
    inputs: LogInputs,
    request_id: String,
    created_at: Timestamp,
}

impl ScoringContext {
    pub(super) fn new(scorer: Arc<Scorer>, inputs: LogInputs, request_id: String) -> Self {
        ScoringContext { scorer, inputs, request_id, created_at: Timestamp::now() }
    }
}

/// Status of a lead.
#[derive(Debug)]
pub(super) enum RowStatus {
    /// Scored; the next row is its own. With the line number if the body is a file of lines.
    Scored(Option<u64>),
    /// Not scored.
    Rejected(RejectedLead<'static>),
}

/// Scored leads, in order.
#[derive(Debug)]
pub(super) struct ScoredRows {
    /// One per scored lead.
    pub(super) rows: Vec<PredictionRow>,
    /// One per lead.
    pub(super) statuses: Vec<RowStatus>,
    /// Scored leads, for monitoring.
    pub(super) scored: ScoredBatch,
    /// Cells that the models have never seen.
    pub(super) unseen: UnseenLevels,
    pub(super) time: ScoringTime,
}

/// Time spent on leads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScoringTime {
    /// Encoding and scoring.
    pub(super) score: Duration,
    /// Making rows of the log.
    pub(super) record: Duration,
}

/// Receiver of the leads of a batch while it is parsed.
pub(super) trait LeadSink {
    /// Discards everything received so far.
    fn restart(&mut self);
    /// Receives a lead to be scored.
    fn push(&mut self, lead: &Lead);
    /// Receives a lead that cannot be scored.
    fn reject(&mut self, rejection: RejectedLead<'static>);
}

impl LeadSink for Scoring<'_> {
    fn restart(&mut self) {
        *self = Scoring::new(self.context);
    }

    fn push(&mut self, lead: &Lead) {
        self.push(lead, LevelMatching::Exact, None);
    }

    fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.reject(rejection);
    }
}

/// Scores leads in batches of [`BATCH_LEADS`].
pub(super) struct Scoring<'a> {
    context: &'a ScoringContext,
    batch: Batch,
    inputs: InputSerializer<'a>,
    /// Leads encoded but not scored yet.
    pending: Vec<PendingLead>,
    rows: Vec<PredictionRow>,
    scored: ScoredBatch,
    statuses: Vec<RowStatus>,
    /// Number of final statuses.
    resolved: usize,
    /// Number of leads encoded, whether scored or not.
    attempted: usize,
    time: ScoringTime,
    error: Option<ApiError>,
}

/// A lead waiting for its score, with its other columns of the log.
struct PendingLead {
    lead_key: Option<String>,
    inputs: String,
    lead: Lead,
}

impl<'a> Scoring<'a> {
    pub(super) fn new(context: &'a ScoringContext) -> Self {
        Scoring {
            context,
            batch: Batch::new(&context.scorer),
            inputs: InputSerializer::new(&context.scorer, context.inputs),
            pending: Vec::new(),
            rows: Vec::new(),
            scored: context.empty_scored(),
            statuses: Vec::new(),
            resolved: 0,
            attempted: 0,
            time: ScoringTime::default(),
            error: None,
        }
    }

    /// Returns the number of leads received.
    pub(super) fn len(&self) -> usize {
        self.statuses.len()
    }

    /// Receives a lead to be scored.
    pub(super) fn push(&mut self, lead: &Lead, matching: LevelMatching, line: Option<u64>) {
        self.push_owned(lead.clone(), matching, line);
    }

    /// Receives a lead to be scored, by value. With [`LevelMatching::Folded`], other spellings of a level are logged as that
    /// level; otherwise as sent.
    pub(super) fn push_owned(&mut self, mut lead: Lead, matching: LevelMatching, line: Option<u64>) {
        if self.error.is_some() {
            return;
        }
        let started = Instant::now();
        self.attempted += 1;
        let added = self.batch.add(&self.context.scorer, &lead, matching);
        let is_respelled = *added.as_ref().unwrap_or(&false);
        self.error = added.err().map(ApiError::from);
        let scored = Instant::now();
        self.time.score += scored - started;
        let as_sent = (is_respelled && matching.is_exact()).then(|| self.inputs.serialize(&lead));
        if is_respelled {
            let scorer = &self.context.scorer;
            scorer.models()[scorer.choose(&lead)].encoder().respell(&mut lead);
        }
        let inputs = as_sent.unwrap_or_else(|| self.inputs.serialize(&lead));
        let lead_key = lead.key().map(str::to_owned);
        self.pending.push(PendingLead { lead_key, inputs, lead });
        self.statuses.push(RowStatus::Scored(line));
        self.time.record += scored.elapsed();
        if self.pending.len() == BATCH_LEADS && self.error.is_none() {
            self.error = self.score_pending().err();
        }
    }

    /// Returns the time spent so far.
    pub(super) fn time(&self) -> ScoringTime {
        self.time
    }

    /// Receives a lead that cannot be scored.
    pub(super) fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.statuses.push(RowStatus::Rejected(rejection));
    }

    /// Scores the leads still pending and returns all results.
    pub(super) fn finish(mut self) -> Result<ScoredRows, ApiError> {
        self.error.take().map_or(Ok(()), Err)?;
        self.score_pending()?;
        let unseen = self.batch.take_unseen(&self.context.scorer);
        let Scoring { mut rows, statuses, mut scored, time, attempted, .. } = self;
        scored.each_ms = rounded(time.score.as_secs_f64() * 1_000.0 / attempted.max(1) as f64);
        rows.iter_mut().for_each(|row| row.inference_time_ms = scored.each_ms);
        Ok(ScoredRows { rows, statuses, scored, unseen, time })
    }

    /// Scores the pending leads and makes their rows.
    fn score_pending(&mut self) -> Result<(), ApiError> {
        let Scoring { context, batch, pending, rows, scored, statuses, resolved, time, .. } = self;
        let started = Instant::now();
        let scores = batch.finish(&context.scorer)?;
        let scored_at = Instant::now();
        time.score += scored_at - started;
        let mut results = pending.drain(..).zip(scores);
        for (position, status) in statuses.iter_mut().enumerate().skip(*resolved) {
            let RowStatus::Scored(line) = *status else { continue };
            let (PendingLead { lead_key, inputs, lead }, score) = results.next().ok_or(ApiError::Internal)?;
            match score {
                Ok(score) => {
                    rows.push(context.row(lead_key, inputs, score)?);
                    scored.leads.push(lead);
                    scored.scores.push(score);
                }
                Err(error) => {
                    let errors = vec![not_scorable_error(lead_location(position, line), &error)];
                    *status = RowStatus::Rejected(RejectedLead { line, lead_key: lead_key.map(Cow::Owned), errors });
                }
            }
        }
        drop(results);
        *resolved = statuses.len();
        time.record += scored_at.elapsed();
        Ok(())
    }
}

impl ScoringContext {
    fn empty_scored(&self) -> ScoredBatch {
        let (scorer, created_at) = (self.scorer.clone(), self.created_at);
        ScoredBatch { scorer, leads: Vec::new(), scores: Vec::new(), each_ms: 0.0, created_at }
    }

    /// Makes a row; its time is set when all leads are scored.
    fn row(&self, lead_key: Option<String>, input_features: String, score: Score) -> Result<PredictionRow, ApiError> {
        let model = self.scorer.models().get(score.model).ok_or(ApiError::Internal)?;
        Ok(PredictionRow {
            id: Uuid::now_v7().to_string(),
            created_at: self.created_at,
            input_features,
            predicted_score: rounded(f64::from(score.probability)),
            inference_time_ms: 0.0,
            model_version: model.version().to_owned(),
            lead_key,
            probability: score.probability,
            label: label(score.probability),
            confidence: confidence(score.probability),
            grade: score.grade,
            model_sha256: model.sha256().to_owned(),
            request_id: self.request_id.clone(),
        })
    }
}

/// Location of a lead in its body.
fn lead_location(position: usize, line: Option<u64>) -> Vec<Value> {
    match line {
        Some(line) => vec![json!("body"), json!(line)],
        None => vec![json!("body"), json!("leads"), json!(position)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::json::read_lead;
    use crate::pipeline::tests::scorer_without_probability;

    #[test]
    fn unscorable_leads_take_their_share_of_the_time() {
        let scorer = Arc::new(scorer_without_probability());
        let lead = |json: &str| read_lead(json.as_bytes(), scorer.schema()).unwrap();
        let (bad, good) = (lead(r#"{"companyfoundedon": Infinity}"#), lead(r#"{"companyfoundedon": 0.5}"#));
        let context = ScoringContext::new(scorer.clone(), LogInputs::None, "r".into());
        let mut scoring = Scoring::new(&context);
        (0..BATCH_LEADS).for_each(|_| scoring.push(&bad, LevelMatching::Exact, None));
        scoring.push(&good, LevelMatching::Exact, None);
        let ScoredRows { rows, statuses, scored, time, .. } = scoring.finish().unwrap();
        assert_eq!((rows.len(), statuses.len()), (1, BATCH_LEADS + 1));
        let share = rounded(time.score.as_secs_f64() * 1_000.0 / statuses.len() as f64);
        assert_eq!((rows[0].inference_time_ms, scored.each_ms), (share, share));
    }
}
