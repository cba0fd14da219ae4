//! Outages of the database: nothing acknowledged is lost or duplicated.

use crate::fixtures::{entry, entry_with_key, prediction, prediction_of};
use crate::test_database::TestDatabase;
use prediction_log::{LogEntry, Store, StoreError, StoreState, WriteStatus};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const RECOVERY_MAX: Duration = Duration::from_secs(20);

pub(crate) async fn wait_until_connected(store: &Store) {
    let started = Instant::now();
    while store.state() != StoreState::Connected {
        assert!(started.elapsed() < RECOVERY_MAX, "{:?}", store.state());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Logs entries one after the other and returns the ids of the acknowledged ones.
pub(crate) async fn log_entries(store: &Store, count: usize) -> HashSet<String> {
    let mut ids = HashSet::new();
    for _ in 0..count {
        let entry = entry();
        let id = entry.rows[0].id.clone();
        match store.log(entry).await {
            Ok(_) => assert!(ids.insert(id)),
            Err(error) => assert!(matches!(error, StoreError::NotWritten), "{error}"),
        }
    }
    ids
}

/// Background load of entries.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<HashSet<String>>>,
}

impl Load {
    /// Starts tasks that log `count` entries, pause, and repeat.
    pub(crate) fn start<P>(
        store: &Store,
        tasks: usize,
        count: usize,
        pause: impl Fn() -> P + Copy + Send + 'static,
    ) -> Self
    where
        P: Future<Output = ()> + Send,
    {
        let stop = Arc::new(AtomicBool::new(false));
        let task = |_| {
            let (store, stop) = (store.clone(), stop.clone());
            tokio::spawn(async move {
                let mut acknowledged = HashSet::new();
                while !stop.load(Ordering::Relaxed) {
                    acknowledged.extend(log_entries(&store, count).await);
                    pause().await;
                }
                acknowledged
            })
        };
        let tasks = (0..tasks).map(task).collect();
        Load { stop, tasks }
    }

    /// Stops the tasks and returns the ids of the acknowledged entries.
    pub(crate) async fn stop(self) -> HashSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        let mut acknowledged = HashSet::new();
        for task in self.tasks {
            acknowledged.extend(task.await.unwrap());
        }
        acknowledged
    }
}

async fn ids(database: &TestDatabase) -> Vec<String> {
    database.connect().await.strings("SELECT id FROM prediction_logs").await
}

/// Asserts that exactly these ids are in the log, each once.
pub(crate) async fn assert_logged(database: &TestDatabase, acknowledged: &HashSet<String>) {
    let kept = ids(database).await;
    let set: HashSet<_> = kept.iter().cloned().collect();
    assert_eq!(
        (kept.len(), set.difference(acknowledged).count(), acknowledged.difference(&set).count()),
        (acknowledged.len(), 0, 0)
    );
}

