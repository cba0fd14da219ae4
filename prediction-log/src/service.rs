//! The model that all instances are to serve.
//!
//! Owns the one row that says so. May not know models.

use super::database::Transaction;

/// A model by its hash, and who put it into service when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceVersion {
    /// Its version.
    pub model_version: String,
    /// The hash of its file, in hexadecimal.
    pub model_sha256: String,
    /// Where it came from, as people know it.
    pub label: String,
    /// See [`super::record::timestamp`].
    pub changed_at: String,
    /// The key or the instance that changed it.
    pub changed_by: String,
}

/// The row, if one was ever put.
pub(super) async fn read(transaction: &mut Transaction<'_>) -> Result<Option<ServiceVersion>, sqlx::Error> {
    let changed_at = transaction.dialect().told("changed_at");
    let sql = format!("SELECT model_version, model_sha256, label, {changed_at}, changed_by FROM model_service");
    let rows = transaction.fetch(sql, &[]).await?;
    let read = |row: &super::database::Row| {
        Ok(ServiceVersion {
            model_version: row.get(0)?,
            model_sha256: row.get(1)?,
            label: row.get(2)?,
            changed_at: row.get(3)?,
            changed_by: row.get(4)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Puts the row.
pub(super) async fn put(transaction: &mut Transaction<'_>, version: &ServiceVersion) -> Result<(), sqlx::Error> {
    let sql = format!(
        "INSERT INTO model_service (one, model_version, model_sha256, label, changed_at, changed_by) \
         VALUES (1, $1, $2, $3, {}, $5) ON CONFLICT (one) DO UPDATE SET model_version = excluded.model_version, \
         model_sha256 = excluded.model_sha256, label = excluded.label, changed_at = excluded.changed_at, \
         changed_by = excluded.changed_by",
        transaction.dialect().moment("$4")
    );
    let ServiceVersion { model_version, model_sha256, label, changed_at, changed_by } = version;
    let cells = [model_version, model_sha256, label, changed_at, changed_by].map(Into::into);
    transaction.execute(sql, &cells).await.map(|_| ())
}
