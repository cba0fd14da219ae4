//! Inserts of many rows. SQLite runs a prepared statement per row; PostgreSQL one statement whose parameters are arrays,
//! one per column.

use super::SqlValue;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

/// Type of a column.
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

    /// Values in the order of the columns.
    fn values(&self) -> impl Iterator<Item = SqlValue<'_>>;
}

type PgQuery = Query<'static, Postgres, PgArguments>;

/// The statement for PostgreSQL, with its parameters.
pub(super) fn query<R: TableRow>(rows: &[&R], on_conflict: &str) -> PgQuery {
    let mut columns: Vec<Vec<SqlValue<'_>>> = R::COLUMNS.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row.values()) {
            column.push(value);
        }
    }
    let query = sqlx::query(AssertSqlSafe(insert_from_arrays::<R>(on_conflict))).persistent(false);
    columns.iter().zip(R::COLUMNS).fold(query, |query, (values, (_, kind))| bind_array(query, *kind, values))
}

fn insert_from_arrays<R: TableRow>(on_conflict: &str) -> String {
    let (mut names, mut values, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (name, column_type)) in R::COLUMNS.iter().enumerate() {
        let (array, value) = match column_type {
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

fn bind_array(query: PgQuery, column_type: ColumnType, values: &[SqlValue<'_>]) -> PgQuery {
    match column_type {
        ColumnType::Text | ColumnType::Json => query.bind(array(values, |value| match value {
            SqlValue::Text(text) => text,
            _ => None,
        })),
        ColumnType::Timestamp => query.bind(array(values, |value| match value {
            SqlValue::Timestamp(timestamp) => Some(timestamp.to_string()),
            _ => None,
        })),
        ColumnType::Real => query.bind(array(values, |value| match value {
            SqlValue::Real(number) => Some(number),
            _ => None,
        })),
        ColumnType::Integer => query.bind(array(values, |value| match value {
            SqlValue::Integer(number) => Some(number),
            _ => None,
        })),
        ColumnType::Blob => query.bind(array(values, |value| match value {
            SqlValue::Blob(bytes) => Some(bytes),
            _ => None,
        })),
    }
}

fn array<'a, T>(values: &[SqlValue<'a>], convert: impl Fn(SqlValue<'a>) -> Option<T>) -> Vec<Option<T>> {
    values.iter().map(|value| convert(*value)).collect()
}
