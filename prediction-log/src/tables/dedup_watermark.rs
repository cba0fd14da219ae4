//! Deduplication watermarks: the last group that each source committed (table `log_sources`).

use super::super::database::{DatabaseError, Transaction};
use super::super::timestamp::Timestamp;
use time::OffsetDateTime;

/// Last number that a source committed (table `log_sources`).
pub(crate) async fn last(transaction: &mut Transaction<'_>, source: &str) -> Result<Option<i64>, DatabaseError> {
    let sql = "SELECT CAST(last_group AS BIGINT) FROM log_sources WHERE source = $1".to_owned();
    let rows = transaction.query(sql, &[source.into()]).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Sets the last number of a source; false when it had that or a later one.
pub(crate) async fn advance(
    transaction: &mut Transaction<'_>,
    source: &str,
    number: i64,
    now: OffsetDateTime,
) -> Result<bool, DatabaseError> {
    let sql = format!(
        "INSERT INTO log_sources (source, last_group, updated_at) VALUES ($1, $2, {}) \
         ON CONFLICT (source) DO UPDATE SET last_group = excluded.last_group, updated_at = excluded.updated_at \
         WHERE log_sources.last_group < excluded.last_group",
        transaction.dialect().timestamp_param("$3")
    );
    let changed = transaction.execute(sql, &[source.into(), number.into(), Timestamp::from(now).into()]).await?;
    Ok(changed > 0)
}
