//! The real binary: startup errors, shutdown, durability of acknowledged predictions.

use crate::fixtures;
use crate::support::{count, open, query};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A server on a free port, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(folder: &Path) -> Command {
    let model = folder.join("model.onnx");
    if !model.exists() {
        std::fs::write(&model, fixtures::own().model()).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    let ours =
        std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("LEADLIGHT_"));
    for name in ours.chain(["DATABASE_URL".into(), "CORS_ORIGINS".into()]) {
        command.env_remove(name);
    }
    command.env("LEADLIGHT_PORT", "0").current_dir(folder).args(["serve", "--models"]).arg(model);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(folder: &Path) -> Server {
    start_with(folder, &[])
}

pub(crate) fn start_with(folder: &Path, options: &[&str]) -> Server {
    start_command(command(folder).args(options))
}

/// Starts a server; the function stops it and returns its stderr.
pub(crate) fn start_logged(command: &mut Command) -> (Server, impl FnOnce(Server) -> String + use<>) {
    let mut server = spawn(command);
    let mut stderr = server.child.stderr.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let log = |mut server: Server| {
        signal(&server, "TERM");
        wait_for_exit(&mut server, Duration::from_secs(15));
        reading.join().unwrap()
    };
    (server, log)
}

pub(crate) fn start_command(command: &mut Command) -> Server {
    spawn(command.stderr(Stdio::null()))
}

fn spawn(command: &mut Command) -> Server {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("http://").expect("the address is told").1.to_owned();
    Server { child, address }
}

/// Returns status and body of a response; `None` if the connection broke.
pub(crate) fn post(address: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    post_with(address, path, "Accept: */*", body)
}

/// The same with more headers.
pub(crate) fn post_with(address: &str, path: &str, headers: &str, body: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let length = body.len();
    write!(stream, "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\nConnection: close\r\n\r\n{body}").ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
}

/// Posts from several threads during `while_posting`; returns the ids of acknowledged predictions.
fn post_repeatedly(address: &str, threads: usize, while_posting: impl FnOnce()) -> HashSet<String> {
    let (ids, stop) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let Some((200, prediction)) = post(address, "/predict", r#"{"jobtitle": "CTO"}"#) else { continue };
                    ids.lock().unwrap().insert(prediction["prediction_id"].as_str().unwrap().to_owned());
                }
            });
        }
        while_posting();
        stop.store(true, Ordering::Relaxed);
    });
    ids.into_inner().unwrap()
}

async fn logged_ids(database: &Path) -> HashSet<String> {
    let rows = open(database).await;
    query(&rows, "SELECT id FROM prediction_logs", |row| row.get(0)).into_iter().collect()
}

fn signal(server: &Server, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &server.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn wait_for_exit(server: &mut Server, within: Duration) -> Option<i32> {
    let spawn = Instant::now();
    while spawn.elapsed() < within {
        if let Some(status) = server.child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the server did not end within {within:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_acknowledged_prediction() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let mut server = start(folder.path());
        let address = server.address.clone();
        let acknowledged = post_repeatedly(&address, 8, || {
            std::thread::sleep(Duration::from_millis(300 + 170 * round));
            server.child.kill().unwrap();
            server.child.wait().unwrap();
        });
        let kept = logged_ids(&folder.path().join("leadlight.sqlite")).await;
        let lost = acknowledged.difference(&kept).count();
        eprintln!("{} acknowledged before the kill, {} kept, {lost} lost", acknowledged.len(), kept.len());
        assert!(!acknowledged.is_empty());
        assert_eq!(lost, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_and_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path());
    let address = server.address.clone();
    let mut code = None;
    let acknowledged = post_repeatedly(&address, 4, || {
        std::thread::sleep(Duration::from_millis(300));
        signal(&server, "TERM");
        code = wait_for_exit(&mut server, Duration::from_secs(15));
    });
    assert_eq!(code, Some(0));
    let database = folder.path().join("leadlight.sqlite");
    // Checkpointed: no WAL file is left.
    assert!(!folder.path().join("leadlight.sqlite-wal").exists());
    let kept = logged_ids(&database).await;
    assert!(!acknowledged.is_empty());
    assert_eq!(kept, acknowledged);
    let rows = open(&database).await;
    assert_eq!(count(&rows, "api_metrics").await as usize, kept.len());
}

#[test]
fn an_empty_database_url_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    let server = start_command(command.env("DATABASE_URL", ""));
    assert_eq!(post(&server.address, "/predict", "{}").unwrap().0, 200);
    assert!(folder.path().join("leadlight.sqlite").is_file());
}

#[test]
fn a_second_signal_exits_immediately() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path());
    // An unfinished request delays the shutdown that the first signal starts.
    let mut slow = TcpStream::connect(&server.address).unwrap();
    write!(slow, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{{").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    signal(&server, "INT");
    std::thread::sleep(Duration::from_millis(300));
    assert!(server.child.try_wait().unwrap().is_none(), "it did not wait for the request");
    signal(&server, "INT");
    assert_eq!(wait_for_exit(&mut server, Duration::from_secs(2)), Some(1));
}

#[test]
fn bodies_stay_within_the_memory_budget() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with(folder.path(), &["--body-limit-mb", "1"]);
    let half_sent = || {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let length = 1 << 20;
        write!(stream, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n").unwrap();
        stream.write_all(&vec![b' '; length - 1]).unwrap();
        stream
    };
    let holding = [half_sent(), half_sent()];
    std::thread::sleep(Duration::from_millis(500));
    let (status, body) = post(&server.address, "/predict", "{}").unwrap();
    assert_eq!((status, body["error"].as_str()), (503, Some("service_unavailable")));
    drop(holding);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(post(&server.address, "/predict", "{}").unwrap().0, 200);
}

#[test]
fn a_startup_failure_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    std::fs::write(folder.path().join("broken.onnx"), &fixtures::own().model()[..5_000]).unwrap();
    std::fs::write(folder.path().join("note.txt"), "this is a text and no database at all".repeat(50)).unwrap();
    std::fs::create_dir_all(folder.path().join("empty")).unwrap();
    for (options, expected) in [
        (vec!["--port", &port], "is already in use"),
        (vec!["--database", "empty"], "cannot use the database empty"),
        (vec!["--database", "note.txt"], "cannot use the database note.txt: file is not a database"),
        (vec!["--database", "/proc/log.sqlite"], "cannot use the database /proc/log.sqlite"),
        (vec!["--database", "mysql://me:secret@host/leads"], "should be a file, a sqlite: or a postgresql: address"),
        (vec!["--models", "broken.onnx"], "broken.onnx"),
        (vec!["--models", "none.onnx"], "cannot read none.onnx"),
        (vec!["--site", "nowhere"], "cannot read the site folder nowhere"),
        (vec!["--site", "empty"], "has no index.html"),
        (vec!["--cors-origins", "example.org"], "should be a scheme and a host"),
        (vec!["--allowed-hosts", "https://a.example"], "should be a name or an address"),
        (vec!["--keys", "none.txt"], "cannot read the key file none.txt"),
        (vec!["--keys", "note.txt"], "line 1 of the keys"),
        (vec!["--rate-burst", "3"], "--rate-burst needs --rate-limit"),
    ] {
        let output = command(folder.path()).args(&options).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{options:?}: {stderr}");
        assert!(stderr.contains(expected), "{options:?}: {stderr}");
        assert_eq!(stderr.trim().lines().count(), 1, "{options:?}: {stderr}");
        assert!(!stderr.contains("secret"), "{stderr}");
    }
}
