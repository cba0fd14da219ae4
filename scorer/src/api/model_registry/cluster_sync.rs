//! What the instances of one service agree on, kept in their database.
//!
//! Owns how it is written there. May not know models.

use super::shared::{Agreed, Shared};
use super::status::Named;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prediction_log::{ActiveModel, Store, TimestampError};

/// Agrees through the log's database.
#[derive(Debug)]
pub struct Agreement(pub Store);

impl Shared for Agreement {
    fn agreed(&self) -> BoxFuture<'_, Result<Option<Agreed>, String>> {
        let read = async move {
            let Some(row) = self.0.active_model().await.map_err(|error| error.to_string())? else { return Ok(None) };
            let models: Vec<Named> = serde_json::from_str(&row.label).map_err(|error| error.to_string())?;
            Ok(Some(Agreed { models, since: row.changed_at.to_string(), by: row.changed_by }))
        };
        read.boxed()
    }

    fn agree(&self, agreed: Agreed) -> BoxFuture<'_, Result<(), String>> {
        let write = async move {
            let first = agreed.models.first();
            let row = ActiveModel {
                model_version: first.map(|model| model.version.clone()).unwrap_or_default(),
                model_sha256: first.map(|model| model.sha256.clone()).unwrap_or_default(),
                label: serde_json::to_string(&agreed.models).map_err(|error| error.to_string())?,
                changed_at: agreed.since.parse().map_err(|error: TimestampError| error.to_string())?,
                changed_by: agreed.by,
            };
            self.0.set_active_model(&row).await.map_err(|error| error.to_string())
        };
        write.boxed()
    }
}
