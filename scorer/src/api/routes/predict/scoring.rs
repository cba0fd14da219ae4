//! Leads that come one by one -> rows of the log, and what became of each lead.
//!
//! Owns what is recorded of a prediction. A lead is encoded when it comes and scored with the next thousand, so that
//! most rows of a batch are made while it is still being read. May not know how leads are read, nor how answers are
//! written.

use super::logged_inputs::Inputs;
use crate::api::config::LogInputs;
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::api::http::validation_error::not_scorable_error;
use crate::api::monitor::Seen;
use crate::insight::label::{confidence, label, rounded};
use crate::lead::Lead;
use crate::pipeline::{BATCH_LEADS, Batch, Score, Scorer};
use prediction_log::{PredictionRow, Timestamp};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What all leads of a request share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) scorer: Arc<Scorer>,
    inputs: LogInputs,
    request_id: String,
    created_at: Timestamp,
}

impl Shared {
    pub(super) fn new(scorer: Arc<Scorer>, inputs: LogInputs, request_id: String) -> Self {
        Shared { scorer, inputs, request_id, created_at: Timestamp::now() }
    }
}

/// What became of a lead.
#[derive(Debug)]
pub(super) enum Fate {
    /// It was scored: the next row is its own. The line that it stands on, where the body is a file of lines.
    Scored(Option<u64>),
    /// It was not.
    Rejected(RejectedLead<'static>),
}

/// Leads that were taken, in their order.
#[derive(Debug)]
pub(super) struct Block {
    /// One for each lead that was scored.
    pub(super) rows: Vec<PredictionRow>,
    /// One for each lead.
    pub(super) fates: Vec<Fate>,
    /// The leads that were scored, for those who watch.
    pub(super) seen: Seen,
    pub(super) spent: Spent,
}

/// How long leads took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    /// Encoded and scored.
    pub(super) score: Duration,
    /// Made into rows of the log.
    pub(super) record: Duration,
}

/// Where the leads of a batch go while it is read.
pub(super) trait Take {
    /// What was taken does not count.
    fn restart(&mut self);
    /// Takes a lead to be scored.
    fn take(&mut self, lead: &Lead);
    /// Takes a lead that cannot be scored.
    fn reject(&mut self, rejection: RejectedLead<'static>);
}

impl Take for Scoring<'_> {
    fn restart(&mut self) {
        *self = Scoring::new(self.shared);
    }

    fn take(&mut self, lead: &Lead) {
        self.take(lead, None);
    }

    fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.reject(rejection);
    }
}

/// Takes leads.
pub(super) struct Scoring<'a> {
    shared: &'a Shared,
    batch: Batch,
    inputs: Inputs<'a>,
    /// Those that wait to be scored.
    waiting: Vec<Waiting>,
    /// What came of those that were.
    rows: Vec<PredictionRow>,
    seen: Seen,
    fates: Vec<Fate>,
    /// How many of the fates are not about to change.
    settled: usize,
    /// How many leads were encoded and scored, or are about to be.
    tried: usize,
    spent: Spent,
    failed: Option<ApiError>,
}

/// A lead and what is recorded of it beside its score.
struct Waiting {
    lead_key: Option<String>,
    inputs: String,
    lead: Lead,
}

