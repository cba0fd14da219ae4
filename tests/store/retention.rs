//! Expired rows are deleted, and no others.

use crate::fixtures::{entry, idempotency_record, prediction, request};
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{IdempotencyRecord, LogEntry, OutcomeRow, OutcomeSubject, PredictionRow, Retention, Timestamp};
use time::{Duration, OffsetDateTime};

on_all!(rows_expire_by_days, rows_expire_by_number_oldest_first, without_limits_only_keys_expire);

fn ago(hours: i64) -> Timestamp {
    (OffsetDateTime::now_utc() - Duration::hours(hours)).into()
}

async fn fill(database: &TestDatabase) -> (prediction_log::Store, prediction_log::WriterTask) {
    let (store, writer) = database.open().await;
    // More than one step of deleting.
    let row = |i: i64| PredictionRow { created_at: ago(i / 100), ..prediction() };
    store.log(LogEntry::new((0..4_800).map(row).collect())).await.unwrap();
    (0..48).for_each(|hours| store.log_request(request("/predict", 200, ago(hours))));
    let record =
        |hours: i64| Some(IdempotencyRecord { created_at: ago(hours), ..idempotency_record(&hours.to_string(), "") });
    store.log(LogEntry { idempotency: record(25), ..LogEntry::new(Vec::new()) }).await.unwrap();
    store.log(LogEntry { idempotency: record(23), ..LogEntry::new(Vec::new()) }).await.unwrap();
    let outcome = |hours: i64| OutcomeRow {
        subject: OutcomeSubject::Lead(hours.to_string()),
        replied: true,
        at: ago(hours),
        received_at: ago(hours),
    };
    store.add_outcomes((0..48).map(outcome).collect()).await.unwrap();
    (store, writer)
}

async fn rows_expire_by_days(mut database: TestDatabase) {
    database.settings.retention = Retention { days: Some(1), rows: None };
    let (store, writer) = fill(&database).await;
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    for (table, left) in [("prediction_logs", 2_400), ("api_metrics", 24), ("outcomes", 24), ("keyed_answers", 1)] {
        assert_eq!(database.count(table).await, left, "{table}");
    }
    assert_eq!(store.prune(OffsetDateTime::now_utc()).await.unwrap(), 0);
    writer.finish().await;
}

async fn rows_expire_by_number_oldest_first(mut database: TestDatabase) {
    database.settings.retention = Retention { days: Some(2), rows: Some(30) };
    let (store, writer) = fill(&database).await;
    let newest = PredictionRow { created_at: ago(-1), ..prediction() };
    store.log(LogEntry::new(vec![newest.clone()])).await.unwrap();
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    // Rows of one moment stay together: never fewer than asked for.
    let left = database.count("prediction_logs").await;
    assert!((30..=131).contains(&left), "{left}");
    assert_eq!(store.latest_predictions(1).await.unwrap()[0].id, newest.id);
    assert_eq!(database.count("api_metrics").await, 30);
    writer.finish().await;
}

async fn without_limits_only_keys_expire(database: TestDatabase) {
    let (store, writer) = fill(&database).await;
    store.log(entry()).await.unwrap();
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    let counts = (
        database.count("prediction_logs").await,
        database.count("api_metrics").await,
        database.count("outcomes").await,
    );
    assert_eq!((counts, database.count("keyed_answers").await), ((4_801, 48, 48), 1));
    writer.finish().await;
}
