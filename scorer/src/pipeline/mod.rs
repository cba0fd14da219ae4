//! The one straight line: leads -> matrix -> graph -> probability -> grade.
//!
//! Owns which of several models a lead is scored by. No algorithm of its own. May not know bytes' origin, async or
//! storage.

mod batch;
mod open;
mod pack;
mod selfcheck;
#[cfg(test)]
pub(crate) mod tests;
mod version;

pub use batch::{Batch, LEADS_AT_ONCE};
pub use open::{Model, OpenError};
pub use pack::{PackError, Parts, pack};
pub use selfcheck::leads_of as self_check_leads;
pub use version::newer;

use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use crate::model::onnx::{NotProbability, ScoreError};

/// One or several opened models. Immutable, so it can be shared between threads.
#[derive(Debug)]
pub struct Scorer {
    models: Vec<Model>,
    schema: Schema,
}

/// What a lead got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The probability of a reply, 0 to 1.
    pub probability: f32,
    /// Its grade, where the model has grades.
    pub grade: Option<char>,
    /// The model that gave it: a place in [`Scorer::models`].
    pub model: usize,
}

impl Scorer {
    /// Opens model files, each with a name for people. A lead is scored by the first model whose card asks for one of
    /// the fields that it has, else by the first that asks for none; the models that ask are looked at first,
    /// in the order of their names, so that the order of the files has no influence. Of several versions of a model the
    /// newest is taken.
    pub fn open(files: &[(String, Vec<u8>)]) -> Result<Self, OpenError> {
        let opened = files.iter().map(|(name, bytes)| Model::open(name, bytes));
        Self::arrange(opened.collect::<Result<_, _>>()?)
    }

    /// As [`Scorer::open`], of models that were opened before.
    pub fn arrange(models: Vec<Model>) -> Result<Self, OpenError> {
        let mut models = version::newest(models);
        models.sort_by_key(|model| (model.card().requires_any.is_empty(), model.name().to_owned()));
        Self::of(models)
    }

    /// A scorer of models that were opened before, in the order in which they are to be looked at.
    pub fn of(mut models: Vec<Model>) -> Result<Self, OpenError> {
        if models.is_empty() {
            return Err(OpenError::NoModels);
        }
        let columns = models.iter().flat_map(|model| model.encoder().schema().fields().iter().cloned());
        let schema = Schema::leads().with_fields(columns);
        for model in &mut models {
            model.bind(&schema)?;
        }
        Ok(Scorer { models, schema })
    }

    /// The fields that leads are to be read with: the 19, then the columns of all models.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The models, in the order in which they are looked at.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model for a lead: depends on that lead alone, so that its score is the same in every list.
    pub fn choose(&self, lead: &Lead) -> usize {
        let has = |place: &usize| lead.value(*place) != Value::Missing;
        let fits = |model: &Model| model.requires().is_empty() || model.requires().iter().any(has);
        // Where every model asks for something that the lead has not, the last one stands in.
        self.models.iter().position(fits).unwrap_or(self.models.len() - 1)
    }

    /// Scores leads that were read with [`Scorer::schema`], in their order.
    pub fn score(&self, leads: &[Lead]) -> Result<Vec<Result<Score, NotProbability>>, ScoreError> {
        let mut batch = Batch::new(self);
        leads.iter().try_for_each(|lead| batch.add(self, lead))?;
        batch.finish(self)
    }
}
