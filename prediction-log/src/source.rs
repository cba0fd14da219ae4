//! How far each source of rows has been written: the runs of writers, and what is summed up once for all instances.
//!
//! Owns how the marks are read and set. May not know what the numbers count, nor how long a mark is kept.

use super::database::Transaction;
use super::record::timestamp;
use time::OffsetDateTime;

/// The last number that a source took; none where it took none.
pub(super) async fn last(transaction: &mut Transaction<'_>, source: &str) -> Result<Option<i64>, sqlx::Error> {
    let sql = "SELECT CAST(last_group AS BIGINT) FROM log_sources WHERE source = $1".to_owned();
    let rows = transaction.fetch(sql, &[source.into()]).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Takes a number for a source; false where it took that or a later one before.
pub(super) async fn claim(
    transaction: &mut Transaction<'_>,
    source: &str,
    number: i64,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "INSERT INTO log_sources (source, last_group, updated_at) VALUES ($1, $2, {}) \
         ON CONFLICT (source) DO UPDATE SET last_group = excluded.last_group, updated_at = excluded.updated_at \
         WHERE log_sources.last_group < excluded.last_group",
        transaction.dialect().moment("$3")
    );
    let changed = transaction.execute(sql, &[source.into(), number.into(), (&timestamp(now)).into()]).await?;
    Ok(changed > 0)
}
