//! Trains logistic regression models on a history of leads with known outcomes.
//!
//! Steps: choose the regularisation strength by cross-validation, measure, fit to all leads, describe. The same history,
//! plan and seed give the same bytes on every platform. Must not depend on files, the clock, HTTP or the web page.

mod candidate;
mod describe;
mod design;
mod fold;
mod grading;
mod graph;
mod history;
mod logistic;
mod random;
pub mod report;
mod rows;
mod spelling;
mod summary;
mod validate;

pub use design::LEADS_MIN;
pub use history::History;

use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::insight::metric;
use crate::insight::profile::Profile;
use crate::lead::csv::ImportError;
use crate::lead::encode::{Specification, SpecificationError};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use crate::model::bundle::OutputColumn;
use candidate::Candidate;
use thiserror::Error;
use validate::{STRENGTHS, cross_validate};

/// Prefix of the fields added by an enrichment step; most lists of leads lack them.
pub const ENRICHED_PREFIX: &str = "llm_";

/// Minimum number of leads with the outcome, and of leads without it. With five inner folds inside five outer ones, it
/// leaves a dozen of each to fit to.
pub const OUTCOMES_MIN: usize = 20;

/// Default random seed.
pub const SEED: u64 = 20_261_123;

/// Training parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingPlan {
    /// Model name, for its card.
    pub name: String,
    /// Version, for the card; the second model's version ends with its suffix, which distinguishes the two in responses.
    pub version: String,
    /// Meaning of the outcome, completing "the probability that", e.g. "a contacted lead replies".
    pub outcome: String,
    /// Random seed of the fold assignment.
    pub seed: u64,
    /// Number of cross-validation folds; at least 2.
    pub folds: usize,
    /// Number of cross-validation repetitions; at least 1.
    pub repeats: usize,
}

/// Trained model with the contents of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// Suffix of the model name: empty or `-basic`.
    pub suffix: &'static str,
    /// ONNX graph.
    pub graph: Vec<u8>,
    /// Output of the graph that is the probability.
    pub output: OutputColumn,
    /// Specification that encodes leads as the graph's input.
    pub encoder: Specification,
    /// Model card.
    pub card: Card,
    /// Grade ranges, computed from held-out probabilities.
    pub grades: Grades,
    /// Profile of the history's leads and their held-out probabilities.
    pub profile: Profile,
    /// Per field, the number of levels too rare for the model, and the number of leads that have one of them.
    pub pooled: Vec<(String, usize, usize)>,
}

/// Error of a training.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The file cannot be read.
    #[error(transparent)]
    Intake(#[from] ImportError),
    /// The outcome column is missing.
    #[error("the history has no column {0:?} for the outcome")]
    NoOutcome(String),
    /// The outcome column is duplicated.
    #[error("the column {0:?} for the outcome is in the history twice")]
    TwoOutcomes(String),
    /// The outcome is a field that the model would read.
    #[error("{0:?} is a field that leads are scored by, so it cannot be the outcome")]
    OutcomeIsField(String),
    /// An outcome is neither 0 nor 1.
    #[error("line {line}: the outcome should be 0 or 1, but is {value:?}")]
    Outcome {
        /// Line number in the file.
        line: u64,
        /// Start of the cell's text.
        value: String,
    },
    /// The history is too small.
    #[error(
        "the history has {positives} leads with the outcome and {negatives} without; at least {OUTCOMES_MIN} of each \
         are needed"
    )]
    TooFew {
        /// Leads with the outcome.
        positives: usize,
        /// Leads without the outcome.
        negatives: usize,
    },
    /// The plan is invalid.
    #[error("a training needs at least 2 folds, at most {OUTCOMES_MIN}, and at least 1 repetition")]
    InvalidPlan,
    /// No field yields a feature.
    #[error(
        "no field of the leads differs enough between them: at least {LEADS_MIN} leads must have what others have not"
    )]
    NoFeatures,
    /// The features form no valid encoder specification.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
}

/// Fits a model for leads with enriched fields, if the history has any, and one for leads without. `progress` is called
/// with the number of folds done and their total.
pub fn fit(
    history: &History,
    plan: &TrainingPlan,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<TrainedModel>, TrainError> {
    check(history, plan)?;
    let enriched = enriched_fields(history);
    let kinds = if enriched.is_empty() { vec![""] } else { vec!["", "-basic"] };
    let total = kinds.len() * plan.folds * plan.repeats;
    let mut count = 0;
    let mut done = || {
        count += 1;
        progress(count, total);
    };
    let mut fitted: Vec<TrainedModel> = Vec::new();
    for suffix in kinds {
        let requires = if suffix.is_empty() { enriched.clone() } else { Vec::new() };
        fitted.push(fit_one(history, plan, suffix, requires, &mut done)?);
    }
    if let [full, basic] = fitted.as_mut_slice() {
        full.card.limits.extend(describe::no_gain(&full.card, &basic.card));
    }
    Ok(fitted)
}

fn check(history: &History, plan: &TrainingPlan) -> Result<(), TrainError> {
    if !(2..=OUTCOMES_MIN).contains(&plan.folds) || plan.repeats == 0 {
        return Err(TrainError::InvalidPlan);
    }
    let positives = history.positives();
    let negatives = history.outcomes.len() - positives;
    if positives < OUTCOMES_MIN || negatives < OUTCOMES_MIN || history.leads.len() != history.outcomes.len() {
        return Err(TrainError::TooFew { positives, negatives });
    }
    Ok(())
}

/// Returns the enriched fields that at least [`LEADS_MIN`] leads have.
fn enriched_fields(history: &History) -> Vec<String> {
    let schema = Schema::leads();
    let known = |place: usize| {
        let present = |lead: &&Lead| lead.value(place) != Value::Missing;
        history.leads.iter().filter(present).count() >= LEADS_MIN
    };
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| field.name.starts_with(ENRICHED_PREFIX));
    fields.filter(|(place, _)| known(*place)).map(|(_, field)| field.name.clone()).collect()
}

fn fit_one(
    history: &History,
    plan: &TrainingPlan,
    suffix: &'static str,
    requires: Vec<String>,
    done: &mut dyn FnMut(),
) -> Result<TrainedModel, TrainError> {
    let leave_out = |field: &str| requires.is_empty() && field.starts_with(ENRICHED_PREFIX);
    let validation = cross_validate(history, plan, &leave_out, done)?;
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    // The regularisation path up to the chosen strength; its last entry is the model.
    let candidate = Candidate::fit(history, &rows, &STRENGTHS[..=validation.strength()], &leave_out)?;
    let suffixed = |text: &str| format!("{text}{suffix}");
    let plan = &TrainingPlan { name: suffixed(&plan.name), version: suffixed(&plan.version), ..plan.clone() };
    let graph =
        candidate.models.last().map(|model| graph::write(&plan.name, &candidate.scaling, model)).unwrap_or_default();
    let encoder = candidate.design.encoder.specification().clone();
    let grades = grading::grades(&validation.held_out, &history.outcomes);
    Ok(TrainedModel {
        suffix,
        graph,
        output: graph::output(),
        card: describe::card(history, plan, requires, &encoder, &validation),
        profile: summary::profile(history, &candidate.design.encoder, &validation.held_out),
        pooled: summary::rare_levels(history, &encoder),
        encoder,
        grades,
    })
}
