//! Profiles by hour, day and month.

use crate::fixtures::at;
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{Granularity, ProfileKey, ProfileRow, TimeWindow};

on_all!(upsert_replaces_a_profile, a_window_returns_overlapping_profiles, concurrent_roll_ups_have_one_winner);

fn profile(granularity: Granularity, minutes: i64, instance: &str) -> ProfileRow {
    ProfileRow {
        granularity,
        start: granularity.start(at(minutes)),
        model_sha256: "ab".repeat(32),
        instance: instance.to_owned(),
        bytes: vec![0, 1, 255],
        rows: 7,
        updated_at: at(minutes),
    }
}

async fn upsert_replaces_a_profile(database: TestDatabase) {
    let (store, writer) = database.open().await;
    store.upsert_profile(profile(Granularity::Hour, 5, "a")).await.unwrap();
    let later = ProfileRow { bytes: b"later".to_vec(), rows: 9, ..profile(Granularity::Hour, 25, "a") };
    store.upsert_profile(later.clone()).await.unwrap();
    store.upsert_profile(profile(Granularity::Hour, 5, "b")).await.unwrap();
    let found = store.profiles(&TimeWindow::all(), None).await.unwrap();
    assert_eq!(found, [later, profile(Granularity::Hour, 5, "b")]);
    assert_eq!(store.profiles(&TimeWindow::all(), Some("none")).await.unwrap(), []);
    writer.finish().await;
}

async fn a_window_returns_overlapping_profiles(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let day = 24 * 60;
    let all = [
        profile(Granularity::Month, -40 * day, "all"),
        profile(Granularity::Month, -day, "all"),
        profile(Granularity::Day, 0, "all"),
        profile(Granularity::Day, day, "all"),
        profile(Granularity::Hour, 2 * day, "a"),
        profile(Granularity::Hour, 2 * day + 60, "a"),
    ];
    for row in &all {
        store.upsert_profile(row.clone()).await.unwrap();
    }
    assert_eq!(store.profiles(&TimeWindow::all(), None).await.unwrap(), all);
    let from = |minutes: i64, until: i64| TimeWindow { from: at(minutes), until: at(until) };
    // Spans that reach into the window are part of it.
    assert_eq!(store.profiles(&from(2 * day + 59, 9 * day), None).await.unwrap(), all[4..]);
    assert_eq!(store.profiles(&from(2 * day + 60, 9 * day), None).await.unwrap(), all[5..]);
    assert_eq!(store.profiles(&from(day + 5, 2 * day), None).await.unwrap(), all[3..4]);
    assert_eq!(store.profiles(&from(-5, 5), None).await.unwrap(), all[1..3]);
    writer.finish().await;
}

async fn concurrent_roll_ups_have_one_winner(database: TestDatabase) {
    let (one, first_writer) = database.open().await;
    let (two, second_writer) = database.open().await;
    let hours: Vec<_> = (0..24).map(|hour| profile(Granularity::Hour, hour * 60, "a")).collect();
    for row in &hours {
        one.upsert_profile(row.clone()).await.unwrap();
    }
    let keys: Vec<_> = hours.iter().map(ProfileRow::key).collect();
    // One that was put again after it was read is left alone, and all others with it.
    let stale = ProfileKey { updated_at: at(-1), ..keys[3].clone() };
    let with_stale: Vec<_> = keys[..3].iter().cloned().chain([stale]).collect();
    assert!(!one.roll_up_profiles(&with_stale, profile(Granularity::Day, 0, "all")).await.unwrap());
    assert_eq!(one.profiles(&TimeWindow::all(), None).await.unwrap(), hours);
    let day = profile(Granularity::Day, 0, "all");
    let (first, second) =
        tokio::join!(one.roll_up_profiles(&keys, day.clone()), two.roll_up_profiles(&keys, day.clone()));
    assert_eq!([first.unwrap(), second.unwrap()].iter().filter(|won| **won).count(), 1);
    assert_eq!(two.profiles(&TimeWindow::all(), None).await.unwrap(), [day]);
    first_writer.finish().await;
    second_writer.finish().await;
}
