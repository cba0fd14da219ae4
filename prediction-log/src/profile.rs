//! Summaries of predictions by hour, day and month.
//!
//! Owns the table `profiles` and which of its rows cover a window. May not know what is in a summary.

use super::before;
use super::database::{Cell, Kind, Record, Row, Transaction};
use super::window::{Level, Window};

/// A summary of the predictions of one model, one instance and one span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The span.
    pub level: Level,
    /// When the span began: see [`Level::start`].
    pub start: String,
    /// The model.
    pub model_sha256: String,
    /// The instance; any other word for a summary of several.
    pub instance: String,
    /// The summary.
    pub bytes: Vec<u8>,
    /// How many predictions are in it.
    pub rows: u64,
    /// When it was put; see [`super::record::timestamp`].
    pub updated_at: String,
}

/// Which summary, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileKey {
    /// The span.
    pub level: Level,
    /// When the span began.
    pub start: String,
    /// The model.
    pub model_sha256: String,
    /// The instance.
    pub instance: String,
    /// When it was put: one that was put again since then is another.
    pub updated_at: String,
}

impl ProfileRow {
    /// What names it.
    pub fn key(&self) -> ProfileKey {
        ProfileKey {
            level: self.level,
            start: self.start.clone(),
            model_sha256: self.model_sha256.clone(),
            instance: self.instance.clone(),
            updated_at: self.updated_at.clone(),
        }
    }
}

impl Record for ProfileRow {
    const TABLE: &'static str = "profiles";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("level", Kind::Text),
        ("start", Kind::Moment),
        ("model_sha256", Kind::Text),
        ("instance", Kind::Text),
        ("bytes", Kind::Bytes),
        ("predictions", Kind::Whole),
        ("updated_at", Kind::Moment),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        [
            self.level.word().into(),
            (&self.start).into(),
            (&self.model_sha256).into(),
            (&self.instance).into(),
            Cell::Bytes(&self.bytes),
            i64::try_from(self.rows).unwrap_or(i64::MAX).into(),
            (&self.updated_at).into(),
        ]
        .into_iter()
    }
}

/// Writes a summary over the one before of the same span, model and instance.
pub(super) async fn put(transaction: &mut Transaction<'_>, row: &ProfileRow) -> Result<(), sqlx::Error> {
    let fate = "ON CONFLICT (level, start, model_sha256, instance) DO UPDATE SET \
                bytes = excluded.bytes, predictions = excluded.predictions, updated_at = excluded.updated_at";
    transaction.insert(&[row], fate).await.map(|_| ())
}

/// Puts one summary in the place of others; false when one of these is not there any more as it was read, since another
/// instance was quicker: the transaction is then to be given up.
pub(super) async fn roll_up(
    transaction: &mut Transaction<'_>,
    replace: &[ProfileKey],
    with: &ProfileRow,
) -> Result<bool, sqlx::Error> {
    let dialect = transaction.dialect();
    let sql = format!(
        "DELETE FROM profiles WHERE level = $1 AND start = {} AND model_sha256 = $3 AND instance = $4 AND updated_at = {}",
        dialect.moment("$2"),
        dialect.moment("$5")
    );
    for key in replace {
        let level = key.level.word().into();
        let cells =
            [level, (&key.start).into(), (&key.model_sha256).into(), (&key.instance).into(), (&key.updated_at).into()];
        if transaction.execute(sql.clone(), &cells).await? != 1 {
            return Ok(false);
        }
    }
    let put = transaction
        .insert(&[with], "ON CONFLICT (level, start, model_sha256, instance) DO NOTHING RETURNING level")
        .await?;
    Ok(put.len() == 1)
}

/// The summaries of the spans that lie in a window or reach into it, oldest first, longer spans before shorter ones.
pub(super) async fn read(
    transaction: &mut Transaction<'_>,
    window: &Window,
    model_sha256: Option<&str>,
) -> Result<Vec<ProfileRow>, sqlx::Error> {
    let dialect = transaction.dialect();
    let starts = Level::ALL.map(|level| level.start(&window.from));
    let level = |at: usize| {
        format!("(level = '{}' AND start >= {})", Level::ALL[at].word(), dialect.moment(&format!("${}", at + 1)))
    };
    let sql = format!(
        "SELECT level, {}, model_sha256, instance, bytes, CAST(predictions AS BIGINT), {} FROM profiles \
         WHERE ({} OR {} OR {}) AND start < {} AND (CAST($5 AS TEXT) IS NULL OR model_sha256 = $5) \
         ORDER BY start, level DESC, model_sha256, instance",
        dialect.told("start"),
        dialect.told("updated_at"),
        level(0),
        level(1),
        level(2),
        dialect.moment("$4"),
    );
    let [month, day, hour] = &starts;
    let cells = [month.into(), day.into(), hour.into(), (&window.until).into(), Cell::Text(model_sha256)];
    transaction.fetch(sql, &cells).await?.iter().map(read_row).collect()
}

/// How many predictions are in summaries, or were made by the service before this one and are in none yet.
pub(super) async fn logged(transaction: &mut Transaction<'_>) -> Result<u64, sqlx::Error> {
    let sql = "SELECT CAST(COALESCE(SUM(predictions), 0) AS BIGINT) FROM profiles";
    let rows = transaction.fetch(sql.to_owned(), &[]).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(u64::try_from(count + before::count(transaction).await?).unwrap_or_default())
}

fn read_row(row: &Row) -> Result<ProfileRow, sqlx::Error> {
    let word: String = row.get(0)?;
    let level = Level::named(&word).ok_or_else(|| sqlx::Error::Decode(format!("{word:?} is no level").into()))?;
    Ok(ProfileRow {
        level,
        start: row.get(1)?,
        model_sha256: row.get(2)?,
        instance: row.get(3)?,
        bytes: row.get(4)?,
        rows: u64::try_from(row.get::<i64>(5)?).unwrap_or_default(),
        updated_at: row.get(6)?,
    })
}
