//! Streamed CSV and NDJSON files: a result per row and a completion line at the end.

use crate::content_encoding::{decoded, encoded};
use crate::fixtures;
use crate::support::{TestApp, TestResponse, count, open};
use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use scorer::api::config::Config;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::time::Duration;

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

async fn app() -> TestApp {
    TestApp::new(Some(fixtures::own().scorer())).await
}

async fn post(app: &TestApp, kind: &str, body: impl Into<Body>) -> TestResponse {
    post_accepting(app, kind, "*/*", body).await
}

async fn post_accepting(app: &TestApp, kind: &str, accept: &str, body: impl Into<Body>) -> TestResponse {
    let request = Request::post("/predict/batch").header("content-type", kind).header("accept", accept);
    app.send(request.body(body.into()).unwrap()).await
}

/// Splits a response into its results and its completion line, whose hash and count must match.
fn lines(response: &TestResponse) -> (Vec<Value>, Value) {
    assert_eq!(response.status.as_u16(), 200, "{}", response.text());
    let text = response.text();
    let mut results: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = results.pop().unwrap();
    let before = &text[..text.trim_end().rfind('\n').map_or(0, |end| end + 1)];
    let hash = hex::encode(Sha256::digest(before));
    assert_eq!((&last["complete"], &last["sha256"]), (&json!(true), &json!(hash)));
    assert_eq!(last["rows"], json!(results.len()));
    (results, last)
}

#[tokio::test]
async fn csv_rows_keep_their_cells_and_get_result_columns() {
    let app = app().await;
    let table =
        "\u{feff}lead_key;jobtitle;remark;llm_quality\r\na;CTO;\"=1+1; \"\"x\"\"\";75\r\nb;CEO;;101\r\nc;;é;\r\n";
    let response = post(&app, CSV, table).await;
    assert_eq!((response.status.as_u16(), response.header("content-type")), (200, "text/csv; charset=utf-8"));
    let text = response.text();
    let rows: Vec<&str> = text.lines().collect();
    let added = "status;score;probability;label;confidence;grade;model_version;prediction_id;detail";
    assert_eq!(rows[0], format!("lead_key;jobtitle;remark;llm_quality;{added}"));
    assert!(rows[1].starts_with("a;CTO;\"=1+1; \"\"x\"\"\";75;scored;0."), "{text}");
    assert_eq!(rows[2], "b;CEO;;101;rejected;;;;;;;;\"llm_quality: should be at most 100, but is \"\"101\"\"\"");
    assert!(rows[3].starts_with("c;;é;;scored;0."), "{text}");
    assert!(
        rows[4].starts_with(";;;;complete;;;;;;;;\"{\"\"complete\"\":true,\"\"rows\"\":3,\"\"scored\"\":2"),
        "{text}"
    );
    assert_eq!(rows.len(), 5);
    let alone = app.post("/predict", r#"{"jobtitle": "CTO", "llm_quality": 75}"#).await.json();
    let probability = rows[1].split("scored;").nth(1).unwrap().split(';').nth(1).unwrap();
    assert_eq!(probability, alone["probability"].to_string());
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 3);
}

#[tokio::test]
async fn ndjson_lines_get_a_result_each() {
    let app = app().await;
    let body = b"{\"lead_key\": \"a\"}\n\n{\"lead_key\": \"b\", \"llm_quality\": 101, \"llm_engagement\": 2}\n{\n\xFF\n[1]\n{\"lead_key\": 9}";
    let response = post(&app, NDJSON, &body[..]).await;
    assert_eq!(response.header("content-type"), NDJSON);
    let (results, last) = lines(&response);
    let statuses: Vec<&Value> = results.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["scored", "rejected", "rejected", "rejected", "rejected", "scored"]);
    assert_eq!((&results[1]["line"], &results[1]["lead_key"]), (&json!(3), &json!("b")));
    assert_eq!(results[1]["errors"][1]["loc"], json!(["body", 3, "llm_engagement"]));
    assert_eq!(results[2]["errors"][0]["type"], "json_invalid");
    assert_eq!(results[5]["lead_key"], "9");
    assert_eq!((&last["scored"], &last["rejected"]), (&json!(2), &json!(4)));
    assert_eq!(last["models"][0]["model_sha256"], response.header("x-model-sha256"));
}

