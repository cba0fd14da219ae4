//! Nested, repeated, stratified cross-validation: the strength used for a fold's metrics is chosen by inner folds of the
//! leads that the fold is fitted to.

use super::candidate::Candidate;
use super::fold::{Fold, stratified_folds};
use super::history::History;
use super::metric::{brier, log_loss, mean, roc_auc};
use super::random::SplitMix64;
use super::{TrainError, TrainingPlan};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};

/// Candidate strengths, as scikit-learn's `C`, ascending; a smaller value regularises more.
pub(super) const STRENGTHS: [f64; 9] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// Metrics of one fold on its held-out leads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoldMetrics {
    pub(super) roc_auc: f64,
    pub(super) log_loss: f64,
    pub(super) brier: f64,
    /// Log-loss of the constant prediction of the fitted leads' outcome rate.
    pub(super) constant_log_loss: f64,
    /// Per field, ROC-AUC and log-loss with that field blanked.
    pub(super) blanked: Vec<(String, f64, f64)>,
}

/// Result of the cross-validation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CrossValidation {
    pub(super) folds: Vec<FoldMetrics>,
    /// Per repetition, the probability of every lead by the fold that held it out.
    pub(super) held_out: Vec<Vec<f64>>,
    /// Mean log-loss over all folds, per strength.
    pub(super) losses: Vec<f64>,
}

impl CrossValidation {
    /// Returns the index of the strength with the smallest mean log-loss.
    pub(super) fn strength(&self) -> usize {
        index_of_smallest(&self.losses)
    }
}

/// Runs the cross-validation. `done` is called after every fold.
pub(super) fn cross_validate(
    history: &History,
    plan: &TrainingPlan,
    leave_out: &dyn Fn(&str) -> bool,
    done: &mut dyn FnMut(),
) -> Result<CrossValidation, TrainError> {
    let all: Vec<usize> = (0..history.leads.len()).collect();
    let mut random = SplitMix64::new(plan.seed);
    let mut validation =
        CrossValidation { folds: Vec::new(), held_out: Vec::new(), losses: vec![0.0; STRENGTHS.len()] };
    for _ in 0..plan.repeats {
        let mut held_out = vec![0.0; all.len()];
        for fold in stratified_folds(&all, &history.outcomes, plan.folds, &mut random) {
            let chosen = choose_strength(history, &fold.fitted, plan, leave_out, &mut random)?;
            let candidate = Candidate::fit(history, &fold.fitted, &STRENGTHS, leave_out)?;
            let probabilities = candidate.probabilities(&candidate.design.matrix, &fold.held_out);
            add_losses(&mut validation.losses, &probabilities, history, &fold.held_out);
            for (row, probability) in fold.held_out.iter().zip(&probabilities[chosen]) {
                held_out[*row] = *probability;
            }
            validation.folds.push(fold_metrics(history, &fold, &candidate, &probabilities[chosen], chosen));
            done();
        }
        validation.held_out.push(held_out);
    }
    let count = validation.folds.len() as f64;
    validation.losses.iter_mut().for_each(|loss| *loss /= count);
    Ok(validation)
}

/// Returns the index of the strength with the smallest log-loss over inner folds of these rows.
fn choose_strength(
    history: &History,
    rows: &[usize],
    plan: &TrainingPlan,
    leave_out: &dyn Fn(&str) -> bool,
    random: &mut SplitMix64,
) -> Result<usize, TrainError> {
    let mut losses = vec![0.0; STRENGTHS.len()];
    for fold in stratified_folds(rows, &history.outcomes, plan.folds, random) {
        let candidate = Candidate::fit(history, &fold.fitted, &STRENGTHS, leave_out)?;
        let probabilities = candidate.probabilities(&candidate.design.matrix, &fold.held_out);
        add_losses(&mut losses, &probabilities, history, &fold.held_out);
    }
    Ok(index_of_smallest(&losses))
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

/// Returns the index of the smallest number; the first of equals.
fn index_of_smallest(numbers: &[f64]) -> usize {
    (1..numbers.len()).fold(0, |best, place| if numbers[place] < numbers[best] { place } else { best })
}

fn fold_metrics(
    history: &History,
    fold: &Fold,
    candidate: &Candidate,
    probabilities: &[f64],
    chosen: usize,
) -> FoldMetrics {
    let known = outcomes(history, &fold.held_out);
    let rate = mean(fold.fitted.iter().map(|row| f64::from(u8::from(history.outcomes[*row]))));
    FoldMetrics {
        roc_auc: roc_auc(probabilities, &known),
        log_loss: log_loss(probabilities, &known),
        brier: brier(probabilities, &known),
        constant_log_loss: log_loss(&vec![rate; known.len()], &known),
        blanked: metrics_with_blanked_fields(history, fold, candidate, chosen),
    }
}

/// Computes ROC-AUC and log-loss of the held-out leads with each field blanked in turn. Blanking a field that the fold's
/// model does not read changes nothing.
fn metrics_with_blanked_fields(
    history: &History,
    fold: &Fold,
    candidate: &Candidate,
    chosen: usize,
) -> Vec<(String, f64, f64)> {
    let known = outcomes(history, &fold.held_out);
    let rows: Vec<usize> = (0..known.len()).collect();
    let without = |place: usize| {
        let blank = |row: &usize| {
            let mut lead = history.leads[*row].clone();
            lead.set(place, Value::Missing);
            lead
        };
        let leads: Vec<Lead> = fold.held_out.iter().map(blank).collect();
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
