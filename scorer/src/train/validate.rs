//! Repeated stratified cross-validation, nested: the strength that a fold's figures are worked out with was chosen
//! inside the leads that the fold was fitted to.
//!
//! Owns which leads are fitted to and which held back, and what is measured on the latter. May not know how features
//! are chosen or lines fitted.

use super::candidate::Candidate;
use super::fold::{Fold, deal};
use super::history::History;
use super::metric::{brier, log_loss, mean, roc_auc};
use super::random::Random;
use super::{Plan, TrainError};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};

/// The strengths to choose from, as scikit-learn's `C`, rising: the smaller, the stronger.
pub(super) const STRENGTHS: [f64; 9] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// What one fold's held-back leads showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    pub(super) roc_auc: f64,
    pub(super) log_loss: f64,
    pub(super) brier: f64,
    /// The log-loss of giving every lead the rate of the fitted ones.
    pub(super) constant_log_loss: f64,
    /// Per field that the model may read, area under the curve and log-loss with that field blanked.
    pub(super) blanked: Vec<(String, f64, f64)>,
}

/// What all of them showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Validation {
    pub(super) folds: Vec<Figures>,
    /// Per repetition, the probability of every lead while it was held back.
    pub(super) held_back: Vec<Vec<f64>>,
    /// Per strength, the mean log-loss over all folds.
    pub(super) losses: Vec<f64>,
}

impl Validation {
    /// The strength whose log-loss over all folds is the smallest.
    pub(super) fn strength(&self) -> usize {
        smallest(&self.losses)
    }
}

/// Runs it. `done` is called after every fold.
pub(super) fn validate(
    history: &History,
    plan: &Plan,
    leave_out: &dyn Fn(&str) -> bool,
    done: &mut dyn FnMut(),
) -> Result<Validation, TrainError> {
    let all: Vec<usize> = (0..history.leads.len()).collect();
    let mut random = Random::new(plan.seed);
    let mut validation = Validation { folds: Vec::new(), held_back: Vec::new(), losses: vec![0.0; STRENGTHS.len()] };
    for _ in 0..plan.repeats {
        let mut held_back = vec![0.0; all.len()];
        for fold in deal(&all, &history.outcomes, plan.folds, &mut random) {
            let chosen = choose(history, &fold.fitted, plan, leave_out, &mut random)?;
            let candidate = Candidate::fit(history, &fold.fitted, &STRENGTHS, leave_out)?;
            let probabilities = candidate.probabilities(&candidate.design.matrix, &fold.held_back);
            add_losses(&mut validation.losses, &probabilities, history, &fold.held_back);
            for (row, probability) in fold.held_back.iter().zip(&probabilities[chosen]) {
                held_back[*row] = *probability;
            }
            validation.folds.push(figures(history, &fold, &candidate, &probabilities[chosen], chosen));
            done();
        }
        validation.held_back.push(held_back);
    }
    let count = validation.folds.len() as f64;
    validation.losses.iter_mut().for_each(|loss| *loss /= count);
    Ok(validation)
}

/// The strength with the smallest mean log-loss over folds of these rows alone.
fn choose(
    history: &History,
    rows: &[usize],
    plan: &Plan,
    leave_out: &dyn Fn(&str) -> bool,
    random: &mut Random,
) -> Result<usize, TrainError> {
    let mut losses = vec![0.0; STRENGTHS.len()];
    for fold in deal(rows, &history.outcomes, plan.folds, random) {
        let candidate = Candidate::fit(history, &fold.fitted, &STRENGTHS, leave_out)?;
        let probabilities = candidate.probabilities(&candidate.design.matrix, &fold.held_back);
        add_losses(&mut losses, &probabilities, history, &fold.held_back);
    }
    Ok(smallest(&losses))
}

fn add_losses(losses: &mut [f64], probabilities: &[Vec<f64>], history: &History, rows: &[usize]) {
    let outcomes = outcomes(history, rows);
    for (loss, probabilities) in losses.iter_mut().zip(probabilities) {
        *loss += log_loss(probabilities, &outcomes);
    }
}

fn outcomes(history: &History, rows: &[usize]) -> Vec<bool> {
    rows.iter().map(|row| history.outcomes[*row]).collect()
}

/// The place of the smallest; the first of equals.
fn smallest(numbers: &[f64]) -> usize {
    (1..numbers.len()).fold(0, |best, place| if numbers[place] < numbers[best] { place } else { best })
}

fn figures(history: &History, fold: &Fold, candidate: &Candidate, probabilities: &[f64], chosen: usize) -> Figures {
    let known = outcomes(history, &fold.held_back);
    let rate = mean(fold.fitted.iter().map(|row| f64::from(u8::from(history.outcomes[*row]))));
    Figures {
        roc_auc: roc_auc(probabilities, &known),
        log_loss: log_loss(probabilities, &known),
        brier: brier(probabilities, &known),
        constant_log_loss: log_loss(&vec![rate; known.len()], &known),
        blanked: blanked(history, fold, candidate, chosen),
    }
}

/// The figures of the same leads without one of their fields. A field that the fold's model does not read costs
/// nothing: blanking it changes nothing.
fn blanked(history: &History, fold: &Fold, candidate: &Candidate, chosen: usize) -> Vec<(String, f64, f64)> {
    let known = outcomes(history, &fold.held_back);
    let rows: Vec<usize> = (0..known.len()).collect();
    let without = |place: usize| {
        let blank = |row: &usize| {
            let mut lead = history.leads[*row].clone();
            lead.set(place, Value::Missing);
            lead
        };
        let leads: Vec<Lead> = fold.held_back.iter().map(blank).collect();
        let probabilities = candidate.probabilities(&candidate.design.encoder.encode(&leads), &rows);
        (roc_auc(&probabilities[chosen], &known), log_loss(&probabilities[chosen], &known))
    };
    let fields = Schema::leads();
    let fields = fields.fields().iter().enumerate();
    fields
        .map(|(place, field)| (field.name.clone(), without(place)))
        .map(|(name, (auc, loss))| (name, auc, loss))
        .collect()
}
