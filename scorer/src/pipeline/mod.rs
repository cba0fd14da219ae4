//! Scoring pipeline: leads are encoded, run through a model's graph and graded.
//!
//! Also selects which of several models scores a lead. Must not depend on async, storage or the origin of the bytes.

mod batch;
mod error;
mod open;
mod pack;
mod section;
mod self_check;
#[cfg(test)]
pub(crate) mod tests;
mod version;

pub use batch::{BATCH_LEADS, Batch};
pub use error::OpenError;
pub use open::Model;
pub use pack::{ModelParts, PackError, pack};
pub use self_check::self_check_leads;
pub use version::is_newer;

use crate::lead::level::{LevelIndex, LevelMatching};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use crate::model::onnx::{LeadError, ScoreError};
use std::sync::Arc;

/// One or more opened models. Immutable, so threads can share it.
#[derive(Debug)]
pub struct Scorer {
    models: Vec<Model>,
    schema: Schema,
    levels: Arc<LevelIndex>,
}

/// Score of a lead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Probability of a reply, 0 to 1.
    pub probability: f32,
    /// Grade, if the model has grades.
    pub grade: Option<char>,
    /// Index in [`Scorer::models`] of the model that computed it.
    pub model: usize,
}

impl Scorer {
    /// Opens model files, each with a display name. A lead is scored by the first model whose card requires one of the
    /// fields that the lead has, else by the first model without requirements. Models with requirements come first, in the
    /// order of their names, so that the order of the files has no influence. Of several versions of a model, the newest
    /// is used.
    pub fn open(files: &[(String, Vec<u8>)]) -> Result<Self, OpenError> {
        let opened = files.iter().map(|(name, bytes)| Model::open(name, bytes));
        Self::from_models(opened.collect::<Result<_, _>>()?)
    }

    /// Like [`Scorer::open`], for models that are already open.
    pub fn from_models(models: Vec<Model>) -> Result<Self, OpenError> {
        let mut models = version::newest(models);
        models.sort_by_key(|model| (model.card().requires_any.is_empty(), model.name().to_owned()));
        Self::from_ordered(models)
    }

    /// Creates a scorer of open models in order of preference.
    pub fn from_ordered(mut models: Vec<Model>) -> Result<Self, OpenError> {
        if models.is_empty() {
            return Err(OpenError::NoModels);
        }
        let columns = models.iter().flat_map(|model| model.encoder().schema().fields().iter().cloned());
        let schema = Schema::leads().with_fields(columns);
        for model in &mut models {
            model.bind(&schema)?;
        }
        let features = || models.iter().flat_map(|model| model.encoder().features());
        let levels =
            features().filter_map(|feature| Some((schema.position(&feature.field)?, feature.rule.levels()?.0)));
        let levels =
            LevelIndex::new(levels.flat_map(|(field, levels)| levels.into_iter().map(move |level| (field, level))));
        Ok(Scorer { levels: Arc::new(levels), models, schema })
    }

    /// Levels that any of the models knows, by the index of their field in [`Scorer::schema`].
    pub fn levels(&self) -> &Arc<LevelIndex> {
        &self.levels
    }

    /// Schema to read leads with: the 19 standard fields, then the extra columns of all models.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Models in order of preference.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// Selects the model for a lead. Depends on that lead alone, so that its score is the same in every list.
    pub fn choose(&self, lead: &Lead) -> usize {
        let has = |field: &usize| lead.value(*field) != Value::Missing;
        let fits = |model: &Model| model.requires().is_empty() || model.requires().iter().any(has);
        // If the lead lacks the required fields of every model, the last model scores it.
        self.models.iter().position(fits).unwrap_or(self.models.len() - 1)
    }

    /// Scores leads that were read with [`Scorer::schema`]; results are in the same order.
    pub fn score(&self, leads: &[Lead]) -> Result<Vec<Result<Score, LeadError>>, ScoreError> {
        let mut batch = Batch::new(self);
        leads.iter().try_for_each(|lead| batch.add(self, lead, LevelMatching::Exact).map(drop))?;
        batch.finish(self)
    }
}
