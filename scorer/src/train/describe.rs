//! Builds the card of a trained model: quality metrics, cost of missing fields, limits.
//!
//! The texts are part of the model file: changing one changes the bytes of every trained model.

use super::history::History;
use super::metric::{mean, mean_and_std, precision_at, wilson};
use super::summary::fields_read;
use super::validate::{CrossValidation, FoldMetrics, STRENGTHS};
use super::{LEADS_MIN, TrainingPlan};
use crate::insight::card::{Card, MissingCost, Precision, Quality, Spread, TrainedOn};
use crate::lead::encode::Specification;

/// Values of k for precision among the k best leads.
const PRECISION_AT: [usize; 3] = [10, 20, 50];

/// Number of leads below which the card warns about the small history.
const SMALL_HISTORY: usize = 1_000;

/// Change of ROC-AUC below which a difference is noise of the fold assignment.
const AUC_NOISE: f64 = 0.005;

pub(super) fn card(
    history: &History,
    plan: &TrainingPlan,
    requires_any: Vec<String>,
    encoder: &Specification,
    validation: &CrossValidation,
) -> Card {
    let read = fields_read(encoder);
    let quality = quality(history, plan, validation);
    let missing_costs = missing_costs(validation, |field| read.contains(field));
    Card {
        name: plan.name.clone(),
        version: plan.version.clone(),
        predicts: format!("the probability that {}", plan.outcome),
        trained_on: Some(TrainedOn {
            leads: history.leads.len() as u64,
            positives: history.positives() as u64,
            columns: history.columns.clone(),
        }),
        limits: limits(history, &quality, &missing_costs),
        quality: Some(quality),
        fields: history.columns.iter().filter(|field| read.contains(field.as_str())).cloned().collect(),
        requires_any,
        missing_costs,
    }
}

fn quality(history: &History, plan: &TrainingPlan, validation: &CrossValidation) -> Quality {
    let spread = |figure: &dyn Fn(&FoldMetrics) -> f64| {
        let (mean, std) = mean_and_std(&validation.folds.iter().map(figure).collect::<Vec<_>>());
        Spread { mean, std }
    };
    let leads = history.leads.len();
    let precision = |k: usize| {
        let rate = mean(validation.held_out.iter().map(|held| precision_at(k, held, &history.outcomes)));
        let (low, high) = wilson(rate, k as f64);
        Precision { k: k as u64, rate, low, high }
    };
    let method = format!(
        "stratified {}-fold cross-validation, {}; means and standard deviations are over the {} held-back parts. \
         Levels, medians and scaling are fitted inside each fold, and so is the strength of the regularisation, \
         chosen by log-loss in {} folds of its own. Precision among the best is over all {leads} leads while held \
         back, the mean of the repetitions, its interval that of one.",
        plan.folds,
        if plan.repeats == 1 { "once".to_owned() } else { format!("repeated {} times", plan.repeats) },
        validation.folds.len(),
        plan.folds
    );
    Quality {
        method,
        roc_auc: spread(&|fold| fold.roc_auc),
        log_loss: spread(&|fold| fold.log_loss),
        brier: spread(&|fold| fold.brier),
        constant_log_loss: mean(validation.folds.iter().map(|fold| fold.constant_log_loss)),
        precision_at: PRECISION_AT.into_iter().filter(|k| *k < leads).map(precision).collect(),
        strength: STRENGTHS[validation.strength()],
    }
}

/// Mean change of the metrics over all folds when a field is blanked, most costly first.
fn missing_costs(validation: &CrossValidation, reads: impl Fn(&str) -> bool) -> Vec<MissingCost> {
    let Some(first) = validation.folds.first() else { return Vec::new() };
    let cost = |place: usize, field: &str| {
        let over_folds = |change: &dyn Fn(&FoldMetrics, f64, f64) -> f64| {
            mean(validation.folds.iter().map(|fold| change(fold, fold.blanked[place].1, fold.blanked[place].2)))
        };
        MissingCost {
            field: field.to_owned(),
            auc_drop: over_folds(&|fold, auc, _| fold.roc_auc - auc),
            log_loss_rise: over_folds(&|fold, _, loss| loss - fold.log_loss),
        }
    };
    let named = first.blanked.iter().enumerate().filter(|(_, (field, ..))| reads(field));
    let mut costs: Vec<MissingCost> = named.map(|(place, (field, ..))| cost(place, field)).collect();
    costs.sort_by(|one, other| other.auc_drop.total_cmp(&one.auc_drop).then(one.field.cmp(&other.field)));
    costs
}

fn limits(history: &History, quality: &Quality, costs: &[MissingCost]) -> Vec<String> {
    let (leads, positives) = (history.leads.len(), history.positives());
    let rate = positives as f64 / leads.max(1) as f64;
    let mut limits = vec![
        format!(
            "It has seen the outreach that this one history of {leads} leads came from. Leads of another market, or \
             contacted in another way, may behave differently."
        ),
        format!(
            "Of two leads of which one had the outcome, it puts that one first in {} of 100 cases; chance is 50.",
            percent(quality.roc_auc.mean)
        ),
        format!("A level of a category that fewer than {LEADS_MIN} leads had is unknown to it, like one never seen."),
        "It says who had the outcome, not who had it because of being contacted.".to_owned(),
    ];
    if leads < SMALL_HISTORY {
        limits.push(format!(
            "{leads} leads are few: between held-back parts the area under the ROC curve varies by {:.2} either way, \
             so differences between models of less than that prove nothing.",
            quality.roc_auc.std
        ));
    }
    if quality.log_loss.mean >= quality.constant_log_loss {
        limits.push(
            "Its probabilities are not better than giving every lead the same one: use its order only.".to_owned(),
        );
    }
    let unsure = quality.precision_at.iter().filter(|precision| precision.low <= rate);
    let unsure: Vec<String> = unsure.map(|precision| precision.k.to_string()).collect();
    if !unsure.is_empty() {
        limits.push(format!(
            "Among the best {} leads the rate is not proved to be better than the {} % of all leads.",
            unsure.join(", "),
            percent(rate)
        ));
    }
    let idle: Vec<&str> =
        costs.iter().filter(|cost| cost.auc_drop < AUC_NOISE).map(|cost| cost.field.as_str()).collect();
    if !idle.is_empty() {
        limits.push(format!("No benefit beyond noise could be shown for: {}.", idle.join(", ")));
    }
    limits
}

/// Limit to state if the model with more fields is not clearly better than the one with fewer.
pub(super) fn no_gain(full: &Card, basic: &Card) -> Option<String> {
    let (with, without) = (full.quality.as_ref()?.roc_auc.mean, basic.quality.as_ref()?.roc_auc.mean);
    let needs = full.requires_any.join(", ");
    (with - without < AUC_NOISE).then(|| {
        format!(
            "No benefit of {needs} together could be shown: {}, which does without them, has a ROC-AUC of \
             {without:.3} on the same leads, against {with:.3}.",
            basic.name
        )
    })
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}
