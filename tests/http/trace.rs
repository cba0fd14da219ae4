//! Trace context, and the log line of a request.

use crate::process::{command, post_with, start_logged};
use crate::support::TestApp;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

const ID: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn a_trace_is_continued_or_started() {
    let app = TestApp::new(None).await;
    let call = |sent: &str| {
        let request = Request::get("/health").header("traceparent", sent);
        app.send(request.body(Body::empty()).unwrap())
    };
    let sent = format!("00-{ID}-b7ad6b7169203331-01");
    let traceresponse = call(&sent).await.header("traceresponse").to_owned();
    assert!(
        traceresponse.starts_with(&format!("00-{ID}-")) && traceresponse.ends_with("-01") && traceresponse != sent,
        "{traceresponse}"
    );
    for wrong in ["", "00-0-0-01", &sent.replace("00-0a", "ff-0a"), &sent.to_uppercase()] {
        let begun = call(wrong).await.header("traceresponse").to_owned();
        assert!(begun.len() == 55 && !begun.contains(ID), "{wrong}: {begun}");
    }
    let failed = app.get("/nothing").await;
    assert_eq!(failed.header("traceresponse").len(), 55);
}

#[test]
fn a_request_logs_one_line_with_its_caller_and_no_lead_data() {
    let folder = tempfile::tempdir().unwrap();
    let (server, log) = start_logged(command(folder.path()).args(["--log-format", "json"]));
    let lead = r#"{"lead_key": "crm-secret", "jobtitle": "Ada Lovelace"}"#;
    let trace = format!("X-Request-ID: call 9\r\nX-API-Key: ll_secretkey\r\ntraceparent: 00-{ID}-b7ad6b7169203331-01");
    assert_eq!(post_with(&server.address, "/predict?name=Ada", &trace, lead).unwrap().0, 200);
    assert_eq!(post_with(&server.address, "/predict", "X-Request-ID: b", "{").unwrap().0, 422);
    let text = log(server);
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of = |id: &str| {
        let of_request = |line: &&Value| line["span"]["id"] == id;
        lines.iter().filter(of_request).collect::<Vec<_>>()
    };
    let [line] = of("call 9")[..] else { panic!("{text}") };
    assert_eq!((line["message"].as_str(), line["level"].as_str()), (Some("answered"), Some("INFO")));
    assert_eq!((line["method"].as_str(), line["route"].as_str()), (Some("POST"), Some("/predict")));
    assert_eq!((line["status"].as_u64(), line["rows"].as_u64()), (Some(200), Some(1)));
    assert_eq!((line["caller"].as_str(), line["span"]["trace"].as_str()), (Some("loopback"), Some(ID)));
    assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0));
    assert_eq!(of("b")[0]["status"].as_u64(), Some(422));
    for secret in ["Ada", "Lovelace", "crm-secret", "ll_secretkey", "name="] {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
    }
}

#[test]
fn the_startup_log_states_the_recording_options() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    let mut command = command(folder.path());
    command.args(["--log-format", "json", "--log", "power-safe", "--log-inputs", "features", "--spool"]).arg(&spool);
    let (server, log) = start_logged(&mut command);
    let text = log(server);
    let line = text.lines().find(|line| line.contains("prediction log ready")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((line["mode"].as_str(), line["inputs"].as_str()), (Some("power-safe"), Some("features")));
    assert_eq!(line["spool"].as_str(), spool.to_str());
    assert_eq!(line.get("keep_days"), None);
}

#[test]
fn a_request_id_cannot_forge_a_log_line() {
    let folder = tempfile::tempdir().unwrap();
    let (server, log) = start_logged(&mut command(folder.path()));
    assert_eq!(post_with(&server.address, "/predict", "X-Request-ID: a\" b=\"c", "{}").unwrap().0, 200);
    let text = log(server);
    assert!(text.contains(r#"a\" b=\"c"#), "{text}");
}
