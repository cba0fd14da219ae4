//! The newest predictions, page by page.
//!
//! Owns the order of the log and its cursor. May not know who looks.

use super::database::{Cell, Dialect, Row, Transaction};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The most rows of a page.
pub const PAGE_MAX: usize = 1_000;

/// The most rows that [`super::Store::last`] gives.
pub const LAST_MAX: usize = 10_000;

/// How far one page looks for rows that pass its filter: what bounds its time, however rare they are.
const LOOK_MAX: usize = 100_000;

/// Which predictions are asked for; newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// How many, up to [`PAGE_MAX`].
    pub limit: usize,
    /// With at least this score.
    pub score_min: Option<f64>,
    /// With at most this score.
    pub score_max: Option<f64>,
    /// Made by this version of the model.
    pub model_version: Option<String>,
    /// Behind this one.
    pub after: Option<Cursor>,
}

/// Some predictions, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// They; fewer than asked for, even none, where those that pass the filter are rare: `next` then goes on looking.
    pub rows: Vec<Recorded>,
    /// Where the next page begins; `None` at the end of the log.
    pub next: Option<Cursor>,
}

/// A place in the log. As text it is the moment and the id with a tilde between, fit for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    created_at: String,
    id: String,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cursor should be one that a page gave")]
pub struct CursorError;

/// A prediction as the log holds it. What the service before this one did not record is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// A UUID.
    pub id: String,
    /// See [`super::record::timestamp`].
    pub created_at: String,
    /// A JSON object.
    pub input_features: String,
    /// 0 to 1, rounded to 4 places.
    pub predicted_score: f64,
    /// Of this lead.
    pub inference_time_ms: f64,
    /// Of the model that scored this lead.
    pub model_version: String,
    /// The client's own identifier of the lead.
    pub lead_key: Option<String>,
    /// 0 to 1, as the model gave it.
    pub probability: Option<f32>,
    /// `engaged` or `not_engaged`.
    pub label: Option<String>,
    /// `high`, `medium` or `low`.
    pub confidence: Option<String>,
    /// The letter, where the model has grades.
    pub grade: Option<String>,
    /// The hash of the model file.
    pub model_sha256: Option<String>,
    /// The `X-Request-ID` of the answer.
    pub request_id: Option<String>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}~{}", self.created_at.replacen(' ', "T", 1), self.id)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (moment, id) = text.split_once('~').ok_or(CursorError)?;
        let created_at = moment.replacen('T', " ", 1);
        // Old rows may lack the fraction of the second.
        let digits = created_at.bytes().all(|byte| byte.is_ascii_digit() || b"-: .".contains(&byte));
        if !digits || !(19..=26).contains(&created_at.len()) || id.len() > 36 || id.contains('\0') {
            return Err(CursorError);
        }
        Ok(Cursor { created_at, id: id.to_owned() })
    }
}

impl Recorded {
    fn cursor(&self) -> Cursor {
        Cursor { created_at: self.created_at.clone(), id: self.id.clone() }
    }
}

/// The columns of [`Recorded`], in its order.
fn columns(dialect: Dialect) -> String {
    let (created_at, features) = (dialect.told("p.created_at"), dialect.text("p.input_features"));
    format!(
        "p.id, {created_at}, {features}, p.predicted_score, p.inference_time_ms, p.model_version, p.lead_key, \
         p.probability, p.label, p.confidence, p.grade, p.model_sha256, p.request_id"
    )
}

fn read(row: &Row) -> Result<Recorded, sqlx::Error> {
    Ok(Recorded {
        id: row.get(0)?,
        created_at: row.get(1)?,
        input_features: row.get(2)?,
        predicted_score: row.get(3)?,
        inference_time_ms: row.get(4)?,
        model_version: row.get(5)?,
        lead_key: row.get(6)?,
        probability: row.get::<Option<f64>>(7)?.map(|number| number as f32),
        label: row.get(8)?,
        confidence: row.get(9)?,
        grade: row.get(10)?,
        model_sha256: row.get(11)?,
        request_id: row.get(12)?,
    })
}

