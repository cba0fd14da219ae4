//! Connections over a socket: slow, excess and disconnecting clients, and shutdown.

use crate::fixtures;
use crate::support::{Socket, read_to_end};
use scorer::api::config::{Config, Limits};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

const SECOND: Duration = Duration::from_secs(1);

async fn socket(limits: Limits) -> Socket {
    Socket::start(Some(fixtures::own().scorer()), Config { limits, ..Config::default() }).await
}

fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_head_closes_the_connection() {
    let socket = socket(Limits { head: SECOND, ..Limits::default() }).await;
    for unfinished in ["", "GET /health HTTP/1.1\r\nHost: loc"] {
        let mut stream = socket.connect().await;
        stream.write_all(unfinished.as_bytes()).await.unwrap();
        let started = Instant::now();
        timeout(SECOND * 5, read_to_end(&mut stream)).await.expect("the connection stays open");
        assert!(started.elapsed() > SECOND / 2, "{unfinished:?} ended after {:?}", started.elapsed());
    }
    // Trickled bytes do not extend the head timeout.
    let mut stream = socket.connect().await;
    let (mut reading, mut writing) = stream.split();
    let trickle = async {
        for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaa" {
            if writing.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mut bytes = Vec::new();
    let closed = async { drop(reading.read_to_end(&mut bytes).await) };
    tokio::select! {
        () = trickle => panic!("the connection stays open"),
        () = closed => {}
    }
    assert!(!String::from_utf8_lossy(&bytes).contains("200 OK"));
    assert!(socket.request(&post("{}")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trickled_body_hits_the_request_timeout() {
    let socket = socket(Limits { request: SECOND, ..Limits::default() }).await;
    let mut stream = socket.connect().await;
    stream.write_all(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let trickle = async {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut head = vec![0; 12];
    let response = async { reading.read_exact(&mut head).await.unwrap() };
    tokio::select! {
        () = trickle => {}
        response = timeout(SECOND * 5, response) => { response.expect("no answer came"); }
    }
    assert_eq!(String::from_utf8(head).unwrap(), "HTTP/1.1 408");
}

#[tokio::test(flavor = "multi_thread")]
async fn excess_connections_get_503_and_open_ones_continue() {
    let socket = socket(Limits { connections: 2, ..Limits::default() }).await;
    let (mut one, two) = (socket.connect().await, socket.connect().await);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let response =
        timeout(SECOND * 5, socket.request("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 503") && response.contains("retry-after: 1"), "{response}");
    let body: serde_json::Value = serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["error"], "service_unavailable");
    one.write_all(post("{}").as_bytes()).await.unwrap();
    assert!(read_to_end(&mut one).await.starts_with("HTTP/1.1 200"));
    drop((one, two));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(socket.request(&post("{}")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_finishes_running_requests_and_accepts_none() {
    let mut socket = socket(Limits::default()).await;
    let address = socket.address;
    let mut unfinished = socket.connect().await;
    let request = post("{ }");
    unfinished.write_all(&request.as_bytes()[..request.len() - 1]).await.unwrap();
    let mut idle = socket.connect().await;
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut response = vec![0; 12];
    idle.read_exact(&mut response).await.unwrap();
    socket.stop();
    timeout(SECOND * 2, read_to_end(&mut idle)).await.expect("an idle connection is closed");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "no connection is taken any more");
    unfinished.write_all(b"}").await.unwrap();
    assert!(read_to_end(&mut unfinished).await.starts_with("HTTP/1.1 200"));
    timeout(SECOND * 2, socket.join()).await.expect("the server ends when nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnected_client_releases_its_resources() {
    let socket = socket(Limits { connections: 6, ..Limits::default() }).await;
    for _ in 0..5 {
        let mut stream = socket.connect().await;
        stream.write_all(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let get_metrics = || socket.request("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let expected = ["leadlight_connections 1\n", "leadlight_body_memory_bytes 0\n", "leadlight_requests_in_flight 1\n"];
    let started = Instant::now();
    let mut metrics = get_metrics().await;
    while !expected.iter().all(|line| metrics.contains(line)) {
        assert!(started.elapsed() < SECOND * 10, "{metrics}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        metrics = get_metrics().await;
    }
    assert!(socket.request(&post("{}")).await.starts_with("HTTP/1.1 200"));
}
