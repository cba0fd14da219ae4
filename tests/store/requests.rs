//! Request rows are written soon and counted from their sums.

use crate::fixtures::{at, entry, now, request};
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{ActiveModel, EndpointRequests, LogMode, TimeWindow, WriteStatus};
use time::{Duration, OffsetDateTime};

on_all!(
    requests_are_counted_by_route_and_status,
    a_single_request_is_written,
    requests_are_written_before_later_messages,
    every_log_mode_writes,
    all_instances_read_the_active_model,
);

async fn a_single_request_is_written(database: TestDatabase) {
    let (store, writer) = database.open().await;
    for count in 1..=3 {
        store.log_request(request("/health", 200, now()));
        database.wait_for_requests(count).await;
    }
    store.log_request(request("/health", 200, now()));
    writer.finish().await;
    assert_eq!(database.count("api_metrics").await, 4, "buffered requests are written at shutdown");
}

async fn requests_are_written_before_later_messages(database: TestDatabase) {
    let (store, writer) = database.open().await;
    for count in 1..=5 {
        store.log_request(request("/predict", 200, now()));
        store.erase_lead("nobody").await.unwrap();
        assert_eq!(database.count("api_metrics").await, count);
    }
    writer.finish().await;
}

async fn requests_are_counted_by_route_and_status(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let recent = (OffsetDateTime::now_utc() - Duration::minutes(30)).into();
    for (status, created_at) in
        [(200, at(0)), (200, at(59)), (422, at(60)), (503, at(200)), (200, recent), (500, recent)]
    {
        store.log_request(request("/predict", status, created_at));
    }
    store.log_request(request("/health", 200, at(61)));
    database.wait_for_requests(7).await;
    let expected = |endpoint: &str, requests, client_errors, server_errors| EndpointRequests {
        endpoint: endpoint.to_owned(),
        requests,
        client_errors,
        server_errors,
        total_ms: requests as f64 * 1.5,
    };
    let all = store.request_summary(&TimeWindow::all()).await.unwrap().endpoints;
    assert_eq!(all, [expected("/health", 1, 0, 0), expected("/predict", 6, 1, 2)]);
    // Long ago there are only hours.
    let hour = TimeWindow { from: at(59), until: at(61) };
    assert_eq!(
        store.request_summary(&hour).await.unwrap().endpoints,
        [expected("/health", 1, 0, 0), expected("/predict", 3, 1, 0)]
    );
    let moment = OffsetDateTime::now_utc();
    let last_minutes = |minutes| TimeWindow::new(moment - Duration::minutes(minutes), moment);
    assert_eq!(store.request_summary(&last_minutes(10)).await.unwrap().endpoints, []);
    assert_eq!(store.request_summary(&last_minutes(31)).await.unwrap().endpoints, [expected("/predict", 2, 0, 1)]);
    assert_eq!(store.request_summary(&last_minutes(300)).await.unwrap().endpoints, [expected("/predict", 2, 0, 1)]);
    writer.finish().await;
}

async fn every_log_mode_writes(mut database: TestDatabase) {
    for (count, mode) in [(1, LogMode::Durable), (2, LogMode::PowerSafe), (3, LogMode::Relaxed)] {
        database.settings.mode = mode;
        let (store, writer) = database.open().await;
        assert_eq!(store.log(entry()).await.unwrap(), WriteStatus::Written);
        writer.finish().await;
        assert_eq!(database.count("prediction_logs").await, count, "{mode:?}");
    }
}

async fn all_instances_read_the_active_model(database: TestDatabase) {
    let (one, first_writer) = database.open().await;
    let (two, second_writer) = database.open().await;
    assert_eq!(two.active_model().await.unwrap(), None);
    for version in ["1", "2"] {
        let version = ActiveModel {
            model_version: version.to_owned(),
            model_sha256: "cd".repeat(32),
            label: "models/lead.onnx".to_owned(),
            changed_at: now(),
            changed_by: "key admin".to_owned(),
        };
        one.set_active_model(&version).await.unwrap();
        assert_eq!(two.active_model().await.unwrap(), Some(version));
    }
    first_writer.finish().await;
    second_writer.finish().await;
}
