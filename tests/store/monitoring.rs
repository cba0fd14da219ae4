//! Calls are counted without looking at them.

use crate::place::{Place, on_all};
use crate::row::{at, call, entry, now, timestamp};
use prediction_log::{EndpointCalls, LogMode, Logged, ServiceVersion, Window};
use time::{Duration, OffsetDateTime};

on_all!(
    calls_are_counted_by_route_and_status,
    a_call_that_nothing_follows_is_written,
    calls_are_there_before_what_is_asked_after_them,
    every_mode_writes,
    all_instances_read_the_version_that_one_chose,
);

async fn a_call_that_nothing_follows_is_written(place: Place) {
    let (store, writer) = place.open().await;
    for calls in 1..=3 {
        store.note(call("/health", 200, &now()));
        place.until_called(calls).await;
    }
    store.note(call("/health", 200, &now()));
    writer.finish().await;
    assert_eq!(place.count("api_metrics").await, 4, "those that wait when it ends");
}

async fn calls_are_there_before_what_is_asked_after_them(place: Place) {
    let (store, writer) = place.open().await;
    for calls in 1..=5 {
        store.note(call("/predict", 200, &now()));
        store.forget("nobody").await.unwrap();
        assert_eq!(place.count("api_metrics").await, calls);
    }
    writer.finish().await;
}

async fn calls_are_counted_by_route_and_status(place: Place) {
    let (store, writer) = place.open().await;
    let recent = timestamp(OffsetDateTime::now_utc() - Duration::minutes(30));
    for (status, created_at) in
        [(200, at(0)), (200, at(59)), (422, at(60)), (503, at(200)), (200, recent.clone()), (500, recent)]
    {
        store.note(call("/predict", status, &created_at));
    }
    store.note(call("/health", 200, &at(61)));
    place.until_called(7).await;
    let of = |endpoint: &str, calls, client_errors, server_errors| EndpointCalls {
        endpoint: endpoint.to_owned(),
        calls,
        client_errors,
        server_errors,
        sum_ms: calls as f64 * 1.5,
    };
    let all = store.calls(&Window::all()).await.unwrap().endpoints;
    assert_eq!(all, [of("/health", 1, 0, 0), of("/predict", 6, 1, 2)]);
    // Long ago there are only hours.
    let hour = Window { from: at(59), until: at(61) };
    assert_eq!(store.calls(&hour).await.unwrap().endpoints, [of("/health", 1, 0, 0), of("/predict", 3, 1, 0)]);
    let moment = OffsetDateTime::now_utc();
    let lately = |minutes| Window::new(moment - Duration::minutes(minutes), moment);
    assert_eq!(store.calls(&lately(10)).await.unwrap().endpoints, []);
    assert_eq!(store.calls(&lately(31)).await.unwrap().endpoints, [of("/predict", 2, 0, 1)]);
    assert_eq!(store.calls(&lately(300)).await.unwrap().endpoints, [of("/predict", 2, 0, 1)]);
    writer.finish().await;
}

async fn every_mode_writes(mut place: Place) {
    for (count, mode) in [(1, LogMode::Durable), (2, LogMode::PowerSafe), (3, LogMode::Relaxed)] {
        place.settings.mode = mode;
        let (store, writer) = place.open().await;
        assert_eq!(store.log(entry()).await.unwrap(), Logged::Written);
        writer.finish().await;
        assert_eq!(place.count("prediction_logs").await, count, "{mode:?}");
    }
}

async fn all_instances_read_the_version_that_one_chose(place: Place) {
    let (one, first_writer) = place.open().await;
    let (two, second_writer) = place.open().await;
    assert_eq!(two.service_version().await.unwrap(), None);
    for version in ["1", "2"] {
        let version = ServiceVersion {
            model_version: version.to_owned(),
            model_sha256: "cd".repeat(32),
            label: "models/lead.onnx".to_owned(),
            changed_at: now(),
            changed_by: "key admin".to_owned(),
        };
        one.set_service_version(&version).await.unwrap();
        assert_eq!(two.service_version().await.unwrap(), Some(version));
    }
    first_writer.finish().await;
    second_writer.finish().await;
}
