//! Behaviour on a real connection: trailers, slow and broken bodies, clients that read late.

use crate::fixtures;
use crate::support::{Socket, read_to_end};
use scorer::api::config::Config;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Starts a service that accepts the host name of the requests below.
async fn start(mut config: Config) -> Socket {
    config.auth.hosts.push("x".to_owned());
    Socket::start(Some(fixtures::own().scorer()), config).await
}

async fn assert_alive(server: &Socket) {
    let response =
        send(server, b"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}").await;
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

/// Sends raw bytes and reads until the server closes.
async fn send(server: &Socket, request: &[u8]) -> String {
    let mut stream = server.connect().await;
    stream.write_all(request).await.unwrap();
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> String {
    tokio::time::timeout(Duration::from_secs(20), read_to_end(stream)).await.expect("no end")
}

fn head(kind: &str, more: &str) -> String {
    format!("POST /predict/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n{more}\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_is_a_trailer_for_clients_that_accept_one() {
    let server = start(Config::default()).await;
    let body = "5\r\n{}\n{}\r\n2\r\n\n7\r\n0\r\nX-Odd: 1\r\n\r\n";
    let request = head("application/x-ndjson", "TE: trailers\r\nTransfer-Encoding: chunked") + body;
    let response = send(&server, request.as_bytes()).await;
    assert!(response.contains("trailer: x-leadlight-complete"), "{response}");
    let (_, trailer) = response.split_once("\r\n0\r\n").expect("chunks end");
    assert!(trailer.starts_with("x-leadlight-complete: rows=3, scored=2, rejected=1, sha256="), "{response}");
    let without_trailer = send(&server, (head("application/x-ndjson", "Content-Length: 3") + "{}\n").as_bytes()).await;
    assert!(
        without_trailer.contains("\"complete\":true") && without_trailer.ends_with("0\r\n\r\n"),
        "{without_trailer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_client_gets_408() {
    let server = start(Config { read_timeout: Duration::from_millis(300), ..Config::default() }).await;
    for request in [
        head("application/json", "Content-Length: 20") + "{\"leads\":",
        head("application/x-ndjson", "Content-Length: 20"),
        head("text/csv", "Transfer-Encoding: chunked") + "5\r\njobti\r\n",
    ] {
        let response = send(&server, request.as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 408") && response.contains("request_timeout"), "{response}");
    }
    let midway =
        send(&server, (head("text/csv", "Transfer-Encoding: chunked") + "d\r\njobtitle\nCTO\n\r\n").as_bytes()).await;
    assert!(
        midway.starts_with("HTTP/1.1 200") && midway.contains("failed,,,,,,,,") && midway.contains("request_timeout"),
        "{midway}"
    );
    assert_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_do_not_affect_other_requests() {
    let server = start(Config::default()).await;
    for request in [
        head("application/json", "Content-Length: 100") + "{\"leads\": [{}",
        head("text/csv", "Content-Length: 100") + "jobtitle\nCTO\n",
        head("application/x-ndjson", "Transfer-Encoding: chunked") + "5\r\n{}",
        head("application/x-ndjson", "Transfer-Encoding: chunked") + "zz\r\n{}",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let response = read(&mut stream).await;
        assert!(!response.contains("\"complete\":true"), "{request}: {response}");
        assert!(!response.contains("avg_score"), "{request}: {response}");
    }
    for (body, status) in [("{\"leads\": [", 422), ("\u{fffd}\u{0}", 422), ("", 422), ("{}", 422), ("null", 422)] {
        let request = head("application/json", &format!("Content-Length: {}", body.len())) + body;
        let response = send(&server, request.as_bytes()).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{body}: {response}");
    }
    let invalid = [head("application/json", "Content-Length: 4").as_bytes(), b"{\"\xFF\""].concat();
    assert!(send(&server, &invalid).await.contains("json_invalid"));
    assert_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_arrive_while_the_body_is_still_sent() {
    let server = start(Config::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("application/x-ndjson", "Transfer-Encoding: chunked").as_bytes()).await.unwrap();
    stream.write_all(b"14\r\n{\"lead_key\": \"one\"}\n\r\n").await.unwrap();
    let mut received = String::new();
    while !received.contains("\"lead_key\":\"one\"") {
        let mut buffer = [0; 4_096];
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "{received}");
        received.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(read(&mut stream).await.contains("\"complete\":true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_late_gets_everything() {
    let server = start(Config::default()).await;
    let line = format!("{{\"lead_key\": \"{}\"}}\n", "k".repeat(190));
    let count = 60_000;
    let request = head("application/x-ndjson", &format!("Content-Length: {}", line.len() * count));
    let mut stream = server.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    for _ in 0..count / 1_000 {
        stream.write_all(line.repeat(1_000).as_bytes()).await.unwrap();
    }
    let response = read(&mut stream).await;
    assert!(response.contains(&format!("\"complete\":true,\"rows\":{count},\"scored\":{count}")));
    assert!(response.len() > 25 << 20, "{}", response.len());
}
