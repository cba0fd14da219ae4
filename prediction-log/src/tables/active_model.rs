//! The model that all instances serve (table `model_service`, one row).

use super::super::database::{DatabaseError, Row, Transaction};
use super::super::timestamp::Timestamp;

/// A model by its hash, and who activated it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveModel {
    /// Version of the model.
    pub model_version: String,
    /// SHA-256 of the model file, in hexadecimal.
    pub model_sha256: String,
    /// Origin of the model, for people.
    pub label: String,
    /// Time of activation.
    pub changed_at: Timestamp,
    /// API key or instance that activated it.
    pub changed_by: String,
}

/// Reads the row, if there is one.
pub(crate) async fn read(transaction: &mut Transaction<'_>) -> Result<Option<ActiveModel>, DatabaseError> {
    let changed_at = transaction.dialect().timestamp_text("changed_at");
    let sql = format!("SELECT model_version, model_sha256, label, {changed_at}, changed_by FROM model_service");
    let rows = transaction.query(sql, &[]).await?;
    let read = |row: &Row| {
        Ok(ActiveModel {
            model_version: row.get(0)?,
            model_sha256: row.get(1)?,
            label: row.get(2)?,
            changed_at: row.get(3)?,
            changed_by: row.get(4)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Inserts or replaces the row.
pub(crate) async fn put(transaction: &mut Transaction<'_>, model: &ActiveModel) -> Result<(), DatabaseError> {
    let sql = format!(
        "INSERT INTO model_service (one, model_version, model_sha256, label, changed_at, changed_by) \
         VALUES (1, $1, $2, $3, {}, $5) ON CONFLICT (one) DO UPDATE SET model_version = excluded.model_version, \
         model_sha256 = excluded.model_sha256, label = excluded.label, changed_at = excluded.changed_at, \
         changed_by = excluded.changed_by",
        transaction.dialect().timestamp_param("$4")
    );
    let ActiveModel { model_version, model_sha256, label, changed_at, changed_by } = model;
    let values = [model_version.into(), model_sha256.into(), label.into(), (*changed_at).into(), changed_by.into()];
    transaction.execute(sql, &values).await.map(|_| ())
}
