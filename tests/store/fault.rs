//! The database goes away and comes back: nothing acknowledged is missing, nothing is there twice.

use crate::place::Place;
use crate::row::{entry, keyed, of_lead, prediction};
use prediction_log::{Entry, Logged, Store, StoreError, StoreState};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const SOON: Duration = Duration::from_secs(20);

pub(crate) async fn until_connected(store: &Store) {
    let started = Instant::now();
    while store.state() != StoreState::Connected {
        assert!(started.elapsed() < SOON, "{:?}", store.state());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Logs some entries one after the other; their ids.
pub(crate) async fn log(store: &Store, count: usize) -> HashSet<String> {
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

/// Entries that are logged all the while.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<HashSet<String>>>,
}

impl Load {
    /// Each of several tasks logs so many, pauses, and again.
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
                    acknowledged.extend(log(&store, count).await);
                    pause().await;
                }
                acknowledged
            })
        };
        let tasks = (0..tasks).map(task).collect();
        Load { stop, tasks }
    }

    /// Ends it; the ids of what was acknowledged.
    pub(crate) async fn stop(self) -> HashSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        let mut acknowledged = HashSet::new();
        for task in self.tasks {
            acknowledged.extend(task.await.unwrap());
        }
        acknowledged
    }
}

async fn ids(place: &Place) -> Vec<String> {
    place.beside().await.texts("SELECT id FROM prediction_logs").await
}

