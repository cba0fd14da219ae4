//! Leads that come one by one and are scored together.
//!
//! Owns how many wait. A lead is encoded when it comes, so that it need not be kept. May not know where leads come from.

use super::{Score, Scorer};
use crate::lead::Lead;
use crate::lead::encode::Encoding;
use crate::model::onnx::{NotProbability, ScoreError};

/// How many leads are scored at once: bounds memory, and has no influence on any score.
pub const LEADS_AT_ONCE: usize = 1024;

/// Leads handed over to a scorer, of which some have their scores and some wait.
#[derive(Debug)]
pub struct Batch {
    /// One for each model.
    lanes: Vec<Lane>,
    /// In the order in which the leads came; of those that wait, nothing yet.
    scores: Vec<Result<Score, NotProbability>>,
}

/// The leads that wait for one model.
#[derive(Debug)]
struct Lane {
    encoding: Encoding,
    leads: Vec<usize>,
}

impl Batch {
    /// A batch of no leads for this scorer, which every call is to be given.
    pub fn new(scorer: &Scorer) -> Self {
        let lane = |model: &super::Model| Lane { encoding: model.encoder().begin(), leads: Vec::new() };
        Batch { lanes: scorer.models().iter().map(lane).collect(), scores: Vec::new() }
    }

    /// Takes a lead that was read with the scorer's schema.
    pub fn add(&mut self, scorer: &Scorer, lead: &Lead) -> Result<(), ScoreError> {
        let model = scorer.choose(lead);
        let Some(lane) = self.lanes.get_mut(model) else { return Ok(()) };
        lane.leads.push(self.scores.len());
        self.scores.push(Err(NotProbability { value: f32::NAN }));
        scorer.models()[model].encoder().add(lead, &mut lane.encoding);
        if lane.leads.len() < LEADS_AT_ONCE { Ok(()) } else { self.score(scorer, model) }
    }

    /// The score of every lead, in the order in which they came; none is left in the batch.
    pub fn finish(&mut self, scorer: &Scorer) -> Result<Vec<Result<Score, NotProbability>>, ScoreError> {
        (0..self.lanes.len()).try_for_each(|model| self.score(scorer, model))?;
        Ok(std::mem::take(&mut self.scores))
    }

    fn score(&mut self, scorer: &Scorer, place: usize) -> Result<(), ScoreError> {
        let (lane, model) = (&mut self.lanes[place], &scorer.models()[place]);
        let probabilities = model.run_each(lane.encoding.blocks())?;
        for (lead, probability) in lane.leads.drain(..).zip(probabilities) {
            let score = |probability| Score { probability, grade: model.grades().grade(probability), model: place };
            self.scores[lead] = probability.map(score);
        }
        lane.encoding.clear();
        Ok(())
    }
}
