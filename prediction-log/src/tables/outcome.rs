//! Outcomes (table `outcomes`): whether a lead replied, reported later and joined to its prediction.

use super::super::database::{ColumnType, DatabaseError, Dialect, SqlValue, TableRow, Transaction};
use super::super::entry::replace_nul;
use super::super::timestamp::Timestamp;
use super::super::window::TimeWindow;
use std::collections::{BTreeMap, HashSet};

/// Subject of an outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeSubject {
    /// A prediction, by its id.
    Prediction(String),
    /// The latest prediction of a lead before the outcome, by the client's key.
    Lead(String),
}

/// A row of `outcomes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// Prediction or lead.
    pub subject: OutcomeSubject,
    /// True when the lead replied.
    pub replied: bool,
    /// Time of the outcome. Another one of the same subject and time is a correction.
    pub at: Timestamp,
    /// Time of the report.
    pub received_at: Timestamp,
}

/// Result of reporting an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeStatus {
    /// A new outcome.
    Added,
    /// Replaces the outcome of the same subject and time.
    Corrected,
    /// Stored, but the log has no such prediction, or none of that lead before that time.
    Unmatched,
}

/// A prediction with its outcome; the latest one, where there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionOutcome {
    /// Probability 0 to 1; of the previous service's rows, rounded to 4 places.
    pub probability: f64,
    /// True when the lead replied.
    pub replied: bool,
    /// Time of the prediction.
    pub created_at: Timestamp,
    /// Version of the model.
    pub model_version: String,
}

impl TableRow for OutcomeRow {
    const TABLE: &'static str = "outcomes";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("prediction_id", ColumnType::Text),
        ("lead_key", ColumnType::Text),
        ("at", ColumnType::Timestamp),
        ("replied", ColumnType::Integer),
        ("received_at", ColumnType::Timestamp),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        let (prediction, lead): (&str, &str) = match &self.subject {
            OutcomeSubject::Prediction(id) => (id, ""),
            OutcomeSubject::Lead(key) => ("", key),
        };
        [prediction.into(), lead.into(), self.at.into(), i64::from(self.replied).into(), self.received_at.into()]
            .into_iter()
    }
}

impl OutcomeRow {
    /// Cuts texts to what both databases accept.
    pub(crate) fn fit_columns(mut self) -> Self {
        let (OutcomeSubject::Prediction(text) | OutcomeSubject::Lead(text)) = &mut self.subject;
        *text = replace_nul(text).into_owned();
        self
    }
}

/// Stores outcomes and returns the status of each, in their order. Of several with the same subject and time the last
/// counts.
pub(crate) async fn add(
    transaction: &mut Transaction<'_>,
    rows: &[OutcomeRow],
) -> Result<Vec<OutcomeStatus>, DatabaseError> {
    let mut last_rows = BTreeMap::new();
    for row in rows {
        last_rows.insert((&row.subject, row.at), row);
    }
    let mut statuses = Vec::with_capacity(rows.len());
    let mut keys = HashSet::new();
    for row in rows {
        let known = keys.contains(&(&row.subject, row.at)) || is_known(transaction, row).await?;
        keys.insert((&row.subject, row.at));
        statuses.push(match (has_prediction(transaction, row).await?, known) {
            (false, _) => OutcomeStatus::Unmatched,
            (true, true) => OutcomeStatus::Corrected,
            (true, false) => OutcomeStatus::Added,
        });
    }
    let on_conflict = "ON CONFLICT (prediction_id, lead_key, at) DO UPDATE SET \
                       replied = excluded.replied, received_at = excluded.received_at";
    transaction.insert(&last_rows.into_values().collect::<Vec<_>>(), on_conflict).await?;
    Ok(statuses)
}

async fn is_known(transaction: &mut Transaction<'_>, row: &OutcomeRow) -> Result<bool, DatabaseError> {
    let key: Vec<_> = row.values().take(3).collect();
    let at = transaction.dialect().timestamp_param("$3");
    let sql =
        format!("SELECT CAST(1 AS BIGINT) FROM outcomes WHERE prediction_id = $1 AND lead_key = $2 AND at = {at}");
    Ok(!transaction.query(sql, &key).await?.is_empty())
}

async fn has_prediction(transaction: &mut Transaction<'_>, row: &OutcomeRow) -> Result<bool, DatabaseError> {
    let rows = match &row.subject {
        OutcomeSubject::Prediction(id) => {
            let sql = "SELECT CAST(1 AS BIGINT) FROM prediction_logs WHERE id = $1";
            transaction.query(sql.to_owned(), &[id.into()]).await?
        }
        OutcomeSubject::Lead(key) => {
            let at = transaction.dialect().timestamp_param("$2");
            let sql = format!(
                "SELECT CAST(1 AS BIGINT) FROM prediction_logs WHERE lead_key = $1 AND created_at <= {at} LIMIT 1"
            );
            transaction.query(sql, &[key.into(), row.at.into()]).await?
        }
    };
    Ok(!rows.is_empty())
}

/// Predictions of a window whose outcome is known, oldest first.
pub(crate) async fn prediction_outcomes(
    transaction: &mut Transaction<'_>,
    window: &TimeWindow,
    model_version: Option<&str>,
) -> Result<Vec<PredictionOutcome>, DatabaseError> {
    let sql = select(transaction.dialect());
    let values = [window.from.into(), window.until.into(), SqlValue::Text(model_version)];
    let mut predictions = BTreeMap::new();
    // Rows come in the order of the outcomes, so the latest of a prediction stays.
    for row in transaction.query(sql, &values).await? {
        let created_at: Timestamp = row.get(1)?;
        let prediction = PredictionOutcome {
            probability: row.get(2)?,
            replied: row.get::<i64>(3)? != 0,
            created_at,
            model_version: row.get(4)?,
        };
        predictions.insert((created_at, row.get::<String>(0)?), prediction);
    }
    Ok(predictions.into_values().collect())
}

fn select(dialect: Dialect) -> String {
    let created_at = dialect.timestamp_text("p.created_at");
    let (from, until) = (dialect.timestamp_param("$1"), dialect.timestamp_param("$2"));
    let columns = format!(
        "p.id, {created_at}, COALESCE(p.probability, p.predicted_score), CAST(o.replied AS BIGINT), p.model_version, \
         {}, {}",
        dialect.timestamp_text("o.at"),
        dialect.timestamp_text("o.received_at")
    );
    let in_window = format!(
        "p.created_at >= {from} AND p.created_at < {until} AND (CAST($3 AS TEXT) IS NULL OR p.model_version = $3)"
    );
    // From the outcomes to their predictions, of which there are many more: SQLite keeps the order of a cross join.
    // An outcome of a lead is never older than its prediction; one of a prediction may be, as its reporter says so.
    format!(
        "SELECT {columns} FROM outcomes o CROSS JOIN prediction_logs p \
         WHERE p.id = o.prediction_id AND o.prediction_id <> '' AND {in_window} \
         UNION ALL \
         SELECT {columns} FROM outcomes o CROSS JOIN prediction_logs p WHERE p.id = ( \
             SELECT q.id FROM prediction_logs q WHERE q.lead_key = o.lead_key AND q.created_at <= o.at \
             ORDER BY q.created_at DESC, q.id DESC LIMIT 1) \
         AND o.prediction_id = '' AND o.at >= {from} AND {in_window} \
         ORDER BY 6, 7"
    )
}
