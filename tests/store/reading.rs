//! What was written is read back, page by page, newest first.

use crate::place::{Place, on_all};
use crate::row::{at, entry, now, of_lead, prediction};
use prediction_log::record::PredictionRow;
use prediction_log::{Cursor, Entry, Logged, Recent, Recorded, Store, StoreState};
use std::collections::HashSet;

on_all!(
    a_prediction_is_read_as_it_was_logged,
    a_large_entry_is_kept_whole,
    pages_together_are_the_log,
    filters_find_rows_and_no_others,
    texts_that_a_database_cannot_hold_are_made_to_fit,
    one_row_that_is_refused_takes_no_other_with_it,
    instances_that_start_at_once_do_not_collide,
);

async fn a_prediction_is_read_as_it_was_logged(place: Place) {
    let (store, writer) = place.open().await;
    let row = of_lead("crm \u{1F600} 'quoted'");
    assert_eq!(store.log(Entry::new(vec![row.clone()])).await.unwrap(), Logged::Written);
    assert_eq!(store.state(), StoreState::Connected);
    let found = store.last(10).await.unwrap();
    let expected = Recorded {
        id: row.id,
        created_at: row.created_at,
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

async fn a_large_entry_is_kept_whole(place: Place) {
    let (store, writer) = place.open().await;
    let rows: Vec<_> = (0..10_000).map(|_| prediction()).collect();
    let ids: HashSet<_> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(store.log(Entry::new(rows)).await.unwrap(), Logged::Written);
    let found: HashSet<_> = store.last(10_000).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(found, ids);
    assert_eq!(place.count("prediction_logs").await, 10_000);
    writer.finish().await;
}

/// All pages of a filter, one after the other.
async fn all(store: &Store, mut filter: Recent) -> Vec<Recorded> {
    let mut rows = Vec::new();
    loop {
        let page = store.recent(&filter).await.unwrap();
        assert!(page.rows.len() <= filter.limit);
        rows.extend(page.rows);
        match page.next {
            // Through its text, as an address carries it.
            Some(cursor) => filter.after = Some(cursor.to_string().parse::<Cursor>().unwrap()),
            None => return rows,
        }
    }
}

async fn pages_together_are_the_log(place: Place) {
    let (store, writer) = place.open().await;
    // Many of one moment, as a batch has them.
    let rows: Vec<_> = (0..250).map(|i| PredictionRow { created_at: at(i / 40), ..prediction() }).collect();
    let mut expected: Vec<_> = rows.iter().map(|row| (row.created_at.clone(), row.id.clone())).collect();
    store.log(Entry::new(rows)).await.unwrap();
    expected.sort_by(|one, other| other.cmp(one));
    for limit in [1, 7, 250, 1_000] {
        let found = all(&store, Recent { limit, ..Recent::default() }).await;
        let found: Vec<_> = found.into_iter().map(|row| (row.created_at, row.id)).collect();
        assert_eq!(found, expected, "{limit}");
    }
    writer.finish().await;
}

async fn filters_find_rows_and_no_others(place: Place) {
    let (store, writer) = place.open().await;
    let row = |i: i64| PredictionRow {
        created_at: at(i),
        predicted_score: i as f64 / 1_000.0,
        model_version: if i % 3 == 0 { "old" } else { "new" }.to_owned(),
        ..prediction()
    };
    store.log(Entry::new((0..1_000).map(row).collect())).await.unwrap();
    let filter = Recent { limit: 50, score_min: Some(0.1), score_max: Some(0.4), ..Recent::default() };
    assert_eq!(all(&store, filter.clone()).await.len(), 301);
    let old = Recent { model_version: Some("old".to_owned()), ..filter };
    let found = all(&store, old).await;
    assert_eq!(found.len(), 100);
    assert!(found.iter().all(|row| row.model_version == "old" && (0.1..=0.4).contains(&row.predicted_score)));
    let none = Recent { limit: 5, score_min: Some(2.0), ..Recent::default() };
    assert_eq!(store.recent(&none).await.unwrap(), prediction_log::Page::default());
    writer.finish().await;
}

async fn texts_that_a_database_cannot_hold_are_made_to_fit(place: Place) {
    let (store, writer) = place.open().await;
    let row = PredictionRow { model_version: "v".repeat(70), ..of_lead("a\0b") };
    store.log(Entry::new(vec![row])).await.unwrap();
    let found = store.last(1).await.unwrap().remove(0);
    assert_eq!((found.lead_key.unwrap(), found.model_version), ("a\u{FFFD}b".to_owned(), "v".repeat(50)));
    // The same key finds it.
    assert_eq!(store.forget("a\0b").await.unwrap(), 1);
    writer.finish().await;
}

async fn one_row_that_is_refused_takes_no_other_with_it(place: Place) {
    let (store, writer) = place.open().await;
    let good = entry();
    // No moment: PostgreSQL refuses it. SQLite refuses no text, so there it is a constraint that says no.
    if place.is_sqlite() {
        let trigger = "CREATE TRIGGER no BEFORE INSERT ON prediction_logs WHEN NEW.created_at = 'never' BEGIN SELECT RAISE(ABORT, 'no'); END";
        place.beside().await.run(trigger).await;
    }
    let bad = Entry::new(vec![PredictionRow { created_at: "never".to_owned(), ..prediction() }]);
    let (first, second, third) = tokio::join!(store.log(good), store.log(bad), store.log(entry()));
    assert_eq!((first.unwrap(), third.unwrap()), (Logged::Written, Logged::Written));
    assert!(second.is_err());
    assert_eq!(store.state(), StoreState::Connected);
    assert_eq!(place.count("prediction_logs").await, 2);
    writer.finish().await;
}

async fn instances_that_start_at_once_do_not_collide(place: Place) {
    let opened = futures_util::future::join_all((0..4).map(|_| place.open())).await;
    for (store, _) in &opened {
        let row = PredictionRow { created_at: now(), ..prediction() };
        // One that met the lock of another begins degraded and catches up; here it may only wait.
        let started = std::time::Instant::now();
        while store.log(Entry::new(vec![row.clone()])).await.is_err() {
            assert!(started.elapsed().as_secs() < 10);
        }
    }
    assert_eq!(place.count("prediction_logs").await, 4);
    for (_, writer) in opened {
        writer.finish().await;
    }
}
