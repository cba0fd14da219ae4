//! Tables in the formats of exports, which the API imports as page and command line do.

use crate::fixtures;
use crate::support::{TestApp, count};
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::json;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tower::ServiceExt;

fn request(body: Body) -> Request<Body> {
    Request::post("/predict/batch").header("content-type", "text/csv").body(body).unwrap()
}

/// Status and text of the response to a table.
async fn import(app: &TestApp, table: impl Into<Body>) -> (u16, String) {
    let response = app.send(request(table.into())).await;
    (response.status.as_u16(), response.text())
}

fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn exported_tables_score_like_the_contract_table() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let contract = "jobtitle,companysize,industry\nVP Sales,1001-5000,Télécoms\n";
    let (status, expected) = import(&app, contract).await;
    let probability = |text: &str, delimiter: char| {
        let row = text.lines().find(|line| line.contains("scored")).unwrap().to_owned();
        let cells: Vec<&str> = row.split(delimiter).collect();
        cells[cells.iter().position(|cell| *cell == "scored").unwrap() + 2].to_owned()
    };
    let expected = probability(&expected, ',');
    assert_eq!((status, expected.starts_with("0.")), (200, true));
    let export = "Job Title;# Employees;Industry\nVP Sales;2 400;Télécoms\n";
    let western: Vec<u8> = export.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (table, delimiter) in [
        (export.as_bytes().to_vec(), ';'),
        (western, ';'),
        (utf16_le(&format!("\u{feff}{}", export.replace(';', "\t"))), '\t'),
        (utf16_le(&format!("\u{feff}{contract}")), ','),
        (format!("Leads of November\n\n{}", export.replace(';', "|")).into_bytes(), '|'),
    ] {
        let (status, text) = import(&app, table).await;
        assert_eq!(status, 200, "{text}");
        assert_eq!(probability(&text, delimiter), expected, "{text}");
        assert!(text.lines().next().unwrap().ends_with(&format!("prediction_id{delimiter}detail")));
        assert!(text.contains("Télécoms"), "{text}");
    }
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 6);
}

#[tokio::test]
async fn rows_under_the_contract_header_must_be_complete_and_utf8() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let (_, text) = import(&app, &b"jobtitle,industry\nCTO\nCEO,caf\xE9\nCFO,x\n"[..]).await;
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[1], "CTO,,rejected,,,,,,,,the row has 1 cells where the header has 2");
    assert_eq!(rows[2], ",,rejected,,,,,,,,industry: is not text in UTF-8; save the file as CSV in UTF-8");
    assert!(rows[3].starts_with("CFO,x,scored,"), "{text}");
    let (_, text) = import(&app, "Title,Industry\nCTO\n").await;
    assert!(text.lines().nth(1).unwrap().starts_with("CTO,,scored,"), "{text}");
}

#[tokio::test]
async fn rows_under_the_contract_header_are_answered_before_the_body_ends() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from("lead_key;jobtitle;note\na;CTO;x\n"))]);
    let mut request = request(Body::from_stream(first.chain(stream::pending())));
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let answered = async {
        let mut body = app.router.clone().oneshot(request).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap().into_data().unwrap()
    };
    let text = tokio::time::timeout(Duration::from_secs(10), answered).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(text.lines().nth(1).unwrap().starts_with("a;CTO;x;scored;"), "{text}");
}

#[tokio::test]
async fn rows_without_a_lead_are_neither_answered_nor_logged() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let (status, text) = import(&app, "Name,Title,# Employees\nAda,CTO,37\n,,\nTotal,,37\n").await;
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!((status, rows.len()), (200, 3), "{text}");
    assert!(rows[2].contains("\"\"rows\"\":1,") && rows[2].contains("\"\"skipped_rows\"\":2"), "{text}");
    // By the letter of the contract, every row is a lead.
    let (_, text) = import(&app, "jobtitle,industry\nCTO,\n,\n").await;
    assert!(text.contains("\"\"rows\"\":2,") && !text.contains("skipped_rows"), "{text}");
    let (rows, _folder) = app.rows().await;
    assert_eq!(count(&rows, "prediction_logs").await, 3);
}

#[tokio::test]
async fn values_that_the_model_has_never_seen_are_reported() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let leads = r#"[{"industry": "Fishing"}, {"industry": "Fishing"}, {"industry": "Mining"}, {"jobtitle": "CTO"}]"#;
    let batch = app.post("/predict/batch", format!("{{\"leads\": {leads}}}")).await.json();
    let expected = json!([{
        "field": "industry", "leads": 3,
        "most_common": [{"value": "Fishing", "leads": 2}, {"value": "Mining", "leads": 1}],
    }]);
    assert_eq!(batch["unseen"], expected, "{batch}");
    let partial = app.post("/predict/batch?on_error=skip", format!("{{\"leads\": {leads}}}")).await.json();
    assert_eq!(partial["unseen"], expected, "{partial}");
    let known = app.post("/predict/batch", r#"{"leads": [{"jobtitle": "CTO"}]}"#).await.json();
    assert_eq!(known.get("unseen"), None);
    let (_, table) = import(&app, "Title,Industry\nCTO,Fishing\n").await;
    assert!(table.contains("\"\"unseen\"\":[{\"\"field\"\":\"\"industry\"\",\"\"leads\"\":1"), "{table}");
}
