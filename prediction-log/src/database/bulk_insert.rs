//! Many rows at once: in SQLite one by one, by a statement that stays prepared, in PostgreSQL by one statement whose
//! values are arrays, whatever their number.
//!
//! Owns the latter way. May not know tables.

use super::{Row, SqlValue, Transaction, limited};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Timestamp,
    Json,
    Real,
    Integer,
    Blob,
}

/// A row of a table.
pub(crate) trait TableRow {
    const TABLE: &'static str;
    const COLUMNS: &'static [(&'static str, ColumnType)];

    /// Its values, in the order of the columns.
    fn values(&self) -> impl Iterator<Item = SqlValue<'_>>;
}

impl Transaction<'_> {
    /// Inserts rows; `on_conflict` says what becomes of those whose key is taken, and what is from_rusqlite of them.
    pub(crate) async fn insert<R: TableRow>(
        &mut self,
        rows: &[&R],
        on_conflict: &str,
    ) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Transaction::SqliteTransaction(inner) => {
                Ok(inner.insert(rows, on_conflict)?.into_iter().map(Row::SqliteTransaction).collect())
            }
            // Only the writer writes.
            Transaction::Sqlite(_) => Err(sqlx::Error::Protocol("this connection only reads".to_owned())),
            Transaction::Postgres(_) if rows.is_empty() => Ok(Vec::new()),
            Transaction::Postgres(inner) => {
                let query = arrays(sqlx::query(AssertSqlSafe(from_arrays::<R>(on_conflict))), rows);
                Ok(limited(query.persistent(false).fetch_all(&mut **inner))
                    .await?
                    .into_iter()
                    .map(Row::Postgres)
                    .collect())
            }
        }
    }
}

fn from_arrays<R: TableRow>(on_conflict: &str) -> String {
    let (mut names, mut values, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (name, kind)) in R::COLUMNS.iter().enumerate() {
        let (array, value) = match kind {
            ColumnType::Text => ("text", format!("c{at}")),
            ColumnType::Timestamp => ("text", format!("CAST(c{at} AS timestamp) AT TIME ZONE 'UTC'")),
            ColumnType::Json => ("text", format!("CAST(c{at} AS json)")),
            ColumnType::Real => ("float8", format!("c{at}")),
            ColumnType::Integer => ("int8", format!("c{at}")),
            ColumnType::Blob => ("bytea", format!("c{at}")),
        };
        names.push(*name);
        values.push(value);
        arrays.push(format!("CAST(${} AS {array}[])", at + 1));
    }
    let columns: Vec<_> = (0..names.len()).map(|at| format!("c{at}")).collect();
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS rows ({}) {on_conflict}",
        R::TABLE,
        names.join(", "),
        values.join(", "),
        arrays.join(", "),
        columns.join(", ")
    )
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

fn arrays<'q, R: TableRow>(mut query: PgQuery<'q>, rows: &[&R]) -> PgQuery<'q> {
    let mut columns: Vec<Vec<SqlValue<'_>>> = R::COLUMNS.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row.values()) {
            column.push(cell);
        }
    }
    for (column, (_, kind)) in columns.iter().zip(R::COLUMNS) {
        query = match kind {
            ColumnType::Text | ColumnType::Timestamp | ColumnType::Json => query.bind(all(column, |cell| match cell {
                SqlValue::Text(text) => text,
                _ => None,
            })),
            ColumnType::Real => query.bind(all(column, |cell| match cell {
                SqlValue::Real(number) => number,
                _ => None,
            })),
            ColumnType::Integer => query.bind(all(column, |cell| match cell {
                SqlValue::Integer(number) => number,
                _ => None,
            })),
            ColumnType::Blob => query.bind(all(column, |cell| match cell {
                SqlValue::Blob(bytes) => Some(bytes),
                _ => None,
            })),
        };
    }
    query
}

fn all<'a, T>(column: &[SqlValue<'a>], value: impl Fn(SqlValue<'a>) -> Option<T>) -> Vec<Option<T>> {
    column.iter().map(|cell| value(*cell)).collect()
}
