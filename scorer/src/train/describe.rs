//! The card of a fitted model: figures, costs and limits, in plain words and from what was measured.
//!
//! May not know how anything was fitted.

use super::history::History;
use super::metric::{mean, mean_and_std, precision_at, wilson};
use super::summary::fields;
use super::validate::{Figures, STRENGTHS, Validation};
use super::{LEADS_MIN, Plan};
use crate::insight::card::{Card, MissingCost, Precision, Quality, Spread, TrainedOn};
use crate::lead::encode::Specification;

/// How many of the best leads precision is given for.
const BEST: [usize; 3] = [10, 20, 50];

/// Histories below this size get a warning of their own.
const SMALL: usize = 1_000;

/// The area under the curve falls or rises by less than this for no other reason than which leads were held back.
const NOISE: f64 = 0.005;

pub(super) fn card(
    history: &History,
    plan: &Plan,
    requires_any: Vec<String>,
    encoder: &Specification,
    validation: &Validation,
) -> Card {
    let read = fields(encoder);
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

fn quality(history: &History, plan: &Plan, validation: &Validation) -> Quality {
    let spread = |figure: &dyn Fn(&Figures) -> f64| {
        let (mean, std) = mean_and_std(&validation.folds.iter().map(figure).collect::<Vec<_>>());
        Spread { mean, std }
    };
    let leads = history.leads.len();
    let precision = |k: usize| {
        let rate = mean(validation.held_back.iter().map(|held| precision_at(k, held, &history.outcomes)));
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
        roc_auc: spread(&|figures| figures.roc_auc),
        log_loss: spread(&|figures| figures.log_loss),
        brier: spread(&|figures| figures.brier),
        constant_log_loss: mean(validation.folds.iter().map(|figures| figures.constant_log_loss)),
        precision_at: BEST.into_iter().filter(|k| *k < leads).map(precision).collect(),
        strength: STRENGTHS[validation.strength()],
    }
}

/// The mean over all folds of what blanking each field does, most costly first.
fn missing_costs(validation: &Validation, reads: impl Fn(&str) -> bool) -> Vec<MissingCost> {
    let Some(first) = validation.folds.first() else { return Vec::new() };
    let cost = |place: usize, field: &str| {
        let over_folds = |change: &dyn Fn(&Figures, f64, f64) -> f64| {
            mean(
                validation
                    .folds
                    .iter()
                    .map(|figures| change(figures, figures.blanked[place].1, figures.blanked[place].2)),
            )
        };
        MissingCost {
            field: field.to_owned(),
            auc_drop: over_folds(&|figures, auc, _| figures.roc_auc - auc),
            log_loss_rise: over_folds(&|figures, _, loss| loss - figures.log_loss),
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
    if leads < SMALL {
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
    let idle: Vec<&str> = costs.iter().filter(|cost| cost.auc_drop < NOISE).map(|cost| cost.field.as_str()).collect();
    if !idle.is_empty() {
        limits.push(format!("No benefit beyond noise could be shown for: {}.", idle.join(", ")));
    }
    limits
}

/// What to say where a model with more fields is not clearly better than one with fewer.
pub(super) fn no_gain(full: &Card, basic: &Card) -> Option<String> {
    let (with, without) = (full.quality.as_ref()?.roc_auc.mean, basic.quality.as_ref()?.roc_auc.mean);
    let needs = full.requires_any.join(", ");
    (with - without < NOISE).then(|| {
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
