//! The log in a SQLite file: tables, migrations and the inserts.
//!
//! Owns one connection, the writer's. May not know grouping, retrying or HTTP.

use super::Location;
use super::record::{CallRow, PredictionRow};
use super::writer::Group;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Sqlite};
use std::time::Duration;
use thiserror::Error;
use uuid::Uuid;

/// How long another program may hold the database before a try to write fails.
pub(super) const BUSY: Duration = Duration::from_secs(1);

/// Rows in one statement: few enough for any build's limit of parameters, enough to spare most of the round trips.
const ROWS_MAX: usize = 200;

/// What SQLite says when the file's name leads to no database that it can open.
#[derive(Debug, Error)]
pub(super) enum OpenError {
    /// SQLite's own words.
    #[error("{0}")]
    Sqlite(String),
    /// The tables could not be brought up to date.
    #[error("its tables could not be brought up to date: {0}")]
    Migrate(String),
}

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    connection: SqliteConnection,
    /// The old service's table may number its calls by itself; ours have a UUID.
    numbered_calls: bool,
}

impl Database {
    /// Opens or makes the file and its tables, and proves that it can be written.
    pub(super) async fn open(location: &Location) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(location.file())
            .create_if_missing(true)
            .busy_timeout(BUSY)
            .journal_mode(SqliteJournalMode::Wal)
            // Every commit is on disk before it is acknowledged; a group shares one wait for it.
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(words)?;
        // Fails on a file that can only be read, which the migrations do not notice when there is nothing to do.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.map_err(words)?;
        sqlx::query("ROLLBACK").execute(&mut connection).await.map_err(words)?;
        sqlx::migrate!("./migrations/sqlite").run(&mut connection).await.map_err(migration)?;
        let kind: Option<String> =
            sqlx::query_scalar("SELECT type FROM pragma_table_info('api_metrics') WHERE name = 'id'")
                .fetch_optional(&mut connection)
                .await
                .map_err(words)?;
        let numbered_calls = kind.is_some_and(|kind| kind.to_ascii_uppercase().contains("INT"));
        Ok(Database { connection, numbered_calls })
    }

    /// Writes a group, all of it or nothing.
    pub(super) async fn write(&mut self, group: &Group) -> Result<(), sqlx::Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for rows in group.predictions.chunks(ROWS_MAX) {
            insert_predictions(&mut transaction, rows).await?;
        }
        for rows in group.calls.chunks(ROWS_MAX) {
            insert_calls(&mut transaction, rows, self.numbered_calls).await?;
        }
        transaction.commit().await
    }

    /// Moves what is in the write-ahead file into the database itself and closes it.
    pub(super) async fn close(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.connection).await?;
        self.connection.close().await
    }
}

async fn insert_predictions(connection: &mut SqliteConnection, rows: &[PredictionRow]) -> Result<(), sqlx::Error> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO prediction_logs (id, created_at, input_features, predicted_score, inference_time_ms, \
         model_version, lead_key, probability, label, confidence, grade, model_sha256, request_id) ",
    );
    insert.push_values(rows, |mut values, row| {
        values
            .push_bind(&row.id)
            .push_bind(&row.created_at)
            .push_bind(&row.input_features)
            .push_bind(row.predicted_score)
            .push_bind(row.inference_time_ms)
            .push_bind(&row.model_version)
            .push_bind(&row.lead_key)
            .push_bind(f64::from(row.probability))
            .push_bind(row.label)
            .push_bind(row.confidence)
            .push_bind(row.grade.map(String::from))
            .push_bind(&row.model_sha256)
            .push_bind(&row.request_id);
    });
    execute(connection, insert, rows.len()).await
}

async fn insert_calls(connection: &mut SqliteConnection, rows: &[CallRow], numbered: bool) -> Result<(), sqlx::Error> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO api_metrics (id, created_at, endpoint, status_code, response_time_ms) ",
    );
    insert.push_values(rows, |mut values, row| {
        values
            .push_bind((!numbered).then(|| Uuid::new_v4().to_string()))
            .push_bind(&row.created_at)
            .push_bind(&row.endpoint)
            .push_bind(i64::from(row.status_code))
            .push_bind(row.response_time_ms);
    });
    execute(connection, insert, rows.len()).await
}

/// Only statements for full chunks and single rows come often enough to be worth keeping prepared.
async fn execute(
    connection: &mut SqliteConnection,
    mut insert: QueryBuilder<Sqlite>,
    rows: usize,
) -> Result<(), sqlx::Error> {
    insert.build().persistent(rows == 1 || rows == ROWS_MAX).execute(connection).await.map(|_| ())
}

/// The database's own words without the library's frame around them.
fn words(error: sqlx::Error) -> OpenError {
    OpenError::Sqlite(match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    })
}

fn migration(error: MigrateError) -> OpenError {
    match error {
        MigrateError::Execute(error) => words(error),
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            OpenError::Migrate("it was made by a later version of this program".to_owned())
        }
        other => OpenError::Migrate(other.to_string()),
    }
}
