//! Who replied: outcomes of predictions, told later.
//!
//! Owns the table `outcomes` and how an outcome finds its prediction. May not know what is made of them.

use super::database::{Cell, Dialect, Kind, Record, Transaction};
use super::entry::storable;
use super::window::Window;
use std::collections::{BTreeMap, HashSet};

/// What an outcome is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A prediction, by its id.
    Prediction(String),
    /// The latest prediction of a lead before the outcome, by the client's key.
    Lead(String),
}

/// An outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// What it is of.
    pub subject: Subject,
    /// Whether there was a reply.
    pub replied: bool,
    /// When it came about; see [`super::record::timestamp`]. One more of the same subject and moment is a correction.
    pub at: String,
    /// When it was told.
    pub received_at: String,
}

/// What became of an outcome that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeFate {
    /// It is new.
    Added,
    /// It replaces what was told before of the same subject and moment.
    Corrected,
    /// It is kept, but the log has no such prediction, or none of that lead before that moment.
    Unmatched,
}

/// A prediction with its outcome: the latest, where there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// As the model gave it; of rows of the service before this one, rounded to 4 places.
    pub probability: f64,
    /// Whether there was a reply.
    pub replied: bool,
    /// When the prediction was made.
    pub created_at: String,
    /// The version that made it.
    pub model_version: String,
}

impl Record for OutcomeRow {
    const TABLE: &'static str = "outcomes";
    const COLUMNS: &'static [(&'static str, Kind)] = &[
        ("prediction_id", Kind::Text),
        ("lead_key", Kind::Text),
        ("at", Kind::Moment),
        ("replied", Kind::Whole),
        ("received_at", Kind::Moment),
    ];

    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let (prediction, lead): (&str, &str) = match &self.subject {
            Subject::Prediction(id) => (id, ""),
            Subject::Lead(key) => ("", key),
        };
        [prediction.into(), lead.into(), (&self.at).into(), i64::from(self.replied).into(), (&self.received_at).into()]
            .into_iter()
    }
}

impl OutcomeRow {
    /// The same with texts that every database takes.
    pub(super) fn fit(mut self) -> Self {
        let (Subject::Prediction(text) | Subject::Lead(text)) = &mut self.subject;
        *text = storable(text).into_owned();
        self
    }
}

/// Writes outcomes; what became of each, in their order. Of several of the same subject and moment the last counts.
pub(super) async fn add(
    transaction: &mut Transaction<'_>,
    rows: &[OutcomeRow],
) -> Result<Vec<OutcomeFate>, sqlx::Error> {
    let mut lasts = BTreeMap::new();
    for row in rows {
        lasts.insert((&row.subject, &row.at), row);
    }
    let mut fates = Vec::with_capacity(rows.len());
    let mut told = HashSet::new();
    for row in rows {
        let known = told.contains(&(&row.subject, &row.at)) || is_known(transaction, row).await?;
        told.insert((&row.subject, &row.at));
        fates.push(match (is_matched(transaction, row).await?, known) {
            (false, _) => OutcomeFate::Unmatched,
            (true, true) => OutcomeFate::Corrected,
            (true, false) => OutcomeFate::Added,
        });
    }
    let fate = "ON CONFLICT (prediction_id, lead_key, at) DO UPDATE SET \
                replied = excluded.replied, received_at = excluded.received_at";
    transaction.insert(&lasts.into_values().collect::<Vec<_>>(), fate).await?;
    Ok(fates)
}

async fn is_known(transaction: &mut Transaction<'_>, row: &OutcomeRow) -> Result<bool, sqlx::Error> {
    let cells: Vec<_> = row.cells().take(3).collect();
    let at = transaction.dialect().moment("$3");
    let sql =
        format!("SELECT CAST(1 AS BIGINT) FROM outcomes WHERE prediction_id = $1 AND lead_key = $2 AND at = {at}");
    Ok(!transaction.fetch(sql, &cells).await?.is_empty())
}

async fn is_matched(transaction: &mut Transaction<'_>, row: &OutcomeRow) -> Result<bool, sqlx::Error> {
    let rows = match &row.subject {
        Subject::Prediction(id) => {
            let sql = "SELECT CAST(1 AS BIGINT) FROM prediction_logs WHERE id = $1";
            transaction.fetch(sql.to_owned(), &[id.into()]).await?
        }
        Subject::Lead(key) => {
            let at = transaction.dialect().moment("$2");
            let sql = format!(
                "SELECT CAST(1 AS BIGINT) FROM prediction_logs WHERE lead_key = $1 AND created_at <= {at} LIMIT 1"
            );
            transaction.fetch(sql, &[key.into(), (&row.at).into()]).await?
        }
    };
    Ok(!rows.is_empty())
}

/// Predictions made in a window whose outcome is known, oldest first.
pub(super) async fn judged(
    transaction: &mut Transaction<'_>,
    window: &Window,
    model_version: Option<&str>,
) -> Result<Vec<Judged>, sqlx::Error> {
    let sql = select(transaction.dialect());
    let cells = [(&window.from).into(), (&window.until).into(), Cell::Text(model_version)];
    let mut judged = BTreeMap::new();
    // In the order of the outcomes, so that the latest of a prediction stays.
    for row in transaction.fetch(sql, &cells).await? {
        let created_at: String = row.get(1)?;
        let one = Judged {
            probability: row.get(2)?,
            replied: row.get::<i64>(3)? != 0,
            created_at: created_at.clone(),
            model_version: row.get(4)?,
        };
        judged.insert((created_at, row.get::<String>(0)?), one);
    }
    Ok(judged.into_values().collect())
}

fn select(dialect: Dialect) -> String {
    let (created_at, from, until) = (dialect.told("p.created_at"), dialect.moment("$1"), dialect.moment("$2"));
    let columns = format!(
        "p.id, {created_at}, COALESCE(p.probability, p.predicted_score), CAST(o.replied AS BIGINT), p.model_version, \
         o.at, o.received_at"
    );
    // An outcome is never older than its prediction.
    let within = format!(
        "o.at >= {from} AND p.created_at >= {from} AND p.created_at < {until} \
         AND (CAST($3 AS TEXT) IS NULL OR p.model_version = $3)"
    );
    // From the outcomes to their predictions, of which there are many more: SQLite keeps to the order of a cross join.
    format!(
        "SELECT {columns} FROM outcomes o CROSS JOIN prediction_logs p \
         WHERE p.id = o.prediction_id AND o.prediction_id <> '' AND {} \
         UNION ALL \
         SELECT {columns} FROM outcomes o CROSS JOIN prediction_logs p WHERE p.id = ( \
             SELECT q.id FROM prediction_logs q WHERE q.lead_key = o.lead_key AND q.created_at <= o.at \
             ORDER BY q.created_at DESC, q.id DESC LIMIT 1) \
         AND o.prediction_id = '' AND {within} \
         ORDER BY 6, 7",
        // Someone may say of a prediction that its outcome came before it; it is theirs to say.
        within.replacen(&format!("o.at >= {from} AND "), "", 1)
    )
}
