//! A temporary database for a test.

use prediction_log::{Settings, Store, WriterTask};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Instantiates test functions for SQLite, PostgreSQL and PostgreSQL behind pgbouncer. Missing servers are reported.
macro_rules! on_all {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::test_database::TestDatabase::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = crate::test_database::TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES").await {
                    super::$name(database).await;
                }
            })*
        }
        mod pooler {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = crate::test_database::TestDatabase::postgres("LEADLIGHT_TEST_PGBOUNCER").await {
                    super::$name(database).await;
                }
            })*
        }
    };
}
pub(crate) use on_all;

pub(crate) struct TestDatabase {
    pub(crate) settings: Settings,
    pub(crate) folder: TempDir,
    kind: Kind,
}

enum Kind {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

/// A connection that is independent of the log.
pub(crate) enum RawConnection {
    Sqlite(rusqlite::Connection),
    Postgres(PgConnection),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.sqlite");
        TestDatabase {
            settings: Settings::new(file.to_str().unwrap().parse().unwrap()),
            folder,
            kind: Kind::Sqlite(file),
        }
    }

    /// Creates a database at the server named by an environment variable.
    pub(crate) async fn postgres(variable: &str) -> Option<Self> {
        let Some(server) = std::env::var(variable).ok().filter(|address| !address.is_empty()) else {
            println!("!! NOT TESTED: {variable} names no server; `cargo xtask test native` starts one !!");
            return None;
        };
        // A database is made by the server itself, whatever is in front of it.
        let direct = std::env::var("LEADLIGHT_TEST_POSTGRES_FRAGILE").ok().filter(|fragile| *fragile == server);
        let direct = direct.or_else(|| std::env::var("LEADLIGHT_TEST_POSTGRES").ok()).unwrap();
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&direct).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        // As the old service wrote it.
        let address = format!("{base}/{name}").replacen("postgresql://", "postgresql+asyncpg://", 1);
        let (folder, settings) = (tempfile::tempdir().unwrap(), Settings::new(address.parse().unwrap()));
        Some(TestDatabase { settings, folder, kind: Kind::Postgres { server: direct, name } })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.kind, Kind::Sqlite(_))
    }

    /// Adds a spool folder.
    pub(crate) fn with_spool(mut self) -> Self {
        self.settings.spool = Some(self.spool());
        self
    }

    pub(crate) fn spool(&self) -> PathBuf {
        self.folder.path().join("spool")
    }

    pub(crate) async fn open(&self) -> (Store, WriterTask) {
        Store::open(&self.settings).await.unwrap()
    }

    pub(crate) async fn connect(&self) -> RawConnection {
        match &self.kind {
            Kind::Sqlite(file) => {
                let connection = rusqlite::Connection::open(file).unwrap();
                connection.busy_timeout(Duration::from_secs(5)).unwrap();
                RawConnection::Sqlite(connection)
            }
            Kind::Postgres { server, name } => {
                let (base, _) = server.rsplit_once('/').unwrap();
                RawConnection::Postgres(PgConnection::connect(&format!("{base}/{name}")).await.unwrap())
            }
        }
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.connect().await.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Waits until the database has this number of request rows.
    pub(crate) async fn wait_for_requests(&self, count: i64) {
        let started = Instant::now();
        while self.count("api_metrics").await != count {
            assert!(started.elapsed() < Duration::from_secs(10), "not {count} requests");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl RawConnection {
    pub(crate) async fn run(&mut self, script: &str) {
        match self {
            RawConnection::Sqlite(connection) => connection.execute_batch(script).unwrap(),
            RawConnection::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(connection).await.unwrap();
            }
        }
    }

    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        match self {
            RawConnection::Sqlite(connection) => connection.query_row(sql, [], |row| row.get(0)).unwrap(),
            RawConnection::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.unwrap().get(0)
            }
        }
    }

    pub(crate) async fn strings(&mut self, sql: &str) -> Vec<String> {
        match self {
            RawConnection::Sqlite(connection) => {
                let mut statement = connection.prepare(sql).unwrap();
                statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
            }
            RawConnection::Postgres(connection) => {
                let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }
}
