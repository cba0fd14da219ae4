//! Prediction profiles by hour, day and month (table `profiles`), and the key that pseudonymises values in them (table
//! `secrets`).
//!
//! Must not depend on the contents of a profile.

use super::super::database::{ColumnType, DatabaseError, Row, SqlValue, TableRow, Transaction};
use super::super::timestamp::Timestamp;
use super::super::window::{Granularity, TimeWindow};
use super::legacy_backfill;
use uuid::Uuid;

/// Profile of the predictions of one span, model and instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// Length of the span.
    pub granularity: Granularity,
    /// Start of the span; see [`Granularity::start`].
    pub start: Timestamp,
    /// SHA-256 of the model file.
    pub model_sha256: String,
    /// Name of the instance; any other word for a profile of several.
    pub instance: String,
    /// Serialised profile.
    pub bytes: Vec<u8>,
    /// Number of predictions.
    pub rows: u64,
    /// Time of the last write.
    pub updated_at: Timestamp,
}

/// Key of a profile and the version of it that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileKey {
    /// Length of the span.
    pub granularity: Granularity,
    /// Start of the span.
    pub start: Timestamp,
    /// SHA-256 of the model file.
    pub model_sha256: String,
    /// Name of the instance.
    pub instance: String,
    /// Time of the last write: a profile that was written since is another version.
    pub updated_at: Timestamp,
}

impl ProfileRow {
    /// Key and version of the profile.
    pub fn key(&self) -> ProfileKey {
        ProfileKey {
            granularity: self.granularity,
            start: self.start,
            model_sha256: self.model_sha256.clone(),
            instance: self.instance.clone(),
            updated_at: self.updated_at,
        }
    }
}

impl TableRow for ProfileRow {
    const TABLE: &'static str = "profiles";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("level", ColumnType::Text),
        ("start", ColumnType::Timestamp),
        ("model_sha256", ColumnType::Text),
        ("instance", ColumnType::Text),
        ("bytes", ColumnType::Blob),
        ("predictions", ColumnType::Integer),
        ("updated_at", ColumnType::Timestamp),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        [
            self.granularity.as_str().into(),
            self.start.into(),
            (&self.model_sha256).into(),
            (&self.instance).into(),
            SqlValue::Blob(&self.bytes),
            i64::try_from(self.rows).unwrap_or(i64::MAX).into(),
            self.updated_at.into(),
        ]
        .into_iter()
    }
}

/// Inserts or replaces the profile of a span, model and instance.
pub(crate) async fn upsert(transaction: &mut Transaction<'_>, row: &ProfileRow) -> Result<(), DatabaseError> {
    let on_conflict = "ON CONFLICT (level, start, model_sha256, instance) DO UPDATE SET \
                       bytes = excluded.bytes, predictions = excluded.predictions, updated_at = excluded.updated_at";
    transaction.insert(&[row], on_conflict).await.map(|_| ())
}

/// Replaces profiles by one; false when one of them has changed since it was read: the transaction is then to be rolled
/// back.
pub(crate) async fn roll_up(
    transaction: &mut Transaction<'_>,
    replace: &[ProfileKey],
    with: &ProfileRow,
) -> Result<bool, DatabaseError> {
    let dialect = transaction.dialect();
    let sql = format!(
        "DELETE FROM profiles WHERE level = $1 AND start = {} AND model_sha256 = $3 AND instance = $4 AND updated_at = {}",
        dialect.timestamp_param("$2"),
        dialect.timestamp_param("$5")
    );
    for key in replace {
        let values = [
            key.granularity.as_str().into(),
            key.start.into(),
            (&key.model_sha256).into(),
            (&key.instance).into(),
            key.updated_at.into(),
        ];
        if transaction.execute(sql.clone(), &values).await? != 1 {
            return Ok(false);
        }
    }
    let on_conflict = "ON CONFLICT (level, start, model_sha256, instance) DO NOTHING RETURNING level";
    Ok(transaction.insert(&[with], on_conflict).await?.len() == 1)
}

/// Profiles whose spans overlap a window, oldest first, longer spans before shorter ones.
pub(crate) async fn overlapping(
    transaction: &mut Transaction<'_>,
    window: &TimeWindow,
    model_sha256: Option<&str>,
) -> Result<Vec<ProfileRow>, DatabaseError> {
    let dialect = transaction.dialect();
    let starts = Granularity::ALL.map(|granularity| granularity.start(window.from));
    let spans: Vec<_> = Granularity::ALL
        .iter()
        .zip(1..)
        .map(|(granularity, parameter)| {
            let start = dialect.timestamp_param(&format!("${parameter}"));
            format!("(level = '{}' AND start >= {start})", granularity.as_str())
        })
        .collect();
    let sql = format!(
        "SELECT level, {}, model_sha256, instance, bytes, CAST(predictions AS BIGINT), {} FROM profiles \
         WHERE ({}) AND start < {} AND (CAST($5 AS TEXT) IS NULL OR model_sha256 = $5) \
         ORDER BY start, level DESC, model_sha256, instance",
        dialect.timestamp_text("start"),
        dialect.timestamp_text("updated_at"),
        spans.join(" OR "),
        dialect.timestamp_param("$4"),
    );
    let [month, day, hour] = starts;
    let values = [month.into(), day.into(), hour.into(), window.until.into(), SqlValue::Text(model_sha256)];
    transaction.query(sql, &values).await?.iter().map(read_row).collect()
}

/// Number of predictions in profiles, and of the previous service's that are in none yet.
pub(crate) async fn prediction_count(transaction: &mut Transaction<'_>) -> Result<u64, DatabaseError> {
    let sql = "SELECT CAST(COALESCE(SUM(predictions), 0) AS BIGINT) FROM profiles";
    let rows = transaction.query(sql.to_owned(), &[]).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(u64::try_from(count + legacy_backfill::remaining(transaction).await?).unwrap_or_default())
}

/// Random key shared by all instances, created by whichever needs it first.
pub(crate) async fn pseudonym_key(transaction: &mut Transaction<'_>) -> Result<[u8; 16], DatabaseError> {
    let (name, new) = ("levels", Uuid::new_v4());
    let insert = "INSERT INTO secrets (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    transaction.execute(insert.to_owned(), &[name.into(), SqlValue::Blob(new.as_bytes())]).await?;
    let rows = transaction.query("SELECT bytes FROM secrets WHERE name = $1".to_owned(), &[name.into()]).await?;
    let bytes: Vec<u8> = rows.first().ok_or_else(|| corrupt("the pseudonym key is missing"))?.get(0)?;
    bytes.try_into().map_err(|_| corrupt("a secret should have 16 bytes"))
}

fn corrupt(message: &str) -> DatabaseError {
    DatabaseError::Corrupt(message.to_owned())
}

fn read_row(row: &Row) -> Result<ProfileRow, DatabaseError> {
    let name: String = row.get(0)?;
    let granularity = Granularity::from_name(&name).ok_or_else(|| corrupt("unknown granularity of a profile"))?;
    Ok(ProfileRow {
        granularity,
        start: row.get(1)?,
        model_sha256: row.get(2)?,
        instance: row.get(3)?,
        bytes: row.get(4)?,
        rows: u64::try_from(row.get::<i64>(5)?).unwrap_or_default(),
        updated_at: row.get(6)?,
    })
}