/// Whether exactly these are in the log, each once.
pub(crate) async fn assert_kept(place: &Place, acknowledged: &HashSet<String>) {
    let kept = ids(place).await;
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
async fn a_locked_file_is_spooled_and_caught_up_with() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut acknowledged = log(&store, 3).await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let started = Instant::now();
    let first = entry();
    acknowledged.insert(first.rows[0].id.clone());
    assert_eq!(store.log(first).await.unwrap(), Logged::Spooled);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let started = Instant::now();
    acknowledged.extend(log(&store, 50).await);
    assert!(started.elapsed() < Duration::from_secs(1), "later ones do not wait for the lock: {:?}", started.elapsed());
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 51 });
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    assert_eq!(files(&place.spool(), "spool"), 0);
    acknowledged.extend(log(&store, 3).await);
    assert_eq!(acknowledged.len(), 57);
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spooled_is_replayed_at_the_next_start_and_once_only() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log(&store, 10).await;
    // As a kill leaves it between a commit of the first frames and the removal of their file.
    let [half, whole] = ["half", "whole"].map(|name| place.folder.path().join(name));
    copy(&place.spool(), &half);
    acknowledged.extend(log(&store, 10).await);
    store.note(crate::row::call("/predict", 200, &crate::row::now()));
    writer.finish().await;
    other.run("ROLLBACK").await;
    copy(&place.spool(), &whole);
    std::fs::remove_dir_all(place.spool()).unwrap();
    for left in [&half, &whole, &whole] {
        copy(left, &place.spool());
        let (store, writer) = place.open().await;
        until_connected(&store).await;
        writer.finish().await;
    }
    assert_kept(&place, &acknowledged).await;
    assert_eq!(place.count("api_metrics").await, 1);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_spool_is_caught_up_with_while_more_comes() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log(&store, 3_000).await;
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 3_000 });
    writer.finish().await;
    // Opened as after a kill: the folder is looked through first.
    let (store, writer) = place.open().await;
    let load = Load::start(&store, 8, 1, tokio::task::yield_now);
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    acknowledged.extend(load.stop().await);
    assert_kept(&place, &acknowledged).await;
    assert_eq!(files(&place.spool(), "spool"), 0);
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_end_is_no_row_and_a_damaged_part_is_kept_aside() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let lost = entry();
    let lost_id = lost.rows[0].id.clone();
    store.log(lost).await.unwrap();
    let acknowledged = log(&store, 5).await;
    writer.finish().await;
    other.run("ROLLBACK").await;
    let spool = std::fs::read_dir(place.spool())
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
    let (store, writer) = place.open().await;
    until_connected(&store).await;
    assert_kept(&place, &acknowledged).await;
    assert_eq!((files(&place.spool(), "spool"), files(&place.spool(), "aside")), (0, 1));
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_durable_place_left_nothing_is_acknowledged() {
    let mut place = Place::sqlite().with_spool();
    place.settings.spool_bytes_max = 3_000;
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let mut acknowledged = log(&store, 30).await;
    assert!((1..30).contains(&acknowledged.len()), "{}", acknowledged.len());
    assert_eq!(store.state(), StoreState::Lost);
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    acknowledged.extend(log(&store, 3).await);
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_is_no_durable_place() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    std::fs::remove_dir_all(place.spool()).unwrap();
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    assert_eq!(store.state(), StoreState::Lost);
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    let acknowledged = log(&store, 2).await;
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_taken_away_is_made_anew() {
    let place = Place::sqlite();
    let (store, writer) = place.open().await;
    log(&store, 3).await;
    for ending in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.folder.path().join(format!("log.sqlite{ending}"))).unwrap();
    }
    let acknowledged = log(&store, 5).await;
    assert_eq!(acknowledged.len(), 5);
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_spool_a_lost_database_is_told_and_found_again() {
    let place = Place::sqlite();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    assert!(matches!(store.log(entry()).await, Err(StoreError::NotWritten)));
    assert_eq!(store.state(), StoreState::Lost);
    other.run("ROLLBACK").await;
    // Also when nothing comes.
    until_connected(&store).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_belongs_to_one_instance() {
    let place = Place::sqlite().with_spool();
    let (_store, writer) = place.open().await;
    let refused = Store::open(&place.settings).await.err().unwrap();
    assert!(refused.to_string().ends_with("another instance uses it"), "{refused}");
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_hold_while_the_database_is_away() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let before = keyed("before", "1");
    let mut expected = vec![before.keyed.clone().unwrap()];
    store.log(before).await.unwrap();
    let mut other = place.beside().await;
    other.run("BEGIN IMMEDIATE").await;
    let during = keyed("during", "2");
    expected.push(during.keyed.clone().unwrap());
    assert_eq!(store.log(during).await.unwrap(), Logged::Spooled);
    for answer in &expected {
        assert_eq!(store.log(keyed(&answer.key, "again")).await.unwrap(), Logged::Answered(answer.clone()));
        assert_eq!(store.answered(&answer.key).await.unwrap().as_ref(), Some(answer));
    }
    writer.finish().await;
    // After a restart too, from the spool alone.
    let (store, writer) = place.open().await;
    assert_eq!(store.answered("during").await.unwrap().as_ref(), Some(&expected[1]));
    assert_eq!(store.log(keyed("during", "again")).await.unwrap(), Logged::Answered(expected[1].clone()));
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    for answer in &expected {
        assert_eq!(store.log(keyed(&answer.key, "again")).await.unwrap(), Logged::Answered(answer.clone()));
    }
    assert_eq!(place.count("prediction_logs").await, 2);
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_never_takes_is_put_aside_and_can_be_forgotten() {
    let place = Place::sqlite().with_spool();
    let (store, writer) = place.open().await;
    let mut other = place.beside().await;
    other.run("CREATE TRIGGER no BEFORE INSERT ON prediction_logs WHEN NEW.lead_key = 'ada' BEGIN SELECT RAISE(ABORT, 'no'); END; BEGIN IMMEDIATE").await;
    assert_eq!(store.log(Entry::new(vec![of_lead("ada"), prediction()])).await.unwrap(), Logged::Spooled);
    let acknowledged = log(&store, 3).await;
    other.run("ROLLBACK").await;
    until_connected(&store).await;
    assert_kept(&place, &acknowledged).await;
    assert_eq!(files(&place.spool(), "aside"), 1);
    assert_eq!(store.forget("ada").await.unwrap(), 1);
    assert_eq!(store.forget("ada").await.unwrap(), 0);
    writer.finish().await;
}
