//! What scanners look for on a server that they do not know: files that should not be there, doors left open, words that
//! tell too much. The real program over a socket, with the page.

use crate::parity;
use crate::process::{Server, command, start_command};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tempfile::TempDir;

const PAGE: &str = "<!doctype html><title>the page</title>";
const SECRET: &str = "a secret beside the site";

struct Place {
    _folder: TempDir,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("site");
        for path in [".git", "static"] {
            std::fs::create_dir_all(site.join(path)).unwrap();
        }
        for (path, text) in [("index.html", PAGE), (".git/config", SECRET), (".env", SECRET), ("static/a.css", "a {}")]
        {
            std::fs::write(site.join(path), text).unwrap();
        }
        std::fs::write(folder.path().join("secret.txt"), SECRET).unwrap();
        std::fs::write(folder.path().join("model.onnx"), parity::own().model()).unwrap();
        let server = start_command(command(folder.path()).arg("--site").arg(&site));
        Place { _folder: folder, server }
    }

    /// What is answered to a request as it stands here, with a host.
    fn ask(&self, line: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let host = &self.server.address;
        let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        // At once: what is wrong at its beginning is answered before the rest could follow.
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A server that resets the connection has said what it had to say.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer:?}"))
}

#[test]
fn no_file_is_given_that_is_none_of_the_sites() {
    let place = Place::new();
    assert!(place.ask("GET /", "").contains(PAGE));
    for path in [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/.env.local",
        "/.DS_Store",
        "/.svn/entries",
        "/backup.zip",
        "/leadlight.sqlite",
        "/model.onnx",
        "/Cargo.toml",
        "/web.config",
        "/wp-login.php",
        "/phpinfo.php",
        "/server-status",
        "/actuator/env",
        "/debug/pprof/",
        "/admin",
        "/admin/",
        "/graphql",
        "/console",
        "/../secret.txt",
        "/static/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/static/..%5c..%5csecret.txt",
        "/static/%252e%252e/secret.txt",
        "/static//../secret.txt",
        "/static/",
        "/static",
    ] {
        let answer = place.ask(&format!("GET {path}"), "");
        assert!(matches!(status(&answer), 400 | 404), "{path}: {answer}");
        assert!(!answer.contains(SECRET) && !answer.contains("Index of"), "{path}: {answer}");
    }
}

#[test]
fn every_answer_has_the_heads_that_browsers_heed() {
    let place = Place::new();
    for path in ["/", "/static/a.css", "/health", "/docs", "/openapi.json", "/nowhere"] {
        let answer = place.ask(&format!("GET {path}"), "").to_ascii_lowercase();
        for header in
            ["x-content-type-options: nosniff", "referrer-policy: ", "content-security-policy: ", "x-request-id: "]
        {
            assert!(answer.contains(header), "{path} has no {header}: {answer}");
        }
        assert!(
            answer.contains("frame-ancestors 'none'") || answer.contains("x-frame-options: deny"),
            "{path}: {answer}"
        );
        // Neither which program this is, nor by what it was made.
        assert!(!answer.contains("\r\nserver: ") && !answer.contains("x-powered-by"), "{path}: {answer}");
    }
}

#[test]
fn methods_that_nobody_needs_do_nothing() {
    let place = Place::new();
    for method in ["TRACE", "TRACK", "DEBUG", "PUT", "DELETE", "PATCH", "PROPFIND", "CONNECT"] {
        for path in ["/", "/predict", "/static/a.css"] {
            let answer = place.ask(&format!("{method} {path}"), "X-Probe: echoed-probe\r\n");
            assert!(matches!(status(&answer), 400 | 404 | 405 | 501), "{method} {path}: {answer}");
            assert!(!answer.contains("echoed-probe"), "{method} {path}: {answer}");
        }
    }
    assert!(place.ask("GET /static/a.css", "").contains("a {}"), "it is still there");
}

#[test]
fn no_other_origin_or_host_is_taken_at_its_word() {
    let place = Place::new();
    let answer = place.ask("GET /health", "Origin: https://evil.example\r\n").to_ascii_lowercase();
    assert!(!answer.contains("access-control-allow-origin"), "{answer}");
    for (path, headers) in [
        ("/redoc", "X-Forwarded-Host: evil.example\r\n"),
        ("//evil.example/%2f..", ""),
        ("/docs?next=https://evil.example", ""),
        ("/https://evil.example", ""),
        ("/redoc/..//evil.example", ""),
    ] {
        let answer = place.ask(&format!("GET {path}"), headers);
        let location = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("location:"));
        assert!(!location.is_some_and(|line| line.contains("evil")), "{path}: {answer}");
    }
}

#[test]
fn what_is_wrong_is_told_without_what_is_inside() {
    let place = Place::new();
    for (line, headers) in [
        ("GET /nowhere?<script>alert(1)</script>", ""),
        ("GET /%00", ""),
        ("GET /predict", ""),
        ("POST /predict", "Content-Length: 5\r\nContent-Type: application/json\r\n\r\n{\"a\":"),
        ("POST /predict", "Content-Length: 2\r\nContent-Type: text/xml\r\n\r\n<>"),
        ("GET /monitoring?window=';DROP TABLE prediction_logs--", ""),
        ("GET /monitoring?window=%27%20OR%201=1--", ""),
    ] {
        let answer = place.ask(line, headers);
        assert!((400..500).contains(&status(&answer)), "{line}: {answer}");
        for inside in ["panicked", ".rs:", "sqlx", "SQLITE", "stack backtrace", "<script>", "/rustc/"] {
            assert!(!answer.contains(inside), "{line}: {answer}");
        }
    }
}
