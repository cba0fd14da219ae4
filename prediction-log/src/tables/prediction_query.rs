//! Queries of `prediction_logs`: newest first, filtered, page by page.

use super::super::database::{DatabaseError, Dialect, Row, SqlValue, Transaction};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Maximum number of rows per page.
pub const PAGE_MAX: usize = 1_000;

/// Maximum number of rows of [`Store::latest_predictions`](super::super::Store::latest_predictions).
pub const LATEST_MAX: usize = 10_000;

/// Maximum number of index entries that one page scans for rows that pass its filter: bounds its time.
const SCAN_MAX: usize = 100_000;

/// Filter and position of a page; newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PredictionQuery {
    /// Number of rows, at most [`PAGE_MAX`].
    pub limit: usize,
    /// Minimum score.
    pub score_min: Option<f64>,
    /// Maximum score.
    pub score_max: Option<f64>,
    /// Version of the model.
    pub model_version: Option<String>,
    /// Position after which the page begins.
    pub after: Option<Cursor>,
}

/// A page of predictions, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PredictionPage {
    /// Rows of the page; may be few or none while `next` is set.
    pub rows: Vec<LoggedPrediction>,
    /// Position of the next page; `None` at the end of the log.
    pub next: Option<Cursor>,
}

/// Position in the log. Its text form is the row's time and id joined by a tilde, safe in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// As the database stores it: rows of the previous service may lack the fraction of the second.
    created_at: String,
    id: String,
}

/// Text that is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cursor should be one that a page gave")]
pub struct CursorError;

/// A prediction as stored. Columns that the previous service did not have are `None` in its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedPrediction {
    /// UUID.
    pub id: String,
    /// Time of the prediction as stored: rows of the previous service may lack the fraction of the second.
    pub created_at: String,
    /// Logged inputs: a JSON object.
    pub input_features: String,
    /// Probability 0 to 1, rounded to 4 places.
    pub predicted_score: f64,
    /// Inference time of this lead.
    pub inference_time_ms: f64,
    /// Version of the model.
    pub model_version: String,
    /// The client's own identifier of the lead.
    pub lead_key: Option<String>,
    /// Probability 0 to 1, unrounded.
    pub probability: Option<f32>,
    /// `engaged` or `not_engaged`.
    pub label: Option<String>,
    /// `high`, `medium` or `low`.
    pub confidence: Option<String>,
    /// Grade, where the model has grades.
    pub grade: Option<String>,
    /// SHA-256 of the model file.
    pub model_sha256: Option<String>,
    /// `X-Request-ID` of the response.
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
        let (time, id) = text.split_once('~').ok_or(CursorError)?;
        let created_at = time.replacen('T', " ", 1);
        let has_digits_only = created_at.bytes().all(|byte| byte.is_ascii_digit() || b"-: .".contains(&byte));
        if !has_digits_only || !(19..=26).contains(&created_at.len()) || id.len() > 36 || id.contains('\0') {
            return Err(CursorError);
        }
        Ok(Cursor { created_at, id: id.to_owned() })
    }
}

impl LoggedPrediction {
    fn cursor(&self) -> Cursor {
        Cursor { created_at: self.created_at.clone(), id: self.id.clone() }
    }
}

/// The columns of [`LoggedPrediction`], in its order.
fn columns(dialect: Dialect) -> String {
    let (created_at, features) = (dialect.timestamp_text("p.created_at"), dialect.json_text("p.input_features"));
    format!(
        "p.id, {created_at}, {features}, p.predicted_score, p.inference_time_ms, p.model_version, p.lead_key, \
         p.probability, p.label, p.confidence, p.grade, p.model_sha256, p.request_id"
    )
}

