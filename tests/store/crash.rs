//! Repeated kills of the process, with the database available and locked: what was acknowledged is in the log, once.

use crate::fixtures::entry;
use crate::test_database::TestDatabase;
use prediction_log::{Settings, Store, StoreState};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Environment of the process that is killed: this test binary, running one test.
const LOCATION: &str = "LEADLIGHT_TEST_KILLED_LOCATION";
const SPOOL: &str = "LEADLIGHT_TEST_KILLED_SPOOL";

#[test]
fn killed_process() {
    let Ok(location) = std::env::var(LOCATION) else { return };
    let mut settings = Settings::new(location.parse().unwrap());
    settings.spool = std::env::var_os(SPOOL).map(Into::into);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (store, _writer) = Store::open(&settings).await.unwrap();
        let all = (0..8).map(|_| async {
            loop {
                let entry = entry();
                let id = entry.rows[0].id.clone();
                if store.log(entry).await.is_ok() {
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {id}").unwrap();
                    out.flush().unwrap();
                }
                // Else the next start would have more to read from the spool than it has time for.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        futures_util::future::join_all(all).await;
    });
}

/// Runs the process for a while, kills it, and returns the ids that it acknowledged.
fn killed_after(database: &TestDatabase, address: &str, time: Duration) -> HashSet<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::killed_process", "--exact", "--nocapture"]).env(LOCATION, address);
    command.env(SPOOL, database.spool()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        // The last line may be torn: a whole one has a whole id.
        let ids =
            out.lines().map_while(Result::ok).filter_map(|line| Some(line.split_once("acknowledged ")?.1.to_owned()));
        ids.filter(|id| id.len() == 36).collect::<HashSet<_>>()
    });
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

async fn survives_kills(database: TestDatabase, address: String) {
    let database = database.with_spool();
    let (_, writer) = database.open().await;
    writer.finish().await;
    let mut acknowledged = HashSet::new();
    for round in 0..6 {
        let mut other = database.connect().await;
        // In every second round the database is away in the first part, so that it is killed while replaying.
        if round % 2 == 1 {
            other.run("BEGIN").await;
            let lock = if database.is_sqlite() {
                "DELETE FROM profiles"
            } else {
                "LOCK TABLE prediction_logs IN EXCLUSIVE MODE"
            };
            other.run(lock).await;
        }
        let release = async {
            tokio::time::sleep(Duration::from_millis(1_900)).await;
            if round % 2 == 1 {
                other.run("ROLLBACK").await;
            }
        };
        let time = Duration::from_millis(1_700 + 130 * round);
        let (killed, ()) =
            tokio::join!(async { tokio::task::block_in_place(|| killed_after(&database, &address, time)) }, release);
        assert!(round % 2 == 1 && !database.is_sqlite() || !killed.is_empty(), "round {round}");
        acknowledged.extend(killed);
    }
    let (store, writer) = database.open().await;
    let started = Instant::now();
    while store.state() != StoreState::Connected {
        assert!(started.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let kept = database.connect().await.strings("SELECT id FROM prediction_logs").await;
    let set: HashSet<_> = kept.iter().cloned().collect();
    let lost = acknowledged.difference(&set).count();
    println!("{} acknowledged before six kills, {} kept, {lost} lost", acknowledged.len(), kept.len());
    assert_eq!((lost, set.len()), (0, kept.len()));
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_acknowledged_entries() {
    let database = TestDatabase::sqlite();
    let address = database.settings.database_url.to_string();
    survives_kills(database, address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_acknowledged_entries() {
    let Some(database) = TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES").await else { return };
    let shown = database.settings.database_url.to_string();
    let address = shown.replacen("postgresql://", "postgresql://postgres@", 1);
    survives_kills(database, address).await;
}
