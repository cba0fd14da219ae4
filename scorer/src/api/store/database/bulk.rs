//! Many rows at once: in SQLite by statements of 1, 2, 4, ... rows that stay prepared, in PostgreSQL by one statement
//! whose values are arrays, whatever their number.
//!
//! Owns those two ways. May not know tables.

use super::{Cell, Row, Transaction, limited, sqlite};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

/// Rows in one statement of SQLite.
const ROWS_MAX: usize = 128;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::store) enum Kind {
    Text,
    Moment,
    Json,
    Real,
    Whole,
    Bytes,
}

/// A row of a table.
pub(in crate::api::store) trait Record {
    const TABLE: &'static str;
    const COLUMNS: &'static [(&'static str, Kind)];

    /// Its values, in the order of the columns.
    fn cells(&self) -> impl Iterator<Item = Cell<'_>>;
}

impl Transaction<'_> {
    /// Inserts rows; `fate` says what becomes of those whose key is taken, and what is told of them.
    pub(in crate::api::store) async fn insert<R: Record>(
        &mut self,
        rows: &[&R],
        fate: &str,
    ) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => in_steps(inner, rows, fate).await,
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

async fn in_steps<R: Record>(
    inner: &mut sqlx::Transaction<'_, Sqlite>,
    rows: &[&R],
    fate: &str,
) -> Result<Vec<Row>, sqlx::Error> {
    let mut told = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let step = ROWS_MAX.min(1 << rest.len().ilog2());
        let (now, later) = rest.split_at(step);
        let query = sqlx::query(AssertSqlSafe(with_values::<R>(step, fate)));
        let query = now.iter().flat_map(|row| row.cells()).fold(query, |query, cell| sqlite::bind(query, &cell));
        told.extend(query.fetch_all(&mut **inner).await?.into_iter().map(Row::Sqlite));
        rest = later;
    }
    Ok(told)
}

fn with_values<R: Record>(rows: usize, fate: &str) -> String {
    let names: Vec<_> = R::COLUMNS.iter().map(|(name, _)| *name).collect();
    let row = format!("({})", vec!["?"; names.len()].join(","));
    format!("INSERT INTO {} ({}) VALUES {} {fate}", R::TABLE, names.join(", "), vec![row; rows].join(","))
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
