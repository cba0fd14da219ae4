//! Mixed traffic on the real program with everything going wrong in the middle: the database locked or stopped, the disk full,
//! models read anew, clients that dawdle, the program killed. Afterwards every acknowledged prediction is in the log
//! exactly once, no answer was anything but what is announced, and memory is where it was. Bounded here; `cargo xtask
//! soak` for longer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod database;
mod place;
mod traffic;

use database::Database;
use place::Place;
use std::thread::sleep;
use std::time::{Duration, Instant};
use traffic::Traffic;

/// How long all of it takes, where nothing else is said.
const SECONDS: u64 = 24;

/// How far memory may have grown from the first quarter to the end.
const GROWTH: f64 = 1.6;

fn seconds() -> u64 {
    std::env::var("LEADLIGHT_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_in_the_middle_what_was_acknowledged_is_logged_once() {
    soak(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_it_is_in_postgresql_with_the_server_stopped_and_started() {
    if let Some(database) = Database::postgres().await {
        soak(&database).await;
    }
}

async fn soak(database: &Database) {
    let mut place = Place::new(&database.url());
    let traffic = Traffic::start(place.address());
    let part = Duration::from_millis(seconds() * 1000 / 6);
    sleep(part);
    let before = place.resident();
    database.away(part).await;
    // Another model is agreed upon in the database, so not while that is away.
    place.wait_until_well();
    for _ in 0..4 {
        place.reload();
        sleep(part / 4);
    }
    let dawdlers = traffic::dawdle(place.address());
    sleep(part);
    drop(dawdlers);
    place.kill_and_start();
    sleep(part);
    let after = place.resident();
    let told = traffic.stop();
    place.stop();
    let logged = database.logged().await;
    println!("{told}; {before} and {after} bytes in memory; {} rows", logged.len());
    assert!(told.wrong.is_empty(), "{:?}", told.wrong);
    assert!(told.acknowledged.len() > 100 && told.refused < told.acknowledged.len(), "{told}");
    let lost = told.acknowledged.iter().filter(|id| !logged.contains_key(*id)).count();
    let twice = logged.values().filter(|times| **times > 1).count();
    assert_eq!((lost, twice), (0, 0));
    assert!(after as f64 <= before as f64 * GROWTH, "memory grew from {before} to {after} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nothing_is_acknowledged_that_is_not_kept() {
    let Some(mut place) = Place::on_a_small_disk() else {
        println!("!! NOT TRIED: a full disk, since this user may make no mount namespace !!");
        return;
    };
    let traffic = Traffic::start(place.address());
    let started = Instant::now();
    while traffic.refused() == 0 {
        assert!(started.elapsed() < Duration::from_secs(120), "the disk never filled");
        sleep(Duration::from_millis(100));
    }
    sleep(Duration::from_secs(1));
    let told = traffic.stop();
    assert!(told.wrong.is_empty(), "{:?}", told.wrong);
    let kept = place.kept_when_there_is_room_again();
    println!("{told}; {} kept", kept.len());
    let lost = told.acknowledged.iter().filter(|id| !kept.contains(*id)).count();
    assert_eq!(lost, 0, "of {} acknowledged", told.acknowledged.len());
}