fn read(row: &Row) -> Result<LoggedPrediction, DatabaseError> {
    Ok(LoggedPrediction {
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
pub(crate) async fn latest(
    transaction: &mut Transaction<'_>,
    count: usize,
) -> Result<Vec<LoggedPrediction>, DatabaseError> {
    let sql = format!(
        "SELECT {} FROM prediction_logs p ORDER BY p.created_at DESC, p.id DESC LIMIT $1",
        columns(transaction.dialect())
    );
    let rows = transaction.query(sql, &[limit(count.min(LATEST_MAX))]).await?;
    rows.iter().map(read).collect()
}

/// A page. The filter is applied to a bounded range of the index alone; only rows that pass are looked up.
pub(crate) async fn page(
    transaction: &mut Transaction<'_>,
    query: &PredictionQuery,
) -> Result<PredictionPage, DatabaseError> {
    let count = query.limit.clamp(1, PAGE_MAX);
    let dialect = transaction.dialect();
    let mut values = vec![limit(SCAN_MAX), limit(count)];
    let range = index_range(query, dialect, &mut values);
    let filter = filter(query, &mut values);
    let sql = format!(
        "SELECT {} FROM (SELECT id FROM ({range} LIMIT $1) scanned {filter} ORDER BY created_at DESC, id DESC LIMIT $2) found \
         JOIN prediction_logs p ON p.id = found.id ORDER BY p.created_at DESC, p.id DESC",
        columns(dialect)
    );
    let rows = transaction.query(sql, &values).await?;
    let rows: Vec<LoggedPrediction> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let next = match rows.last() {
        Some(last) if rows.len() == count => Some(last.cursor()),
        _ if filter.is_empty() => None,
        _ => end_of_scan(transaction, query).await?,
    };
    Ok(PredictionPage { rows, next })
}

/// The condition on scores and version; empty where there is none.
fn filter<'a>(query: &'a PredictionQuery, values: &mut Vec<SqlValue<'a>>) -> String {
    let mut conditions = Vec::new();
    if let Some(min) = query.score_min {
        values.push(min.into());
        conditions.push(format!("predicted_score >= ${}", values.len()));
    }
    if let Some(max) = query.score_max {
        values.push(max.into());
        conditions.push(format!("predicted_score <= ${}", values.len()));
    }
    if let Some(version) = &query.model_version {
        values.push(version.into());
        conditions.push(format!("model_version = ${}", values.len()));
    }
    if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) }
}

/// The index from the beginning of the page.
fn index_range<'a>(query: &'a PredictionQuery, dialect: Dialect, values: &mut Vec<SqlValue<'a>>) -> String {
    let mut after = String::new();
    if let Some(cursor) = &query.after {
        values.extend([SqlValue::from(&cursor.created_at), (&cursor.id).into()]);
        let created_at = dialect.timestamp_param(&format!("${}", values.len() - 1));
        after = format!("WHERE (created_at, id) < ({created_at}, ${})", values.len());
    }
    format!(
        "SELECT created_at, id, predicted_score, model_version FROM prediction_logs {after} ORDER BY created_at DESC, id DESC"
    )
}

/// The last row that a page scanned, if the log continues after it.
async fn end_of_scan(
    transaction: &mut Transaction<'_>,
    query: &PredictionQuery,
) -> Result<Option<Cursor>, DatabaseError> {
    let dialect = transaction.dialect();
    let mut values = vec![limit(SCAN_MAX - 1)];
    let range = index_range(query, dialect, &mut values);
    let sql = format!("SELECT {}, id FROM ({range} LIMIT 1 OFFSET $1) scanned", dialect.timestamp_text("created_at"));
    let rows = transaction.query(sql, &values).await?;
    rows.first().map(|row| Ok(Cursor { created_at: row.get(0)?, id: row.get(1)? })).transpose()
}

fn limit(count: usize) -> SqlValue<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trips_through_its_text() {
        let cursor = Cursor { created_at: "2026-01-31 09:30:00.000045".to_owned(), id: "a-b".to_owned() };
        assert_eq!(cursor.to_string(), "2026-01-31T09:30:00.000045~a-b");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "~", "2026-01-31T09:30:00.000045", "now~a", "2026-01-31T09:30:00.000045'~a"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(CursorError), "{wrong}");
        }
    }
}
