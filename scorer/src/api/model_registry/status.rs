//! What can be told of the models: which serve, which served before, which are there, which were refused.
//!
//! Owns those forms. May not know how they come about.

use crate::pipeline::{Model, Scorer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A model as it is told from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// From its card.
    pub name: String,
    /// The version that answers and logs carry.
    pub version: String,
    /// Of its file, in hexadecimal.
    pub sha256: String,
}

impl Named {
    pub(super) fn of(model: &Model) -> Self {
        let (name, version) = (model.card().name.clone(), model.version().to_owned());
        Named { name, version, sha256: model.sha256().to_owned() }
    }

    /// The models of a scorer, sorted.
    pub(super) fn all(scorer: &Scorer) -> Vec<Self> {
        let mut models: Vec<_> = scorer.models().iter().map(Named::of).collect();
        models.sort();
        models
    }
}

/// Models that serve, or served, together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// When they began to serve here; UTC.
    pub since: String,
    /// One of each name.
    pub models: Vec<Named>,
}

/// What a model file is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It scores leads.
    InService,
    /// It did before the last change, and does again with `{"action": "previous"}`.
    Previous,
    /// It can be put into service by its version.
    Available,
    /// It does not open.
    Refused,
}

/// A model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Listed {
    /// Null where the file is gone and the model is still in memory.
    pub file: Option<String>,
    /// From its card; null where it was refused.
    pub name: Option<String>,
    /// The version that answers and logs carry; null where it was refused.
    pub version: Option<String>,
    /// Of the file; null where it was refused.
    pub sha256: Option<String>,
    /// When it was read; UTC.
    pub since: String,
    /// What it is good for.
    pub state: State,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// A change that did not come about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Failed {
    /// UTC.
    pub at: String,
    /// What kept it.
    pub reason: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// The models that score leads; null while there is none.
    pub in_service: Option<Release>,
    /// Those before them.
    pub previous: Option<Release>,
    /// Every file that was found, and those models in memory whose file is gone.
    pub models: Vec<Listed>,
    /// What all instances are to serve and this one cannot, for want of a file.
    pub missing: Option<Vec<Named>>,
    /// The last change that did not come about, until one does.
    pub failed: Option<Failed>,
}
