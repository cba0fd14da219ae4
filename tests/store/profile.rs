//! Profiles by hour, day and month.

use crate::place::{Place, on_all};
use crate::row::at;
use prediction_log::{Level, ProfileKey, ProfileRow, Window};

on_all!(
    a_profile_is_put_over_the_one_before,
    a_window_is_covered_by_what_is_kept,
    of_instances_that_roll_up_at_once_one_wins
);

fn profile(level: Level, minutes: i64, instance: &str) -> ProfileRow {
    ProfileRow {
        level,
        start: level.start(&at(minutes)),
        model_sha256: "ab".repeat(32),
        instance: instance.to_owned(),
        bytes: vec![0, 1, 255],
        rows: 7,
        updated_at: at(minutes),
    }
}

async fn a_profile_is_put_over_the_one_before(place: Place) {
    let (store, writer) = place.open().await;
    store.put_profile(profile(Level::Hour, 5, "a")).await.unwrap();
    let later = ProfileRow { bytes: b"later".to_vec(), rows: 9, ..profile(Level::Hour, 25, "a") };
    store.put_profile(later.clone()).await.unwrap();
    store.put_profile(profile(Level::Hour, 5, "b")).await.unwrap();
    let found = store.profiles(&Window::all(), None).await.unwrap();
    assert_eq!(found, [later, profile(Level::Hour, 5, "b")]);
    assert_eq!(store.profiles(&Window::all(), Some("none")).await.unwrap(), []);
    writer.finish().await;
}

async fn a_window_is_covered_by_what_is_kept(place: Place) {
    let (store, writer) = place.open().await;
    let day = 24 * 60;
    let all = [
        profile(Level::Month, -40 * day, "all"),
        profile(Level::Month, -day, "all"),
        profile(Level::Day, 0, "all"),
        profile(Level::Day, day, "all"),
        profile(Level::Hour, 2 * day, "a"),
        profile(Level::Hour, 2 * day + 60, "a"),
    ];
    for row in &all {
        store.put_profile(row.clone()).await.unwrap();
    }
    assert_eq!(store.profiles(&Window::all(), None).await.unwrap(), all);
    let from = |minutes: i64, until: i64| Window { from: at(minutes), until: at(until) };
    // Spans that reach into the window are part of it.
    assert_eq!(store.profiles(&from(2 * day + 59, 9 * day), None).await.unwrap(), all[4..]);
    assert_eq!(store.profiles(&from(2 * day + 60, 9 * day), None).await.unwrap(), all[5..]);
    assert_eq!(store.profiles(&from(day + 5, 2 * day), None).await.unwrap(), all[3..4]);
    assert_eq!(store.profiles(&from(-5, 5), None).await.unwrap(), all[1..3]);
    writer.finish().await;
}

async fn of_instances_that_roll_up_at_once_one_wins(place: Place) {
    let (one, first_writer) = place.open().await;
    let (two, second_writer) = place.open().await;
    let hours: Vec<_> = (0..24).map(|hour| profile(Level::Hour, hour * 60, "a")).collect();
    for row in &hours {
        one.put_profile(row.clone()).await.unwrap();
    }
    let keys: Vec<_> = hours.iter().map(ProfileRow::key).collect();
    // One that was put again after it was read is left alone, and all others with it.
    let stale = ProfileKey { updated_at: at(-1), ..keys[3].clone() };
    let with_stale: Vec<_> = keys[..3].iter().cloned().chain([stale]).collect();
    assert!(!one.roll_up(&with_stale, profile(Level::Day, 0, "all")).await.unwrap());
    assert_eq!(one.profiles(&Window::all(), None).await.unwrap(), hours);
    let day = profile(Level::Day, 0, "all");
    let (first, second) = tokio::join!(one.roll_up(&keys, day.clone()), two.roll_up(&keys, day.clone()));
    assert_eq!([first.unwrap(), second.unwrap()].iter().filter(|won| **won).count(), 1);
    assert_eq!(two.profiles(&Window::all(), None).await.unwrap(), [day]);
    first_writer.finish().await;
    second_writer.finish().await;
}
