//! Predictions are read back page by page, newest first.

use crate::fixtures::{at, entry, now, prediction, prediction_of};
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{
    Cursor, LogEntry, LoggedPrediction, PredictionQuery, PredictionRow, Store, StoreState, WriteStatus,
};
use std::collections::HashSet;

on_all!(
    a_prediction_round_trips,
    a_large_entry_is_stored_completely,
    pages_cover_the_log,
    filters_select_matching_rows,
    texts_are_cut_to_the_columns,
    a_rejected_row_fails_alone,
    instances_can_start_concurrently,
);

async fn a_prediction_round_trips(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let row = prediction_of("crm \u{1F600} 'quoted'");
    assert_eq!(store.log(LogEntry::new(vec![row.clone()])).await.unwrap(), WriteStatus::Written);
    assert_eq!(store.state(), StoreState::Connected);
    let found = store.latest_predictions(10).await.unwrap();
    let expected = LoggedPrediction {
        id: row.id,
        created_at: row.created_at.to_string(),
        input_features: row.input_features,
        predicted_score: 0.7345,
        inference_time_ms: 0.0312,
        model_version: row.model_version,
        lead_key: row.lead_key,
        probability: Some(0.734_512),
        label: Some("engaged".to_owned()),
        confidence: Some("high".to_owned()),
        grade: Some("A".to_owned()),
        model_sha256: Some(row.model_sha256),
        request_id: Some(row.request_id),
    };
    assert_eq!(found, [expected]);
    writer.finish().await;
}

async fn a_large_entry_is_stored_completely(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let rows: Vec<_> = (0..10_000).map(|_| prediction()).collect();
    let ids: HashSet<_> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(store.log(LogEntry::new(rows)).await.unwrap(), WriteStatus::Written);
    let found: HashSet<_> = store.latest_predictions(10_000).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(found, ids);
    assert_eq!(database.count("prediction_logs").await, 10_000);
    writer.finish().await;
}

/// All pages of a filter, one after the other.
async fn all(store: &Store, mut filter: PredictionQuery) -> Vec<LoggedPrediction> {
    let mut rows = Vec::new();
    loop {
        let page = store.predictions(&filter).await.unwrap();
        assert!(page.rows.len() <= filter.limit);
        rows.extend(page.rows);
        match page.next {
            // Through its text, as an address carries it.
            Some(cursor) => filter.after = Some(cursor.to_string().parse::<Cursor>().unwrap()),
            None => return rows,
        }
    }
}

async fn pages_cover_the_log(database: TestDatabase) {
    let (store, writer) = database.open().await;
    // Many of one moment, as a batch has them.
    let rows: Vec<_> = (0..250).map(|i| PredictionRow { created_at: at(i / 40), ..prediction() }).collect();
    let mut expected: Vec<_> = rows.iter().map(|row| (row.created_at.to_string(), row.id.clone())).collect();
    store.log(LogEntry::new(rows)).await.unwrap();
    expected.sort_by(|one, other| other.cmp(one));
    for limit in [1, 7, 250, 1_000] {
        let found = all(&store, PredictionQuery { limit, ..PredictionQuery::default() }).await;
        let found: Vec<_> = found.into_iter().map(|row| (row.created_at, row.id)).collect();
        assert_eq!(found, expected, "{limit}");
    }
    writer.finish().await;
}

async fn filters_select_matching_rows(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let row = |i: i64| PredictionRow {
        created_at: at(i),
        predicted_score: i as f64 / 1_000.0,
        model_version: if i % 3 == 0 { "old" } else { "new" }.to_owned(),
        ..prediction()
    };
    store.log(LogEntry::new((0..1_000).map(row).collect())).await.unwrap();
    let filter =
        PredictionQuery { limit: 50, score_min: Some(0.1), score_max: Some(0.4), ..PredictionQuery::default() };
    assert_eq!(all(&store, filter.clone()).await.len(), 301);
    let old = PredictionQuery { model_version: Some("old".to_owned()), ..filter };
    let found = all(&store, old).await;
    assert_eq!(found.len(), 100);
    assert!(found.iter().all(|row| row.model_version == "old" && (0.1..=0.4).contains(&row.predicted_score)));
    let none = PredictionQuery { limit: 5, score_min: Some(2.0), ..PredictionQuery::default() };
    assert_eq!(store.predictions(&none).await.unwrap(), prediction_log::PredictionPage::default());
    writer.finish().await;
}

async fn texts_are_cut_to_the_columns(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let row = PredictionRow { model_version: "v".repeat(70), ..prediction_of("a\0b") };
    store.log(LogEntry::new(vec![row])).await.unwrap();
    let found = store.latest_predictions(1).await.unwrap().remove(0);
    assert_eq!((found.lead_key.unwrap(), found.model_version), ("a\u{FFFD}b".to_owned(), "v".repeat(50)));
    // The same key finds it.
    assert_eq!(store.erase_lead("a\0b").await.unwrap(), 1);
    writer.finish().await;
}

async fn a_rejected_row_fails_alone(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let good = entry();
    // PostgreSQL rejects a label that is too long. SQLite has no such limits, so a trigger rejects it there.
    if database.is_sqlite() {
        let trigger = "CREATE TRIGGER no BEFORE INSERT ON prediction_logs WHEN length(NEW.label) > 20 BEGIN SELECT RAISE(ABORT, 'no'); END";
        database.connect().await.run(trigger).await;
    }
    let bad = LogEntry::new(vec![PredictionRow { label: "a label of more than twenty characters", ..prediction() }]);
    let (first, second, third) = tokio::join!(store.log(good), store.log(bad), store.log(entry()));
    assert_eq!((first.unwrap(), third.unwrap()), (WriteStatus::Written, WriteStatus::Written));
    assert!(second.is_err());
    assert_eq!(store.state(), StoreState::Connected);
    assert_eq!(database.count("prediction_logs").await, 2);
    writer.finish().await;
}

async fn instances_can_start_concurrently(database: TestDatabase) {
    let opened = futures_util::future::join_all((0..4).map(|_| database.open())).await;
    for (store, _) in &opened {
        let row = PredictionRow { created_at: now(), ..prediction() };
        // One that met the lock of another begins degraded and catches up; here it may only wait.
        let started = std::time::Instant::now();
        while store.log(LogEntry::new(vec![row.clone()])).await.is_err() {
            assert!(started.elapsed().as_secs() < 10);
        }
    }
    assert_eq!(database.count("prediction_logs").await, 4);
    for (_, writer) in opened {
        writer.finish().await;
    }
}
