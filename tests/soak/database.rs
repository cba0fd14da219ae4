//! The databases of a soak: a SQLite file or a PostgreSQL server, made unavailable for a while and read at the end.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const LOGGED: &str = "SELECT id, count(*) FROM prediction_logs GROUP BY id";

pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres {
        address: String,
        /// Script that stops and starts the server.
        control: String,
    },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Database::Sqlite(TempDir::new().unwrap())
    }

    /// A new database on the server that may be stopped; `None`, with a warning, where there is no such server.
    pub(crate) async fn postgres() -> Option<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let server = variable("LEADLIGHT_TEST_POSTGRES_FRAGILE").zip(variable("LEADLIGHT_TEST_POSTGRES_CONTROL"));
        let Some((server, control)) = server else {
            println!("!! NOT TESTED: PostgreSQL, since no server may be stopped; `cargo xtask soak` starts one !!");
            return None;
        };
        let name = format!("soak_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        Some(Database::Postgres { address: format!("{base}/{name}"), control })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Database::Sqlite(folder) => format!("sqlite://{}", folder.path().join("leads.sqlite").display()),
            Database::Postgres { address, .. } => address.clone(),
        }
    }

    /// Prevents writes for a while: a lock on the file, or the server stopped. Predictions go to the spool meanwhile.
    pub(crate) async fn make_unavailable(&self, duration: Duration) {
        match self {
            Database::Sqlite(folder) => {
                let other = open(folder);
                other.execute_batch("BEGIN IMMEDIATE").unwrap();
                std::thread::sleep(duration);
                other.execute_batch("ROLLBACK").unwrap();
            }
            Database::Postgres { control, .. } => {
                run_control(control, &["stop", "-m", "fast"]);
                std::thread::sleep(duration);
                run_control(control, &["start"]);
            }
        }
    }

    /// Number of rows of each prediction id in the log.
    pub(crate) async fn logged(&self) -> HashMap<String, u64> {
        let pairs: Vec<(String, i64)> = match self {
            Database::Sqlite(folder) => {
                let database = open(folder);
                let mut statement = database.prepare(LOGGED).unwrap();
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Database::Postgres { address, .. } => {
                let mut database = PgConnection::connect(address).await.unwrap();
                let rows = sqlx::query(LOGGED).fetch_all(&mut database).await.unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        };
        pairs.into_iter().map(|(id, times)| (id, times.try_into().unwrap())).collect()
    }
}

fn open(folder: &TempDir) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.path().join("leads.sqlite")).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection
}

fn run_control(control: &str, arguments: &[&str]) {
    assert!(Command::new(control).args(arguments).status().unwrap().success(), "{arguments:?}");
}
