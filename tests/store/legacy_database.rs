//! Databases of the previous service are adopted with their rows.

use crate::fixtures::{entry, request};
use crate::test_database::TestDatabase;
use prediction_log::{EndpointRequests, Granularity, PredictionQuery, ProfileRow, TimeWindow, Timestamp};

/// Tables as the previous service's migrations created them, with some rows.
fn script(database: &TestDatabase, call_id: &str) -> String {
    let column_type = if database.is_sqlite() { "DATETIME" } else { "TIMESTAMP WITH TIME ZONE" };
    let zone = if database.is_sqlite() { "" } else { "+00" };
    format!(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
         INSERT INTO alembic_version VALUES ('3f2a9c1d7e55');
         CREATE TABLE prediction_logs (id VARCHAR(36) NOT NULL, created_at {column_type} NOT NULL, input_features JSON NOT NULL,
             predicted_score FLOAT NOT NULL, inference_time_ms FLOAT NOT NULL, model_version VARCHAR(50) NOT NULL, PRIMARY KEY (id));
         CREATE INDEX ix_prediction_logs_created_at ON prediction_logs (created_at);
         CREATE TABLE api_metrics (id {call_id} NOT NULL, created_at {column_type} NOT NULL, endpoint VARCHAR(255) NOT NULL,
             status_code INTEGER NOT NULL, response_time_ms FLOAT NOT NULL, PRIMARY KEY (id));
         INSERT INTO prediction_logs VALUES
             ('5f0c0b1e-0000-4000-8000-000000000001', '2026-01-31 09:30:00.000000{zone}', '{{\"jobtitle\": null}}', 0.5, 1.5, '0.3.0'),
             ('5f0c0b1e-0000-4000-8000-000000000002', '2026-01-31 09:31:00.250000{zone}', '{{\"llm_quality\": 75}}', 1, 1, '0.3.0');
         INSERT INTO api_metrics (created_at, endpoint, status_code, response_time_ms, id) VALUES
             ('2026-01-31 09:30:00.000000{zone}', '/predict', 200, 2.5, '7'), ('2026-01-31 10:30:00.000000{zone}', '/predict', 500, 2.5, '8');"
    )
}

fn summary(start: Timestamp) -> ProfileRow {
    ProfileRow {
        granularity: Granularity::Hour,
        start,
        model_sha256: "before/0.3.0".to_owned(),
        instance: "before".to_owned(),
        bytes: vec![1],
        rows: 2,
        updated_at: crate::fixtures::now(),
    }
}

async fn adopts_legacy_database(database: TestDatabase, call_id: &str) {
    let script = script(&database, call_id);
    database.connect().await.run(&script).await;
    // The second opening finds everything done.
    for round in 1..=2 {
        let (store, writer) = database.open().await;
        store.log_request(request("/health", 200, "2026-02-01 00:00:00".parse().unwrap()));
        store.log(entry()).await.unwrap();
        database.wait_for_requests(2 + round as i64).await;
        let page = store.predictions(&PredictionQuery { limit: 10, ..PredictionQuery::default() }).await.unwrap();
        assert_eq!((page.rows.len(), page.next), (round + 2, None));
        let old = &page.rows[round..];
        assert_eq!(old[0].id, "5f0c0b1e-0000-4000-8000-000000000002");
        assert_eq!((old[0].created_at.as_str(), old[0].predicted_score), ("2026-01-31 09:31:00.250000", 1.0));
        assert_eq!(
            (old[1].input_features.as_str(), old[1].lead_key.as_ref(), old[1].probability),
            (r#"{"jobtitle": null}"#, None, None)
        );
        let endpoints = store.request_summary(&TimeWindow::all()).await.unwrap().endpoints;
        let predict = EndpointRequests {
            endpoint: "/predict".to_owned(),
            requests: 2,
            client_errors: 0,
            server_errors: 1,
            total_ms: 5.0,
        };
        assert_eq!(endpoints[1], predict);
        assert_eq!(endpoints[0].requests, round as u64);
        assert_eq!(store.prediction_count().await.unwrap(), 2);
        let hour = store.next_legacy_hour(time::OffsetDateTime::now_utc()).await.unwrap();
        assert_eq!(hour.is_some(), round == 1);
        if let Some(hour) = hour {
            assert_eq!((hour.start.to_string().as_str(), hour.predictions.len()), ("2026-01-31 09:00:00.000000", 2));
            assert_eq!((hour.predictions[0].model_version.as_str(), hour.predictions[1].score), ("0.3.0", 1.0));
            let summary = summary(hour.start);
            // Of two instances that sum it up one wins.
            assert!(store.put_legacy_hour(hour.start, vec![summary.clone()]).await.unwrap());
            assert!(!store.put_legacy_hour(hour.start, vec![summary]).await.unwrap());
            // However long ago that was: summed up again, they would count twice.
            let later = time::OffsetDateTime::now_utc() + time::Duration::days(365);
            store.prune(later).await.unwrap();
            assert_eq!(store.next_legacy_hour(later).await.unwrap(), None);
        }
        writer.finish().await;
    }
    assert_eq!(database.count("profiles").await, 1);
    assert_eq!(database.count("api_metrics").await, 4);
    assert_eq!(database.connect().await.strings("SELECT version_num FROM alembic_version").await, ["3f2a9c1d7e55"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_with_numeric_or_text_ids() {
    for id in ["INTEGER", "VARCHAR(36)"] {
        adopts_legacy_database(TestDatabase::sqlite(), id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_with_numeric_or_text_ids() {
    for id in ["SERIAL", "VARCHAR(36)"] {
        let Some(database) = TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES").await else { return };
        adopts_legacy_database(database, id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_through_a_pooler() {
    let Some(database) = TestDatabase::postgres("LEADLIGHT_TEST_PGBOUNCER").await else { return };
    adopts_legacy_database(database, "VARCHAR(36)").await;
}