/// The newest rows.
pub(super) async fn last(transaction: &mut Transaction<'_>, count: usize) -> Result<Vec<Recorded>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM prediction_logs p ORDER BY p.created_at DESC, p.id DESC LIMIT $1",
        columns(transaction.dialect())
    );
    let rows = transaction.fetch(sql, &[limit(count.min(LAST_MAX))]).await?;
    rows.iter().map(read).collect()
}

/// A page. The filter is applied to the index alone, over a bounded stretch of it; only rows that pass are looked up.
pub(super) async fn page(transaction: &mut Transaction<'_>, filter: &Recent) -> Result<Page, sqlx::Error> {
    let count = filter.limit.clamp(1, PAGE_MAX);
    let dialect = transaction.dialect();
    let mut cells = vec![limit(LOOK_MAX), limit(count)];
    let stretch = stretch(filter, dialect, &mut cells);
    let mut wanted = Vec::new();
    if let Some(least) = filter.score_min {
        cells.push(least.into());
        wanted.push(format!("predicted_score >= ${}", cells.len()));
    }
    if let Some(most) = filter.score_max {
        cells.push(most.into());
        wanted.push(format!("predicted_score <= ${}", cells.len()));
    }
    if let Some(version) = &filter.model_version {
        cells.push(version.into());
        wanted.push(format!("model_version = ${}", cells.len()));
    }
    let wanted = if wanted.is_empty() { String::new() } else { format!("WHERE {}", wanted.join(" AND ")) };
    let sql = format!(
        "SELECT {} FROM (SELECT id FROM ({stretch} LIMIT $1) seen {wanted} ORDER BY created_at DESC, id DESC LIMIT $2) found \
         JOIN prediction_logs p ON p.id = found.id ORDER BY p.created_at DESC, p.id DESC",
        columns(dialect)
    );
    let rows: Vec<Recorded> = transaction.fetch(sql, &cells).await?.iter().map(read).collect::<Result<_, _>>()?;
    let next = match rows.last() {
        Some(last) if rows.len() == count => Some(last.cursor()),
        _ if wanted.is_empty() => None,
        _ => end_of_look(transaction, filter).await?,
    };
    Ok(Page { rows, next })
}

/// The log from where the page begins.
fn stretch<'a>(filter: &'a Recent, dialect: Dialect, cells: &mut Vec<Cell<'a>>) -> String {
    let mut from = String::new();
    if let Some(cursor) = &filter.after {
        cells.extend([Cell::from(&cursor.created_at), (&cursor.id).into()]);
        let moment = dialect.moment(&format!("${}", cells.len() - 1));
        from = format!("WHERE (created_at, id) < ({moment}, ${})", cells.len());
    }
    format!(
        "SELECT created_at, id, predicted_score, model_version FROM prediction_logs {from} ORDER BY created_at DESC, id DESC"
    )
}

/// The last row that a page looked at, if the log goes on behind it.
async fn end_of_look(transaction: &mut Transaction<'_>, filter: &Recent) -> Result<Option<Cursor>, sqlx::Error> {
    let dialect = transaction.dialect();
    let mut cells = vec![limit(LOOK_MAX - 1)];
    let stretch = stretch(filter, dialect, &mut cells);
    let sql = format!("SELECT {}, id FROM ({stretch} LIMIT 1 OFFSET $1) seen", dialect.told("created_at"));
    let rows = transaction.fetch(sql, &cells).await?;
    rows.first().map(|row| Ok(Cursor { created_at: row.get(0)?, id: row.get(1)? })).transpose()
}

fn limit(count: usize) -> Cell<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_from_its_text() {
        let cursor = Cursor { created_at: "2026-01-31 09:30:00.000045".to_owned(), id: "a-b".to_owned() };
        assert_eq!(cursor.to_string(), "2026-01-31T09:30:00.000045~a-b");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "~", "2026-01-31T09:30:00.000045", "now~a", "2026-01-31T09:30:00.000045'~a"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(CursorError), "{wrong}");
        }
    }
}
