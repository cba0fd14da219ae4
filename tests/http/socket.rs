//! What only a real connection shows: trailers, slow and broken bodies, clients that read late.

use crate::parity;
use crate::support::service;
use scorer::api::config::Config;
use scorer::api::serve;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server on a free port, until the test's runtime ends.
struct Server {
    address: std::net::SocketAddr,
    _folder: TempDir,
}

impl Server {
    async fn new(mut config: Config) -> Self {
        // The name that the requests below call it by.
        config.access.hosts.push("x".to_owned());
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("log.sqlite");
        let (service, tasks) = service(Some(parity::own().scorer()), &database, None, config).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let _tasks = tasks;
            serve(listener, service, std::future::pending()).await
        });
        Server { address, _folder: folder }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes as they are, and reads until the server closes.
    async fn send(&self, request: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request).await.unwrap();
        read(&mut stream).await
    }

    async fn lives(&self) {
        let answer =
            self.send(b"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.expect("no end");
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(kind: &str, more: &str) -> String {
    format!("POST /predict/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n{more}\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_comes_as_a_trailer_for_those_who_take_one() {
    let server = Server::new(Config::default()).await;
    let body = "5\r\n{}\n{}\r\n2\r\n\n7\r\n0\r\nX-Odd: 1\r\n\r\n";
    let request = head("application/x-ndjson", "TE: trailers\r\nTransfer-Encoding: chunked") + body;
    let answer = server.send(request.as_bytes()).await;
    assert!(answer.contains("trailer: x-leadlight-complete"), "{answer}");
    let (_, trailer) = answer.split_once("\r\n0\r\n").expect("chunks end");
    assert!(trailer.starts_with("x-leadlight-complete: rows=3, scored=2, rejected=1, sha256="), "{answer}");
    let plain = server.send((head("application/x-ndjson", "Content-Length: 3") + "{}\n").as_bytes()).await;
    assert!(plain.contains("\"complete\":true") && plain.ends_with("0\r\n\r\n"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_told_so() {
    let server = Server::new(Config { silence: Duration::from_millis(300), ..Config::default() }).await;
    for request in [
        head("application/json", "Content-Length: 20") + "{\"leads\":",
        head("application/x-ndjson", "Content-Length: 20"),
        head("text/csv", "Transfer-Encoding: chunked") + "5\r\njobti\r\n",
    ] {
        let answer = server.send(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    }
    let midway =
        server.send((head("text/csv", "Transfer-Encoding: chunked") + "d\r\njobtitle\nCTO\n\r\n").as_bytes()).await;
    assert!(
        midway.starts_with("HTTP/1.1 200") && midway.contains("failed,,,,,,,,") && midway.contains("request_timeout"),
        "{midway}"
    );
    server.lives().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_cost_nobody_else_anything() {
    let server = Server::new(Config::default()).await;
    for request in [
        head("application/json", "Content-Length: 100") + "{\"leads\": [{}",
        head("text/csv", "Content-Length: 100") + "jobtitle\nCTO\n",
        head("application/x-ndjson", "Transfer-Encoding: chunked") + "5\r\n{}",
        head("application/x-ndjson", "Transfer-Encoding: chunked") + "zz\r\n{}",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = read(&mut stream).await;
        assert!(!answer.contains("\"complete\":true"), "{request}: {answer}");
        assert!(!answer.contains("avg_score"), "{request}: {answer}");
    }
    for (body, status) in [("{\"leads\": [", 422), ("\u{fffd}\u{0}", 422), ("", 422), ("{}", 422), ("null", 422)] {
        let request = head("application/json", &format!("Content-Length: {}", body.len())) + body;
        let answer = server.send(request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{body}: {answer}");
    }
    let invalid = [head("application/json", "Content-Length: 4").as_bytes(), b"{\"\xFF\""].concat();
    assert!(server.send(&invalid).await.contains("json_invalid"));
    server.lives().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_while_the_file_is_still_sent() {
    let server = Server::new(Config::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("application/x-ndjson", "Transfer-Encoding: chunked").as_bytes()).await.unwrap();
    stream.write_all(b"14\r\n{\"lead_key\": \"one\"}\n\r\n").await.unwrap();
    let mut begun = String::new();
    while !begun.contains("\"lead_key\":\"one\"") {
        let mut piece = [0; 4_096];
        let count = stream.read(&mut piece).await.unwrap();
        assert!(count > 0, "{begun}");
        begun.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(read(&mut stream).await.contains("\"complete\":true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_only_when_all_is_sent_gets_everything() {
    let server = Server::new(Config::default()).await;
    let line = format!("{{\"lead_key\": \"{}\"}}\n", "k".repeat(190));
    let count = 60_000;
    let request = head("application/x-ndjson", &format!("Content-Length: {}", line.len() * count));
    let mut stream = server.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    for _ in 0..count / 1_000 {
        stream.write_all(line.repeat(1_000).as_bytes()).await.unwrap();
    }
    let answer = read(&mut stream).await;
    assert!(answer.contains(&format!("\"complete\":true,\"rows\":{count},\"scored\":{count}")));
    assert!(answer.len() > 25 << 20, "{}", answer.len());
}