impl<'a> Scoring<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Scoring {
            shared,
            batch: Batch::new(&shared.scorer),
            inputs: Inputs::new(&shared.scorer, shared.inputs),
            waiting: Vec::new(),
            rows: Vec::new(),
            seen: shared.seen(),
            fates: Vec::new(),
            settled: 0,
            tried: 0,
            spent: Spent::default(),
            failed: None,
        }
    }

    /// How many leads were taken.
    pub(super) fn len(&self) -> usize {
        self.fates.len()
    }

    /// Takes a lead to be scored.
    pub(super) fn take(&mut self, lead: &Lead, line: Option<u64>) {
        self.take_over(lead.clone(), line);
    }

    /// The same with a lead that nobody else needs.
    pub(super) fn take_over(&mut self, lead: Lead, line: Option<u64>) {
        if self.failed.is_some() {
            return;
        }
        let started = Instant::now();
        self.tried += 1;
        self.failed = self.batch.add(&self.shared.scorer, &lead).err().map(ApiError::from);
        let scored = Instant::now();
        self.spent.score += scored - started;
        let (lead_key, inputs) = (lead.key().map(str::to_owned), self.inputs.of(&lead));
        self.waiting.push(Waiting { lead_key, inputs, lead });
        self.fates.push(Fate::Scored(line));
        self.spent.record += scored.elapsed();
        if self.waiting.len() == BATCH_LEADS && self.failed.is_none() {
            self.failed = self.settle().err();
        }
    }

    /// How long the leads took that were taken so far.
    pub(super) fn spent(&self) -> Spent {
        self.spent
    }

    /// Takes a lead that cannot be scored.
    pub(super) fn reject(&mut self, rejection: RejectedLead<'static>) {
        self.fates.push(Fate::Rejected(rejection));
    }

    /// Scores what was taken.
    pub(super) fn finish(mut self) -> Result<Block, ApiError> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.settle()?;
        let Scoring { mut rows, fates, mut seen, spent, tried, .. } = self;
        seen.each_ms = rounded(spent.score.as_secs_f64() * 1_000.0 / tried.max(1) as f64);
        rows.iter_mut().for_each(|row| row.inference_time_ms = seen.each_ms);
        Ok(Block { rows, fates, seen, spent })
    }

    /// Scores the leads that wait, and makes rows of them.
    fn settle(&mut self) -> Result<(), ApiError> {
        let Scoring { shared, batch, waiting, rows, seen, fates, settled, spent, .. } = self;
        let started = Instant::now();
        let scores = batch.finish(&shared.scorer)?;
        let made = Instant::now();
        spent.score += made - started;
        let mut scored = waiting.drain(..).zip(scores);
        for (place, fate) in fates.iter_mut().enumerate().skip(*settled) {
            let Fate::Scored(line) = *fate else { continue };
            let (Waiting { lead_key, inputs, lead }, score) = scored.next().ok_or(ApiError::Internal)?;
            match score {
                Ok(score) => {
                    rows.push(shared.row(lead_key, inputs, score)?);
                    seen.leads.push(lead);
                    seen.scores.push(score);
                }
                Err(error) => {
                    let errors = vec![not_scorable_error(place_of(place, line), &error)];
                    *fate = Fate::Rejected(RejectedLead { line, lead_key: lead_key.map(Cow::Owned), errors });
                }
            }
        }
        drop(scored);
        *settled = fates.len();
        spent.record += made.elapsed();
        Ok(())
    }
}

impl Shared {
    fn seen(&self) -> Seen {
        let (scorer, created_at) = (self.scorer.clone(), self.created_at);
        Seen { scorer, leads: Vec::new(), scores: Vec::new(), each_ms: 0.0, created_at }
    }

    /// A row that is yet to be told its share of the time.
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

/// Where a lead stands in its body.
fn place_of(lead: usize, line: Option<u64>) -> Vec<Value> {
    match line {
        Some(line) => vec![json!("body"), json!(line)],
        None => vec![json!("body"), json!("leads"), json!(lead)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::json::read_lead;
    use crate::pipeline::tests::scorer_without_probability;

    #[test]
    fn leads_that_cannot_be_scored_take_their_share_of_the_time() {
        let scorer = Arc::new(scorer_without_probability());
        let lead = |json: &str| read_lead(json.as_bytes(), scorer.schema()).unwrap();
        let (bad, good) = (lead(r#"{"companyfoundedon": Infinity}"#), lead(r#"{"companyfoundedon": 0.5}"#));
        let shared = Shared::new(scorer.clone(), LogInputs::None, "r".into());
        let mut scoring = Scoring::new(&shared);
        (0..BATCH_LEADS).for_each(|_| scoring.take(&bad, None));
        scoring.take(&good, None);
        let Block { rows, fates, seen, spent } = scoring.finish().unwrap();
        assert_eq!((rows.len(), fates.len()), (1, BATCH_LEADS + 1));
        let share = rounded(spent.score.as_secs_f64() * 1_000.0 / fates.len() as f64);
        assert_eq!((rows[0].inference_time_ms, seen.each_ms), (share, share));
    }
}
