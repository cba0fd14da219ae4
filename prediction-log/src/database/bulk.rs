//! Many rows at once: in SQLite one by one, by a statement that stays prepared, in PostgreSQL by one statement whose
//! values are arrays, whatever their number.
//!
//! Owns the latter way. May not know tables.

use super::{Cell, Row, Transaction, limited};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Moment,
    Json,
    Real,
    Whole,
    Bytes,
}

/// A row of a table.
pub(crate) trait Record {
    const TABLE: &'static str;
    const COLUMNS: &'static [(&'static str, Kind)];

    /// Its values, in the order of the columns.
    fn cells(&self) -> impl Iterator<Item = Cell<'_>>;
}

impl Transaction<'_> {
    /// Inserts rows; `fate` says what becomes of those whose key is taken, and what is told of them.
    pub(crate) async fn insert<R: Record>(&mut self, rows: &[&R], fate: &str) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Transaction::Direct(inner) => Ok(inner.insert(rows, fate)?.into_iter().map(Row::Direct).collect()),
            // Only the writer writes.
            Transaction::Sqlite(_) => Err(sqlx::Error::Protocol("this connection only reads".to_owned())),
            Transaction::Postgres(_) if rows.is_empty() => Ok(Vec::new()),
            Transaction::Postgres(inner) => {
                let query = arrays(sqlx::query(AssertSqlSafe(from_arrays::<R>(fate))), rows);
                Ok(limited(query.persistent(false).fetch_all(&mut **inner))
                    .await?
                    .into_iter()
                    .map(Row::Postgres)
                    .collect())
            }
        }
    }
}

fn from_arrays<R: Record>(fate: &str) -> String {
    let (mut names, mut values, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (name, kind)) in R::COLUMNS.iter().enumerate() {
        let (array, value) = match kind {
            Kind::Text => ("text", format!("c{at}")),
            Kind::Moment => ("text", format!("CAST(c{at} AS timestamp) AT TIME ZONE 'UTC'")),
            Kind::Json => ("text", format!("CAST(c{at} AS json)")),
            Kind::Real => ("float8", format!("c{at}")),
            Kind::Whole => ("int8", format!("c{at}")),
            Kind::Bytes => ("bytea", format!("c{at}")),
        };
        names.push(*name);
        values.push(value);
        arrays.push(format!("CAST(${} AS {array}[])", at + 1));
    }
    let columns: Vec<_> = (0..names.len()).map(|at| format!("c{at}")).collect();
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS rows ({}) {fate}",
        R::TABLE,
        names.join(", "),
        values.join(", "),
        arrays.join(", "),
        columns.join(", ")
    )
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

fn arrays<'q, R: Record>(mut query: PgQuery<'q>, rows: &[&R]) -> PgQuery<'q> {
    let mut columns: Vec<Vec<Cell<'_>>> = R::COLUMNS.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row.cells()) {
            column.push(cell);
        }
    }
    for (column, (_, kind)) in columns.iter().zip(R::COLUMNS) {
        query = match kind {
            Kind::Text | Kind::Moment | Kind::Json => query.bind(all(column, |cell| match cell {
                Cell::Text(text) => text,
                _ => None,
            })),
            Kind::Real => query.bind(all(column, |cell| match cell {
                Cell::Real(number) => number,
                _ => None,
            })),
            Kind::Whole => query.bind(all(column, |cell| match cell {
                Cell::Whole(number) => number,
                _ => None,
            })),
            Kind::Bytes => query.bind(all(column, |cell| match cell {
                Cell::Bytes(bytes) => Some(bytes),
                _ => None,
            })),
        };
    }
    query
}

fn all<'a, T>(column: &[Cell<'a>], value: impl Fn(Cell<'a>) -> Option<T>) -> Vec<Option<T>> {
    column.iter().map(|cell| value(*cell)).collect()
}
