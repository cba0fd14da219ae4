//! Idempotency keys: one entry and one response per key.

use crate::fixtures::{entry, entry_with_key, idempotency_record};
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{IdempotencyRecord, LogEntry, WriteStatus};
use time::{Duration, OffsetDateTime};

on_all!(
    the_first_response_of_a_key_is_kept,
    concurrent_duplicates_from_two_instances_are_logged_once,
    keys_expire_after_a_day,
);

async fn the_first_response_of_a_key_is_kept(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let first = entry_with_key("a", "first");
    let expected = first.idempotency.clone().unwrap();
    assert_eq!(store.idempotency_record("a").await.unwrap(), None);
    assert_eq!(store.log(first).await.unwrap(), WriteStatus::Written);
    assert_eq!(store.log(entry_with_key("a", "second")).await.unwrap(), WriteStatus::Duplicate(expected.clone()));
    assert_eq!(store.log(entry_with_key("b", "other")).await.unwrap(), WriteStatus::Written);
    assert_eq!(store.idempotency_record("a").await.unwrap(), Some(expected));
    assert_eq!((database.count("prediction_logs").await, database.count("keyed_answers").await), (2, 2));
    writer.finish().await;
}

async fn concurrent_duplicates_from_two_instances_are_logged_once(database: TestDatabase) {
    let (one, first_writer) = database.open().await;
    let (two, second_writer) = database.open().await;
    let all = (0..60).map(|i| {
        let store = if i % 2 == 0 { &one } else { &two };
        // Several keys in different orders, which must not end in a circle of waiting.
        let key = format!("key {}", if i % 4 < 2 { i % 3 } else { 2 - i % 3 });
        async move { (key.clone(), store.log(entry_with_key(&key, &i.to_string())).await.unwrap()) }
    });
    let results = futures_util::future::join_all(all).await;
    for key in ["key 0", "key 1", "key 2"] {
        let key_results: Vec<_> =
            results.iter().filter(|(result_key, _)| result_key == key).map(|(_, result)| result).collect();
        assert_eq!(key_results.iter().filter(|result| ***result == WriteStatus::Written).count(), 1);
        let bodies: std::collections::HashSet<_> = key_results
            .iter()
            .filter_map(|result| match result {
                WriteStatus::Duplicate(answer) => Some(answer.body.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(bodies.len(), 1, "all others get the first response");
    }
    assert_eq!(database.count("prediction_logs").await, 3);
    first_writer.finish().await;
    second_writer.finish().await;
}

async fn keys_expire_after_a_day(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let created_at = (OffsetDateTime::now_utc() - Duration::hours(25)).into();
    let old =
        LogEntry { idempotency: Some(IdempotencyRecord { created_at, ..idempotency_record("a", "old") }), ..entry() };
    store.log(old).await.unwrap();
    assert_eq!(store.idempotency_record("a").await.unwrap(), None);
    assert_eq!(store.log(entry_with_key("a", "new")).await.unwrap(), WriteStatus::Written);
    assert_eq!(store.idempotency_record("a").await.unwrap().unwrap().body, b"new");
    writer.finish().await;
}
