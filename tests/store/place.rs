//! A database for a test, gone when the test ends.

use prediction_log::{Settings, Store, WriterTask};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Runs test functions on every kind of database. What is missing on this machine is said, loudly.
macro_rules! on_all {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::place::Place::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(place) = crate::place::Place::postgres("LEADLIGHT_TEST_POSTGRES").await {
                    super::$name(place).await;
                }
            })*
        }
        mod pooler {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(place) = crate::place::Place::postgres("LEADLIGHT_TEST_PGBOUNCER").await {
                    super::$name(place).await;
                }
            })*
        }
    };
}
pub(crate) use on_all;

pub(crate) struct Place {
    pub(crate) settings: Settings,
    pub(crate) folder: TempDir,
    kind: Kind,
}

enum Kind {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

/// A connection beside the log's own.
pub(crate) enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.sqlite");
        Place { settings: Settings::new(file.to_str().unwrap().parse().unwrap()), folder, kind: Kind::Sqlite(file) }
    }

    /// A new database at the server that a variable names.
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
        Some(Place { settings, folder, kind: Kind::Postgres { server: direct, name } })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.kind, Kind::Sqlite(_))
    }

    /// With a spool folder.
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

    pub(crate) async fn beside(&self) -> Beside {
        match &self.kind {
            Kind::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
                Beside::Sqlite(options.connect().await.unwrap())
            }
            Kind::Postgres { server, name } => {
                let (base, _) = server.rsplit_once('/').unwrap();
                Beside::Postgres(PgConnection::connect(&format!("{base}/{name}")).await.unwrap())
            }
        }
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.beside().await.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Waits for so many calls, which are written soon after they were noted, no more is said.
    pub(crate) async fn until_called(&self, calls: i64) {
        let started = Instant::now();
        while self.count("api_metrics").await != calls {
            assert!(started.elapsed() < Duration::from_secs(10), "not {calls} calls");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Beside {
    pub(crate) async fn run(&mut self, script: &str) {
        let script = sqlx::raw_sql(AssertSqlSafe(script.to_owned()));
        match self {
            Beside::Sqlite(connection) => script.execute(connection).await.map(|_| ()).unwrap(),
            Beside::Postgres(connection) => script.execute(connection).await.map(|_| ()).unwrap(),
        }
    }

    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Beside::Sqlite(connection) => script.fetch_one(connection).await.unwrap().get(0),
            Beside::Postgres(connection) => script.fetch_one(connection).await.unwrap().get(0),
        }
    }

    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Beside::Sqlite(connection) => {
                script.fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
            Beside::Postgres(connection) => {
                script.fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
        }
    }
}
