//! Collects leads and scores them in batches. A lead is encoded when it is added, so it need not be kept.

use super::{Score, Scorer};
use crate::lead::Lead;
use crate::lead::encode::EncodedBatch;
use crate::lead::level::{LevelMatching, UnseenLevels};
use crate::model::onnx::{LeadError, ScoreError};

/// Batch size: bounds memory, does not influence any score.
pub const BATCH_LEADS: usize = 1024;

/// Leads added to a scorer, some scored, some pending.
#[derive(Debug)]
pub struct Batch {
    /// Pending leads per model.
    pending: Vec<PendingLeads>,
    /// Scores in the order of the leads; placeholders for pending leads.
    scores: Vec<Result<Score, LeadError>>,
}

/// Encoded leads not yet scored by one model, with their indices in the batch.
#[derive(Debug)]
struct PendingLeads {
    encoding: EncodedBatch,
    leads: Vec<usize>,
}

impl Batch {
    /// Creates an empty batch; all later calls must pass the same scorer.
    pub fn new(scorer: &Scorer) -> Self {
        let pending = |model: &super::Model| PendingLeads { encoding: model.encoder().new_batch(), leads: Vec::new() };
        Batch { pending: scorer.models().iter().map(pending).collect(), scores: Vec::new() }
    }

    /// Adds a lead that was read with the scorer's schema; scores the pending leads of its model when the batch is full.
    /// Levels are matched as the model says, or by their folded form in any case. True when the lead has another spelling of
    /// a level.
    pub fn add(&mut self, scorer: &Scorer, lead: &Lead, matching: LevelMatching) -> Result<bool, ScoreError> {
        let model = scorer.choose(lead);
        let Some(pending) = self.pending.get_mut(model) else { return Ok(false) };
        pending.leads.push(self.scores.len());
        self.scores.push(Err(LeadError::NotFinite(f32::NAN)));
        scorer.models()[model].encoder().encode_into(lead, matching, &mut pending.encoding);
        let is_respelled = pending.encoding.is_respelled();
        if pending.leads.len() >= BATCH_LEADS {
            self.score(scorer, model)?;
        }
        Ok(is_respelled)
    }

    /// Returns the cells that the leads' models have never seen, since the last call.
    pub fn take_unseen(&mut self, scorer: &Scorer) -> UnseenLevels {
        let mut unseen = UnseenLevels::default();
        for (pending, model) in self.pending.iter_mut().zip(scorer.models()) {
            for (field, tally) in model.encoder().take_unseen(&mut pending.encoding) {
                unseen.add(field, &tally);
            }
        }
        unseen
    }

    /// Scores the pending leads and returns all scores in the order of the leads; the batch is then empty.
    pub fn finish(&mut self, scorer: &Scorer) -> Result<Vec<Result<Score, LeadError>>, ScoreError> {
        (0..self.pending.len()).try_for_each(|model| self.score(scorer, model))?;
        Ok(std::mem::take(&mut self.scores))
    }

    fn score(&mut self, scorer: &Scorer, index: usize) -> Result<(), ScoreError> {
        let (pending, model) = (&mut self.pending[index], &scorer.models()[index]);
        let probabilities = model.run_each(pending.encoding.blocks())?;
        for (lead, probability) in pending.leads.drain(..).zip(probabilities) {
            let score = |probability| Score { probability, grade: model.grades().grade(probability), model: index };
            self.scores[lead] = probability.map(score);
        }
        pending.encoding.clear();
        Ok(())
    }
}
