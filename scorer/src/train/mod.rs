//! A history of leads with known outcomes -> models with everything that belongs in their files.
//!
//! Owns the plan of a training and its one line: choose the strength by cross-validation, measure, fit to all leads,
//! describe. May not know files, the clock, HTTP or the page. The same history, plan and seed give the same bytes on
//! every platform.

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
mod summary;
mod validate;

pub use design::LEADS_MIN;
pub use history::History;

use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::insight::metric;
use crate::insight::profile::Profile;
use crate::lead::csv::IntakeError;
use crate::lead::encode::{Specification, SpecificationError};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use crate::model::bundle::OutputColumn;
use candidate::Candidate;
use thiserror::Error;
use validate::{STRENGTHS, validate};

/// How the fields begin that an enrichment step adds: most lists of leads come without them.
pub const ENRICHED: &str = "llm_";

/// How many leads with the outcome, and how many without, a history needs: with five folds inside of five, this
/// leaves a dozen of each to fit to.
pub const OUTCOMES_MIN: usize = 20;

/// The seed of a training that was given none.
pub const SEED: u64 = 20_261_123;

/// How a training is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The model's name, for its card.
    pub name: String,
    /// Its version, for its card; that of a second model ends with its suffix, so that answers tell the two apart.
    pub version: String,
    /// What the outcome means, in words that follow "the probability that": e.g. "a contacted lead replies".
    pub outcome: String,
    /// Deals the folds.
    pub seed: u64,
    /// How many parts the history is dealt into; at least 2.
    pub folds: usize,
    /// How often; at least 1.
    pub repeats: usize,
}

/// A model and what belongs in its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What to append to the file's name: empty, or `-basic`.
    pub suffix: &'static str,
    /// The ONNX graph.
    pub graph: Vec<u8>,
    /// Which of its outputs is the probability.
    pub output: OutputColumn,
    /// How leads become its input.
    pub encoder: Specification,
    /// What it says about itself.
    pub card: Card,
    /// Ranges from held-back probabilities.
    pub grades: Grades,
    /// The history's leads in summary, with their held-back probabilities.
    pub profile: Profile,
    /// Levels that stand in the history but not in the model, per field: how many, and how many leads have them.
    pub pooled: Vec<(String, usize, usize)>,
}

/// Why nothing can be learned.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The file.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// No such column.
    #[error("the history has no column {0:?} for the outcome")]
    NoOutcome(String),
    /// The column is there twice.
    #[error("the column {0:?} for the outcome stands in the history twice")]
    TwoOutcomes(String),
    /// A model that reads its own outcome.
    #[error("{0:?} is a field that leads are scored by, so it cannot be the outcome")]
    OutcomeIsField(String),
    /// Neither yes nor no.
    #[error("line {line}: the outcome should be 0 or 1, but is {value:?}")]
    Outcome {
        /// The line of the file.
        line: u64,
        /// The start of what stands there.
        value: String,
    },
    /// Too small a history.
    #[error(
        "the history has {positives} leads with the outcome and {negatives} without; at least {OUTCOMES_MIN} of each \
         are needed"
    )]
    TooFew {
        /// With the outcome.
        positives: usize,
        /// Without.
        negatives: usize,
    },
    /// A plan that cannot be followed.
    #[error("a training needs at least 2 folds, at most {OUTCOMES_MIN}, and at least 1 repetition")]
    Plan,
    /// Nothing to learn from.
    #[error(
        "no field of the leads differs enough between them: at least {LEADS_MIN} leads must have what others have not"
    )]
    NoFeatures,
    /// Features that no encoder can make.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
}

/// Fits a model for leads with enriched fields, where the history has these, and one for leads without. `progress` is
/// told how many folds are done, of how many.
pub fn fit(history: &History, plan: &Plan, progress: &mut dyn FnMut(usize, usize)) -> Result<Vec<Fitted>, TrainError> {
    check(history, plan)?;
    let enriched = enriched_fields(history);
    let kinds = if enriched.is_empty() { vec![""] } else { vec!["", "-basic"] };
    let total = kinds.len() * plan.folds * plan.repeats;
    let mut count = 0;
    let mut done = || {
        count += 1;
        progress(count, total);
    };
    let mut fitted: Vec<Fitted> = Vec::new();
    for suffix in kinds {
        let requires = if suffix.is_empty() { enriched.clone() } else { Vec::new() };
        fitted.push(fit_one(history, plan, suffix, requires, &mut done)?);
    }
    if let [full, basic] = fitted.as_mut_slice() {
        full.card.limits.extend(describe::no_gain(&full.card, &basic.card));
    }
    Ok(fitted)
}

fn check(history: &History, plan: &Plan) -> Result<(), TrainError> {
    if !(2..=OUTCOMES_MIN).contains(&plan.folds) || plan.repeats == 0 {
        return Err(TrainError::Plan);
    }
    let positives = history.positives();
    let negatives = history.outcomes.len() - positives;
    if positives < OUTCOMES_MIN || negatives < OUTCOMES_MIN || history.leads.len() != history.outcomes.len() {
        return Err(TrainError::TooFew { positives, negatives });
    }
    Ok(())
}

/// The enriched fields that enough leads have.
fn enriched_fields(history: &History) -> Vec<String> {
    let schema = Schema::leads();
    let known = |place: usize| {
        let present = |lead: &&Lead| lead.value(place) != Value::Missing;
        history.leads.iter().filter(present).count() >= LEADS_MIN
    };
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| field.name.starts_with(ENRICHED));
    fields.filter(|(place, _)| known(*place)).map(|(_, field)| field.name.clone()).collect()
}

fn fit_one(
    history: &History,
    plan: &Plan,
    suffix: &'static str,
    requires: Vec<String>,
    done: &mut dyn FnMut(),
) -> Result<Fitted, TrainError> {
    let leave_out = |field: &str| requires.is_empty() && field.starts_with(ENRICHED);
    let validation = validate(history, plan, &leave_out, done)?;
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    // The path up to the strength: its last line is the model.
    let candidate = Candidate::fit(history, &rows, &STRENGTHS[..=validation.strength()], &leave_out)?;
    let own = |text: &str| format!("{text}{suffix}");
    let plan = &Plan { name: own(&plan.name), version: own(&plan.version), ..plan.clone() };
    let graph =
        candidate.lines.last().map(|line| graph::write(&plan.name, &candidate.scaling, line)).unwrap_or_default();
    let encoder = candidate.design.encoder.specification().clone();
    let grades = grading::grades(&validation.held_back, &history.outcomes);
    Ok(Fitted {
        suffix,
        graph,
        output: graph::output(),
        card: describe::card(history, plan, requires, &encoder, &validation),
        profile: summary::profile(history, &candidate.design.encoder, &validation.held_back),
        pooled: summary::pooled(history, &encoder),
        encoder,
        grades,
    })
}
