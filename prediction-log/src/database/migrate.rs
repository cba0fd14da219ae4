//! Schema migrations, safe when several instances start at the same time.
//!
//! SQLite keeps the bookkeeping table of sqlx, `_sqlx_migrations`, which earlier versions wrote; PostgreSQL has
//! `leadlight_migrations`. Migration files must not change: their checksums are stored.

use super::sqlite::SqliteTransaction;
use super::{DatabaseError, SqlValue, postgres};
use rusqlite::Connection;
use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};
use std::time::Instant;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Advisory lock of migrations; an arbitrary number.
const LOCK: i64 = 0x1EAD_1191;

/// Table of applied migrations, as sqlx defines it.
const SQLX_TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
)";

/// Migrates SQLite in one transaction, which excludes other instances.
pub(super) fn sqlite(connection: &mut Connection) -> Result<(), DatabaseError> {
    let transaction = SqliteTransaction::begin(connection, "BEGIN IMMEDIATE")?;
    transaction.run_script(SQLX_TABLE)?;
    let rows = transaction.query("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version", &[])?;
    let mut applied = Vec::new();
    for row in rows {
        let version: i64 = row.get(0)?;
        if !row.get::<bool>(2)? {
            let message =
                format!("migration {version} is partially applied; fix and remove row from `_sqlx_migrations` table");
            return Err(DatabaseError::Migration(message));
        }
        applied.push((version, row.get::<Vec<u8>>(1)?));
    }
    for migration in missing(&SQLITE, &applied)? {
        apply(&transaction, migration)?;
    }
    transaction.commit()
}

fn apply(transaction: &SqliteTransaction<'_>, migration: &Migration) -> Result<(), DatabaseError> {
    let (version, started) = (migration.version, Instant::now());
    let failed = |error| DatabaseError::Migration(format!("while executing migration {version}: {error}"));
    transaction.run_script(migration.sql.as_str()).map_err(failed)?;
    let nanoseconds = i64::try_from(started.elapsed().as_nanos()).unwrap_or(i64::MAX);
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               VALUES ($1, $2, TRUE, $3, $4)";
    let description = migration.description.as_ref();
    let values = [version.into(), description.into(), SqlValue::Blob(&migration.checksum), nanoseconds.into()];
    transaction.execute(sql, &values).map(|_| ())
}

/// Migrates PostgreSQL in one transaction under an advisory lock, without named statements or session locks, which
/// poolers do not keep.
pub(super) async fn postgres(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    let mut transaction = connection.begin().await?;
    postgres::run_script(
        &mut transaction,
        format!(
            "SELECT pg_advisory_xact_lock({LOCK});
             CREATE TABLE IF NOT EXISTS leadlight_migrations (
                 version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
        ),
    )
    .await?;
    let rows = sqlx::raw_sql("SELECT version, checksum FROM leadlight_migrations").fetch_all(&mut *transaction).await?;
    let mut applied = Vec::new();
    for row in rows {
        let checksum: String = row.try_get(1)?;
        applied.push((row.try_get(0)?, hex::decode(checksum).unwrap_or_default()));
    }
    for migration in missing(&POSTGRES, &applied)? {
        let (version, checksum) = (migration.version, hex::encode(&migration.checksum));
        postgres::run_script(&mut transaction, migration.sql.as_str().to_owned()).await?;
        let insert = format!("INSERT INTO leadlight_migrations (version, checksum) VALUES ({version}, '{checksum}')");
        postgres::run_script(&mut transaction, insert).await?;
    }
    Ok(transaction.commit().await?)
}

/// Migrations that were not applied. Fails on a database of a later version and on changed migrations.
fn missing<'m>(migrator: &'m Migrator, applied: &[(i64, Vec<u8>)]) -> Result<Vec<&'m Migration>, DatabaseError> {
    if applied.iter().any(|(version, _)| !migrator.version_exists(*version)) {
        return Err(DatabaseError::Migration("it was made by a later version of this program".to_owned()));
    }
    let mut missing = Vec::new();
    for migration in migrator.iter() {
        match applied.iter().find(|(version, _)| *version == migration.version) {
            Some((_, checksum)) if *checksum == *migration.checksum => {}
            Some((version, _)) => {
                return Err(DatabaseError::Migration(format!("its migration {version} is another one")));
            }
            None => missing.push(migration),
        }
    }
    Ok(missing)
}
