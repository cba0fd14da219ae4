//! Status of the registry as `GET /admin/models` returns it: models in service, before, available, refused.

use crate::pipeline::{Model, Scorer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Identity of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = Named)]
pub struct ModelId {
    /// Name on its card.
    pub name: String,
    /// Version, as in responses and in the log.
    pub version: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

impl From<&Model> for ModelId {
    fn from(model: &Model) -> Self {
        let (name, version) = (model.card().name.clone(), model.version().to_owned());
        ModelId { name, version, sha256: model.sha256().to_owned() }
    }
}

impl ModelId {
    /// Returns the ids of a scorer's models, sorted.
    pub(super) fn all(scorer: &Scorer) -> Vec<Self> {
        let mut models: Vec<_> = scorer.models().iter().map(ModelId::from).collect();
        models.sort();
        models
    }
}

/// Models that serve, or served, together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Start of their service on this instance, UTC.
    pub since: String,
    /// One per name.
    pub models: Vec<ModelId>,
}

/// State of a model or model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = State)]
pub enum ModelState {
    /// Scores leads.
    InService,
    /// Served before the last change; `{"action": "previous"}` restores it.
    Previous,
    /// Can be put into service by its version.
    Available,
    /// Does not open.
    Refused,
}

/// A model file, or a model in memory whose file is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Listed)]
pub struct ModelEntry {
    /// Path; null if the file is gone and the model is still in memory.
    pub file: Option<String>,
    /// Name on its card; null if refused.
    pub name: Option<String>,
    /// Version, as in responses and in the log; null if refused.
    pub version: Option<String>,
    /// SHA-256 of the file, in hexadecimal; null if refused.
    pub sha256: Option<String>,
    /// Time of reading, UTC.
    pub since: String,
    /// State.
    pub state: ModelState,
    /// Error that prevents it from opening.
    pub reason: Option<String>,
}

/// A change that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Failed)]
pub struct FailedChange {
    /// Time, UTC.
    pub at: String,
    /// Reason.
    pub reason: String,
}

/// Models on this instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = Standing)]
pub struct RegistryStatus {
    /// Models that score leads; null if there is none.
    pub in_service: Option<Release>,
    /// Models before them.
    pub previous: Option<Release>,
    /// Every file found, and models in memory whose file is gone.
    pub models: Vec<ModelEntry>,
    /// Models that all instances are to serve and that this one has no file for.
    pub missing: Option<Vec<ModelId>>,
    /// The last failed change, until one succeeds.
    pub failed: Option<FailedChange>,
}
