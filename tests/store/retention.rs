//! What is kept no longer is deleted, and nothing else.

use crate::place::{Place, on_all};
use crate::row::{answer, call, entry, prediction, timestamp};
use prediction_log::record::PredictionRow;
use prediction_log::{Entry, KeyedAnswer, OutcomeRow, Retention, Subject};
use time::{Duration, OffsetDateTime};

on_all!(old_rows_go_by_days, rows_beyond_a_number_go_oldest_first, without_limits_only_what_expires_goes);

fn ago(hours: i64) -> String {
    timestamp(OffsetDateTime::now_utc() - Duration::hours(hours))
}

async fn fill(place: &Place) -> (prediction_log::Store, prediction_log::WriterTask) {
    let (store, writer) = place.open().await;
    // More than one step of deleting.
    let row = |i: i64| PredictionRow { created_at: ago(i / 100), ..prediction() };
    store.log(Entry::new((0..4_800).map(row).collect())).await.unwrap();
    (0..48).for_each(|hours| store.note(call("/predict", 200, &ago(hours))));
    let keyed = |hours: i64| Some(KeyedAnswer { created_at: ago(hours), ..answer(&hours.to_string(), "") });
    store.log(Entry { keyed: keyed(25), ..Entry::new(Vec::new()) }).await.unwrap();
    store.log(Entry { keyed: keyed(23), ..Entry::new(Vec::new()) }).await.unwrap();
    let outcome = |hours: i64| OutcomeRow {
        subject: Subject::Lead(hours.to_string()),
        replied: true,
        at: ago(hours),
        received_at: ago(hours),
    };
    store.add_outcomes((0..48).map(outcome).collect()).await.unwrap();
    (store, writer)
}

async fn old_rows_go_by_days(mut place: Place) {
    place.settings.retention = Retention { days: Some(1), rows: None };
    let (store, writer) = fill(&place).await;
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    for (table, left) in [("prediction_logs", 2_400), ("api_metrics", 24), ("outcomes", 24), ("keyed_answers", 1)] {
        assert_eq!(place.count(table).await, left, "{table}");
    }
    assert_eq!(store.prune(OffsetDateTime::now_utc()).await.unwrap(), 0);
    writer.finish().await;
}

async fn rows_beyond_a_number_go_oldest_first(mut place: Place) {
    place.settings.retention = Retention { days: Some(2), rows: Some(30) };
    let (store, writer) = fill(&place).await;
    let newest = PredictionRow { created_at: ago(-1), ..prediction() };
    store.log(Entry::new(vec![newest.clone()])).await.unwrap();
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    // Rows of one moment stay together: never fewer than asked for.
    let left = place.count("prediction_logs").await;
    assert!((30..=131).contains(&left), "{left}");
    assert_eq!(store.last(1).await.unwrap()[0].id, newest.id);
    assert_eq!(place.count("api_metrics").await, 30);
    writer.finish().await;
}

async fn without_limits_only_what_expires_goes(place: Place) {
    let (store, writer) = fill(&place).await;
    store.log(entry()).await.unwrap();
    store.prune(OffsetDateTime::now_utc()).await.unwrap();
    let counts =
        (place.count("prediction_logs").await, place.count("api_metrics").await, place.count("outcomes").await);
    assert_eq!((counts, place.count("keyed_answers").await), ((4_801, 48, 48), 1));
    writer.finish().await;
}