fn files(folder: &Path, ending: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|found| found == ending)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_spooled_and_replayed() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut acknowledged = log_entries(&store, 3).await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let started = Instant::now();
    let first = entry();
    acknowledged.insert(first.rows[0].id.clone());
    assert_eq!(store.log(first).await.unwrap(), WriteStatus::Spooled);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let started = Instant::now();
    acknowledged.extend(log_entries(&store, 50).await);
    assert!(started.elapsed() < Duration::from_secs(1), "later ones do not wait for the lock: {:?}", started.elapsed());
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 51 });
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    assert_eq!(files(&database.spool(), "spool"), 0);
    acknowledged.extend(log_entries(&store, 3).await);
    assert_eq!(acknowledged.len(), 57);
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spool_is_replayed_once_at_the_next_start() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log_entries(&store, 10).await;
    // As a kill leaves it between a commit of the first frames and the removal of their file.
    let [half, whole] = ["half", "whole"].map(|name| database.folder.path().join(name));
    copy(&database.spool(), &half);
    acknowledged.extend(log_entries(&store, 10).await);
    store.log_request(crate::fixtures::request("/predict", 200, crate::fixtures::now()));
    writer.finish().await;
    other.run("ROLLBACK").await;
    copy(&database.spool(), &whole);
    std::fs::remove_dir_all(database.spool()).unwrap();
    for left in [&half, &whole, &whole] {
        copy(left, &database.spool());
        let (store, writer) = database.open().await;
        wait_until_connected(&store).await;
        writer.finish().await;
    }
    assert_logged(&database, &acknowledged).await;
    assert_eq!(database.count("api_metrics").await, 1);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_spool_is_replayed_under_load() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log_entries(&store, 3_000).await;
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 3_000 });
    writer.finish().await;
    // Opened as after a kill: the folder is looked through first.
    let (store, writer) = database.open().await;
    let load = Load::start(&store, 8, 1, tokio::task::yield_now);
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    acknowledged.extend(load.stop().await);
    assert_logged(&database, &acknowledged).await;
    assert_eq!(files(&database.spool(), "spool"), 0);
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partial_records_are_skipped_and_damaged_ones_quarantined() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let lost = entry();
    let lost_id = lost.rows[0].id.clone();
    store.log(lost).await.unwrap();
    let acknowledged = log_entries(&store, 5).await;
    writer.finish().await;
    other.run("ROLLBACK").await;
    let spool = std::fs::read_dir(database.spool())
        .unwrap()
        .flatten()
        .find(|entry| entry.path().extension().is_some())
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&spool).unwrap();
    let at = bytes.windows(36).position(|window| window == lost_id.as_bytes()).unwrap();
    bytes[at] ^= 1;
    // The beginning of a frame that the program did not live to finish.
    let torn = bytes[..40].to_vec();
    bytes.extend(torn);
    std::fs::write(&spool, bytes).unwrap();
    let (store, writer) = database.open().await;
    wait_until_connected(&store).await;
    assert_logged(&database, &acknowledged).await;
    assert_eq!((files(&database.spool(), "spool"), files(&database.spool(), "aside")), (0, 1));
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_acknowledges_nothing() {
    let mut database = TestDatabase::sqlite().with_spool();
    database.settings.spool_bytes_max = 3_000;
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log_entries(&store, 30).await;
    assert!((1..30).contains(&acknowledged.len()), "{}", acknowledged.len());
    assert_eq!(store.state(), StoreState::Lost);
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    acknowledged.extend(log_entries(&store, 3).await);
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_spool_folder_acknowledges_nothing() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    std::fs::remove_dir_all(database.spool()).unwrap();
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    assert_eq!(store.state(), StoreState::Lost);
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    let acknowledged = log_entries(&store, 2).await;
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_database_file_is_recreated() {
    let database = TestDatabase::sqlite();
    let (store, writer) = database.open().await;
    log_entries(&store, 3).await;
    for ending in ["", "-wal", "-shm"] {
        std::fs::remove_file(database.folder.path().join(format!("log.sqlite{ending}"))).unwrap();
    }
    let acknowledged = log_entries(&store, 5).await;
    assert_eq!(acknowledged.len(), 5);
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_spool_the_state_is_lost_until_reconnected() {
    let database = TestDatabase::sqlite();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    assert_eq!(store.state(), StoreState::Lost);
    other.run("ROLLBACK").await;
    // Also when nothing comes.
    wait_until_connected(&store).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_is_locked_by_one_instance() {
    let database = TestDatabase::sqlite().with_spool();
    let (_store, writer) = database.open().await;
    let refused = Store::open(&database.settings).await.err().unwrap();
    assert!(refused.to_string().ends_with("another instance uses it"), "{refused}");
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idempotency_keys_work_during_an_outage() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let before = entry_with_key("before", "1");
    let mut expected = vec![before.idempotency.clone().unwrap()];
    store.log(before).await.unwrap();
    let mut other = database.connect().await;
    other.run("BEGIN IMMEDIATE").await;
    let during = entry_with_key("during", "2");
    expected.push(during.idempotency.clone().unwrap());
    assert_eq!(store.log(during).await.unwrap(), WriteStatus::Spooled);
    for answer in &expected {
        assert_eq!(
            store.log(entry_with_key(&answer.key, "again")).await.unwrap(),
            WriteStatus::Duplicate(answer.clone())
        );
        assert_eq!(store.idempotency_record(&answer.key).await.unwrap().as_ref(), Some(answer));
    }
    writer.finish().await;
    // After a restart too, from the spool alone.
    let (store, writer) = database.open().await;
    assert_eq!(store.idempotency_record("during").await.unwrap().as_ref(), Some(&expected[1]));
    assert_eq!(
        store.log(entry_with_key("during", "again")).await.unwrap(),
        WriteStatus::Duplicate(expected[1].clone())
    );
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    for answer in &expected {
        assert_eq!(
            store.log(entry_with_key(&answer.key, "again")).await.unwrap(),
            WriteStatus::Duplicate(answer.clone())
        );
    }
    assert_eq!(database.count("prediction_logs").await, 2);
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_spool_records_are_quarantined_and_erasable() {
    let database = TestDatabase::sqlite().with_spool();
    let (store, writer) = database.open().await;
    let mut other = database.connect().await;
    other.run("CREATE TRIGGER no BEFORE INSERT ON prediction_logs WHEN NEW.lead_key = 'ada' BEGIN SELECT RAISE(ABORT, 'no'); END; BEGIN IMMEDIATE").await;
    assert_eq!(store.log(LogEntry::new(vec![prediction_of("ada"), prediction()])).await.unwrap(), WriteStatus::Spooled);
    let acknowledged = log_entries(&store, 3).await;
    other.run("ROLLBACK").await;
    wait_until_connected(&store).await;
    assert_logged(&database, &acknowledged).await;
    assert_eq!(files(&database.spool(), "aside"), 1);
    assert_eq!(store.erase_lead("ada").await.unwrap(), 1);
    assert_eq!(store.erase_lead("ada").await.unwrap(), 0);
    writer.finish().await;
}

/// Written by the release before CRC-32: three predictions in two batches, one request, one idempotency key.
const VERSION_1_SEGMENT: &[u8] = include_bytes!("../fixtures/spool/version1.spool");

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_of_record_version_1_is_replayed() {
    let database = TestDatabase::sqlite().with_spool();
    std::fs::create_dir(database.spool()).unwrap();
    let segment = database.spool().join("01a22d3b-d985-74cf-903a-20490b0967cc.spool");
    std::fs::write(segment, VERSION_1_SEGMENT).unwrap();
    let (store, writer) = database.open().await;
    wait_until_connected(&store).await;
    let rows = store.latest_predictions(10).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id.as_str()).collect();
    let expected = [6, 5, 4].map(|number| format!("00000000-0000-7000-8000-{number:012}"));
    assert_eq!(ids, expected);
    assert_eq!((rows[1].lead_key.as_deref(), rows[1].created_at.as_str()), (Some("eve"), "2026-01-31 09:30:05.000045"));
    assert_eq!((rows[0].probability, rows[0].grade.as_deref()), (Some(0.123_45), Some("A")));
    assert_eq!((database.count("api_metrics").await, database.count("keyed_answers").await), (1, 1));
    assert_eq!((files(&database.spool(), "spool"), files(&database.spool(), "aside")), (0, 0));
    writer.finish().await;
}
