//! Agreement between the instances of one service on the models to serve, stored in their common database.

use super::status::ModelId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prediction_log::{ActiveModel, Store, Timestamp, TimestampError};
use serde::{Deserialize, Serialize};

/// Models that every instance is to serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredModels {
    /// One per name, sorted.
    pub models: Vec<ModelId>,
    /// Time of the change, UTC.
    pub since: String,
    /// Name of the caller who asked for the change, or `file` after a change of files.
    pub by: String,
}

/// Storage that every instance reads and writes; errors are sentences for operators.
pub trait ClusterSync: std::fmt::Debug + Send + Sync {
    /// Reads the desired models; `None` before the first change.
    fn desired(&self) -> BoxFuture<'_, Result<Option<DesiredModels>, String>>;

    /// Replaces the desired models.
    fn set_desired(&self, desired: DesiredModels) -> BoxFuture<'_, Result<(), String>>;
}

/// [`ClusterSync`] through the log's database.
#[derive(Debug)]
pub struct DatabaseSync(pub Store);

impl ClusterSync for DatabaseSync {
    fn desired(&self) -> BoxFuture<'_, Result<Option<DesiredModels>, String>> {
        let read = async move {
            let Some(row) = self.0.active_model().await.map_err(|error| error.to_string())? else { return Ok(None) };
            let models: Vec<ModelId> = serde_json::from_str(&row.label).map_err(|error| error.to_string())?;
            Ok(Some(DesiredModels { models, since: row.changed_at.to_string(), by: row.changed_by }))
        };
        read.boxed()
    }

    fn set_desired(&self, desired: DesiredModels) -> BoxFuture<'_, Result<(), String>> {
        let write = async move {
            let first = desired.models.first();
            let row = ActiveModel {
                model_version: first.map(|model| model.version.clone()).unwrap_or_default(),
                model_sha256: first.map(|model| model.sha256.clone()).unwrap_or_default(),
                label: serde_json::to_string(&desired.models).map_err(|error| error.to_string())?,
                changed_at: desired.since.parse().map_err(|error: TimestampError| error.to_string())?,
                changed_by: desired.by,
            };
            self.0.set_active_model(&row).await.map_err(|error| error.to_string())
        };
        write.boxed()
    }
}

/// Returns the current time, UTC, in the format of the log.
pub(super) fn now() -> String {
    Timestamp::now().to_string()
}