#[tokio::test]
async fn the_accept_header_selects_the_response_type() {
    let app = app().await;
    let results = lines(&post_accepting(&app, CSV, NDJSON, "jobtitle,llm_quality\nCTO,75\nCEO,x\n").await).0;
    assert_eq!(
        (&results[0]["status"], &results[1]["errors"][0]["loc"]),
        (&json!("scored"), &json!(["body", 3, "llm_quality"]))
    );
    let table = post_accepting(&app, NDJSON, CSV, "{\"lead_key\": \"a,b\"}\n").await.text();
    assert!(table.lines().nth(1).unwrap().starts_with("\"a,b\",scored,"), "{table}");
    let neither = post_accepting(&app, CSV, "image/png", "jobtitle\nCTO\n").await;
    assert_eq!((neither.status.as_u16(), neither.json()["error"].clone()), (406, json!("not_acceptable")));
}

#[tokio::test]
async fn an_invalid_file_is_rejected_before_the_first_row() {
    let app = app().await;
    for (kind, body, word) in [
        (CSV, "", "csv_invalid"),
        (CSV, "name,email\nAda,a@example.org\n", "csv_invalid"),
        (CSV, "jobtitle\n", "csv_invalid"),
        (CSV, "jobtitle,jobtitle\nx,y\n", "csv_invalid"),
        (CSV, "PK\u{3}\u{4}........", "csv_invalid"),
        (NDJSON, "", "too_short"),
        (NDJSON, "\n\n", "too_short"),
    ] {
        let response = post(&app, kind, body).await;
        assert_eq!(response.status.as_u16(), 422, "{body:?}");
        assert_eq!(response.json()["detail"][0]["type"], word, "{body:?}");
    }
    let fail =
        Request::post("/predict/batch?on_error=fail").header("content-type", CSV).body(Body::from("jobtitle\nx\n"));
    assert_eq!(app.send(fail.unwrap()).await.json()["detail"][0]["msg"], "Input should be 'skip'");
    let odd = post(&app, "text/csv; charset=utf-16", "jobtitle\nx\n").await;
    assert_eq!((odd.status.as_u16(), odd.json()["error"].clone()), (415, json!("unsupported_media_type")));
    let alone = Request::post("/predict").header("content-type", CSV).body(Body::from("jobtitle\nx\n")).unwrap();
    assert_eq!(app.send(alone).await.status.as_u16(), 422);
    let none = TestApp::new(None).await;
    assert_eq!(post(&none, CSV, "jobtitle\nx\n").await.status.as_u16(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_is_complete_for_any_chunking() {
    let app = app().await;
    let table: String = std::iter::once("lead_key,llm_quality\n".to_owned())
        .chain((0..5_000).map(|i| format!("k{i},{}\n", i % 103)))
        .collect();
    for size in [777, 1 << 20] {
        let pieces: Vec<_> =
            table.as_bytes().chunks(size).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
        let response = post_accepting(&app, CSV, NDJSON, Body::from_stream(stream::iter(pieces))).await;
        let (results, last) = lines(&response);
        assert_eq!(
            (results.len(), &last["rejected"]),
            (5_000, &json!(5_000 / 103 * 2 + 2 * usize::from(5_000 % 103 > 101)))
        );
        let keys = results
            .iter()
            .filter(|result| result["status"] == "scored")
            .map(|result| result["lead_key"].as_str().unwrap());
        let expected = (0..5_000).filter(|i| i % 103 <= 100).map(|i| format!("k{i}"));
        assert!(keys.eq(expected));
    }
}

#[tokio::test]
async fn a_log_failure_midway_ends_the_stream_with_an_error() {
    let app = app().await;
    let other = open(&app.database).await;
    let first = Ok::<_, Infallible>(Bytes::from("{\"lead_key\": 1}\n".repeat(10)));
    let then = stream::once(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute_batch("ALTER TABLE prediction_logs RENAME TO taken_away").unwrap();
        Ok(Bytes::from("{}\n".repeat(10)))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter([first]), then));
    let response = post(&app, NDJSON, body).await;
    assert_eq!(response.status.as_u16(), 200);
    let results: Vec<Value> = response.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), 11, "{}", response.text());
    assert_eq!(
        (&results[10]["complete"], &results[10]["rows"], &results[10]["error"]),
        (&json!(false), &json!(10), &json!("service_unavailable"))
    );
}

