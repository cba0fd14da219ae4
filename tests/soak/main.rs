//! Soak test of the real program under mixed load and faults: the database locked or stopped, the disk full, models
//! reloaded, slow clients, the program killed. Afterwards every acknowledged prediction is in the log exactly once, every
//! response was an expected one, and memory has not grown. Short here; `cargo xtask soak` runs it for longer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod database;
mod server;
mod traffic;

use database::Database;
use server::ServerProcess;
use std::thread::sleep;
use std::time::{Duration, Instant};
use traffic::Traffic;

/// Seconds of the whole test by default.
const SECONDS: u64 = 24;

/// Largest growth of memory from the first quarter to the end, as a ratio.
const GROWTH_MAX: f64 = 1.6;

fn seconds() -> u64 {
    std::env::var("LEADLIGHT_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS)
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_predictions_are_logged_once_in_sqlite() {
    soak(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_predictions_are_logged_once_in_postgresql() {
    if let Some(database) = Database::postgres().await {
        soak(&database).await;
    }
}

async fn soak(database: &Database) {
    let mut server = ServerProcess::new(&database.url());
    let traffic = Traffic::start(server.address());
    let part = Duration::from_millis(seconds() * 1000 / 6);
    sleep(part);
    let before = server.resident_bytes();
    database.make_unavailable(part).await;
    // Instances agree on a model through the database, so it must be available.
    server.wait_until_recovered();
    for _ in 0..4 {
        server.reload();
        sleep(part / 4);
    }
    let slow_clients = traffic::slow_clients(server.address());
    sleep(part);
    drop(slow_clients);
    server.kill_and_restart();
    sleep(part);
    let after = server.resident_bytes();
    let report = traffic.stop();
    server.stop();
    let logged = database.logged().await;
    println!("{report}; {before} and {after} bytes in memory; {} rows", logged.len());
    assert!(report.unexpected.is_empty(), "{:?}", report.unexpected);
    assert!(report.acknowledged.len() > 100 && report.rejected < report.acknowledged.len(), "{report}");
    let lost = report.acknowledged.iter().filter(|id| !logged.contains_key(*id)).count();
    let twice = logged.values().filter(|times| **times > 1).count();
    assert_eq!((lost, twice), (0, 0));
    assert!(after as f64 <= before as f64 * GROWTH_MAX, "memory grew from {before} to {after} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_acknowledged_on_a_full_disk_are_kept() {
    let Some(mut server) = ServerProcess::on_small_disk() else {
        println!("!! NOT TESTED: a full disk, since this user may make no mount namespace !!");
        return;
    };
    let traffic = Traffic::start(server.address());
    let started = Instant::now();
    while traffic.rejected() == 0 {
        assert!(started.elapsed() < Duration::from_secs(120), "the disk never filled");
        sleep(Duration::from_millis(100));
    }
    sleep(Duration::from_secs(1));
    let report = traffic.stop();
    assert!(report.unexpected.is_empty(), "{:?}", report.unexpected);
    let kept = server.ids_after_making_room();
    println!("{report}; {} kept", kept.len());
    let lost = report.acknowledged.iter().filter(|id| !kept.contains(*id)).count();
    assert_eq!(lost, 0, "of {} acknowledged", report.acknowledged.len());
}
