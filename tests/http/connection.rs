//! Over a socket: clients that are slow, many, deaf or gone, and a server that is told to stop.

use crate::parity;
use crate::support::{Socket, rest};
use scorer::api::config::{Config, Limits};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

const SECOND: Duration = Duration::from_secs(1);

async fn socket(limits: Limits) -> Socket {
    Socket::start(Some(parity::own().scorer()), Config { limits, ..Config::default() }).await
}

fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_come_ends_the_connection() {
    let socket = socket(Limits { head: SECOND, ..Limits::default() }).await;
    for begun in ["", "GET /health HTTP/1.1\r\nHost: loc"] {
        let mut stream = socket.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        let started = Instant::now();
        timeout(SECOND * 5, rest(&mut stream)).await.expect("the connection stays open");
        assert!(started.elapsed() > SECOND / 2, "{begun:?} ended after {:?}", started.elapsed());
    }
    // One byte now and then does not make a head.
    let mut stream = socket.connect().await;
    let (mut reading, mut writing) = stream.split();
    let dripping = async {
        for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaa" {
            if writing.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mut bytes = Vec::new();
    let ended = async { drop(reading.read_to_end(&mut bytes).await) };
    tokio::select! {
        () = dripping => panic!("the connection stays open"),
        () = ended => {}
    }
    assert!(!String::from_utf8_lossy(&bytes).contains("200 OK"));
    assert!(socket.ask(&post("{}")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_drips_is_ended_by_the_time_for_all_of_it() {
    let socket = socket(Limits { request: SECOND, ..Limits::default() }).await;
    let mut stream = socket.connect().await;
    stream.write_all(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let dripping = async {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut head = vec![0; 12];
    let answered = async { reading.read_exact(&mut head).await.unwrap() };
    tokio::select! {
        () = dripping => {}
        told = timeout(SECOND * 5, answered) => { told.expect("no answer came"); }
    }
    assert_eq!(String::from_utf8(head).unwrap(), "HTTP/1.1 408");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_too_many_are_told_so_and_those_that_are_open_go_on() {
    let socket = socket(Limits { connections: 2, ..Limits::default() }).await;
    let (mut one, two) = (socket.connect().await, socket.connect().await);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let told = timeout(SECOND * 5, socket.ask("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")).await.unwrap();
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1"), "{told}");
    let body: serde_json::Value = serde_json::from_str(told.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["error"], "service_unavailable");
    one.write_all(post("{}").as_bytes()).await.unwrap();
    assert!(rest(&mut one).await.starts_with("HTTP/1.1 200"));
    drop((one, two));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(socket.ask(&post("{}")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_has_begun_is_finished_after_the_stop_and_none_begins() {
    let mut socket = socket(Limits::default()).await;
    let address = socket.address;
    let mut begun = socket.connect().await;
    let request = post("{ }");
    begun.write_all(&request.as_bytes()[..request.len() - 1]).await.unwrap();
    let mut idle = socket.connect().await;
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    socket.tell_to_stop();
    timeout(SECOND * 2, rest(&mut idle)).await.expect("an idle connection is closed");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "no connection is taken any more");
    begun.write_all(b"}").await.unwrap();
    assert!(rest(&mut begun).await.starts_with("HTTP/1.1 200"));
    timeout(SECOND * 2, socket.ended()).await.expect("the server ends when nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let socket = socket(Limits { connections: 6, ..Limits::default() }).await;
    for _ in 0..5 {
        let mut stream = socket.connect().await;
        stream.write_all(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ask = || socket.ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let gone = ["leadlight_connections 1\n", "leadlight_body_memory_bytes 0\n", "leadlight_requests_in_flight 1\n"];
    let started = Instant::now();
    let mut figures = ask().await;
    while !gone.iter().all(|line| figures.contains(line)) {
        assert!(started.elapsed() < SECOND * 10, "{figures}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        figures = ask().await;
    }
    assert!(socket.ask(&post("{}")).await.starts_with("HTTP/1.1 200"));
}