#[tokio::test]
async fn a_truncated_body_is_not_completed() {
    let app = app().await;
    let first = Ok(Bytes::from("{}\n".repeat(10)));
    let then = stream::once(async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Err(std::io::Error::other("gone"))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter([first]), then));
    let response = post(&app, NDJSON, body).await;
    let text = response.text();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["complete"], &last["error"], &last["rows"]), (&json!(false), &json!("bad_request"), &json!(10)));
    // Within the first chunk it is an error response.
    let broken = stream::iter([Ok(Bytes::from("{}\n{}\n")), Err(std::io::Error::other("gone"))]);
    assert_eq!(post(&app, NDJSON, Body::from_stream(broken)).await.text().lines().count(), 3);
}

#[tokio::test]
async fn bodies_and_responses_can_be_compressed() {
    let app = app().await;
    let table = format!("jobtitle,llm_quality\n{}", "CTO,75\n".repeat(200));
    let batch = json!({"leads": vec![json!({"jobtitle": "CTO"}); 50]}).to_string();
    for encoding in ["gzip", "br"] {
        for (kind, body) in [(CSV, table.clone()), ("application/json", batch.clone())] {
            let request = Request::post("/predict/batch").header("content-type", kind);
            let request = request.header("content-encoding", encoding).header("accept-encoding", encoding);
            let response = app.send(request.body(Body::from(encoded(body, encoding).await)).unwrap()).await;
            assert_eq!((response.status.as_u16(), response.header("content-encoding")), (200, encoding), "{kind}");
            let text = String::from_utf8(decoded(&response.headers, &response.body).await).unwrap();
            assert!(text.contains("complete") || text.contains("\"total_count\":50"), "{text}");
            assert!(response.body.len() < text.len());
        }
    }
    let small = Request::post("/predict").header("accept-encoding", "gzip").body(Body::from("{}")).unwrap();
    assert_eq!(app.send(small).await.header("content-encoding"), "");
}

#[tokio::test]
async fn an_unknown_content_encoding_is_rejected() {
    let app = app().await;
    for (kind, encoding) in [("application/json", "zstd"), (CSV, "gzip, gzip"), (NDJSON, "deflate")] {
        let request = Request::post("/predict/batch").header("content-type", kind).header("content-encoding", encoding);
        let response = app.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!((response.status.as_u16(), response.header("accept-encoding")), (415, "gzip, br"), "{encoding}");
    }
    let plain = Request::post("/predict").header("content-encoding", "identity").body(Body::from("{}")).unwrap();
    assert_eq!(app.send(plain).await.status.as_u16(), 200);
    let cut = encoded("{\"jobtitle\": \"Chief technical officer, and more\"}", "gzip").await;
    for broken in [&cut[..cut.len() - 6], b"not gzip at all"] {
        let request = Request::post("/predict").header("content-encoding", "gzip");
        let response = app.send(request.body(Body::from(broken.to_vec())).unwrap()).await;
        assert_eq!((response.status.as_u16(), response.json()["error"].clone()), (400, json!("bad_request")));
    }
}

#[tokio::test]
async fn a_decompression_bomb_is_rejected() {
    let config = Config { body_bytes_max: 100_000, ..Config::default() };
    let app = TestApp::with(Some(fixtures::own().scorer()), None, config).await;
    let bomb = |text: &str, count: usize| text.repeat(count).into_bytes();
    for (path, kind, body) in [
        ("/predict", "application/json", bomb(" ", 200_000)),
        ("/predict/batch", NDJSON, bomb("{}\n", 200_000)),
        ("/predict/batch", CSV, [b"jobtitle\n".to_vec(), bomb("x\n", 200_000)].concat()),
    ] {
        for encoding in ["gzip", "br"] {
            let request = Request::post(path).header("content-type", kind).header("content-encoding", encoding);
            let response = app.send(request.body(Body::from(encoded(body.clone(), encoding).await)).unwrap()).await;
            let text = response.text();
            assert!(
                text.lines().last().unwrap().contains("payload_too_large"),
                "{kind} {encoding} {}",
                response.status
            );
        }
    }
    // A longer body that expands less is an ordinary stream.
    let table = encoded(bomb("{}\n", 1 << 10), "gzip").await;
    let request = Request::post("/predict/batch").header("content-type", NDJSON).header("content-encoding", "gzip");
    assert_eq!(lines(&app.send(request.body(Body::from(table)).unwrap()).await).0.len(), 1 << 10);
}
