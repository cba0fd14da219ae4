//! Tables brought up to date, also when several instances start at once.
//!
//! Owns which migrations were applied. May not know what is in them.

use super::postgres;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use std::fmt::Write;
use thiserror::Error;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Who holds this lock brings the tables up to date; any number will do that others do not use.
const LOCK: i64 = 0x1EAD_1191;

/// Why a database cannot be used.
#[derive(Debug, Error)]
pub(crate) enum OpenError {
    /// It cannot be reached now.
    #[error("{0}")]
    Away(String),
    /// It is reached and cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// The tables could not be brought up to date.
    #[error("its tables could not be brought up to date: {0}")]
    Migrate(String),
}

impl From<sqlx::Error> for OpenError {
    /// The database's own words without the library's frame around them.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                let postgres = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some();
                let away = if postgres { postgres::is_away(&code) } else { code == "5" || code.ends_with("261") };
                let words = error.message().to_owned();
                if away { OpenError::Away(words) } else { OpenError::Unusable(words) }
            }
            sqlx::Error::Io(error) => OpenError::Away(error.to_string()),
            sqlx::Error::Protocol(words) => OpenError::Away(words),
            sqlx::Error::Tls(error) => OpenError::Unusable(error.to_string()),
            other => OpenError::Unusable(other.to_string()),
        }
    }
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => error.into(),
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => later(),
            other => OpenError::Migrate(other.to_string()),
        }
    }
}

fn later() -> OpenError {
    OpenError::Migrate("it was made by a later version of this program".to_owned())
}

/// Within one transaction, which keeps others out.
pub(super) async fn sqlite(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    // Not by the shorter `run`, whose future the compiler cannot see can be sent.
    SQLITE.run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await.map_err(OpenError::from)
}

/// The library's own way takes a lock and names statements for the length of a session, which a pooler gives to
/// nobody: so here it is one transaction with a lock of its own, and no statement has values.
pub(super) async fn postgres(connection: &mut PgConnection) -> Result<(), OpenError> {
    let mut transaction = connection.begin().await?;
    postgres::script(
        &mut transaction,
        format!(
            "SELECT pg_advisory_xact_lock({LOCK});
             CREATE TABLE IF NOT EXISTS leadlight_migrations (
                 version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
        ),
    )
    .await?;
    let applied =
        sqlx::raw_sql("SELECT version, checksum FROM leadlight_migrations").fetch_all(&mut *transaction).await?;
    let applied: Vec<(i64, String)> =
        applied.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?;
    if applied.iter().any(|(version, _)| !POSTGRES.version_exists(*version)) {
        return Err(later());
    }
    for script in missing(&applied)? {
        postgres::script(&mut transaction, script).await?;
    }
    transaction.commit().await.map_err(OpenError::from)
}

/// The scripts of migrations that were not applied yet, each with the record that it was.
fn missing(applied: &[(i64, String)]) -> Result<Vec<String>, OpenError> {
    let mut scripts = Vec::new();
    for migration in POSTGRES.iter() {
        let (version, checksum) = (migration.version, hex(&migration.checksum));
        match applied.iter().find(|(applied, _)| *applied == version) {
            Some((_, known)) if *known == checksum => {}
            Some(_) => return Err(OpenError::Migrate(format!("its migration {version} is another one"))),
            None => {
                scripts.push(migration.sql.as_str().to_owned());
                scripts.push(format!(
                    "INSERT INTO leadlight_migrations (version, checksum) VALUES ({version}, '{checksum}')"
                ));
            }
        }
    }
    Ok(scripts)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
