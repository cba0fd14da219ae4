//! Probes of security scanners against the real binary with the page: hidden files, open methods, spoofed hosts, leaked
//! internals.

use crate::fixtures;
use crate::process::{Server, command, start_command};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tempfile::TempDir;

const PAGE: &str = "<!doctype html><title>the page</title>";
const SECRET: &str = "a secret beside the site";

struct ScannedServer {
    _folder: TempDir,
    server: Server,
}

impl ScannedServer {
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
        std::fs::write(folder.path().join("model.onnx"), fixtures::own().model()).unwrap();
        let server = start_command(command(folder.path()).arg("--site").arg(&site));
        ScannedServer { _folder: folder, server }
    }

    /// Returns the response to a raw request line, with a host.
    fn request(&self, line: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let host = &self.server.address;
        let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        // In one write: an error at the start is answered before a second write.
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = Vec::new();
        // A reset connection has delivered its response.
        let _ = stream.read_to_end(&mut response);
        String::from_utf8_lossy(&response).into_owned()
    }
}

fn status(response: &str) -> u16 {
    response.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{response:?}"))
}

#[test]
fn only_site_files_are_served() {
    let server = ScannedServer::new();
    assert!(server.request("GET /", "").contains(PAGE));
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
        let response = server.request(&format!("GET {path}"), "");
        assert!(matches!(status(&response), 400 | 404), "{path}: {response}");
        assert!(!response.contains(SECRET) && !response.contains("Index of"), "{path}: {response}");
    }
}

#[test]
fn every_response_has_browser_security_headers() {
    let server = ScannedServer::new();
    for path in ["/", "/static/a.css", "/health", "/docs", "/openapi.json", "/nowhere"] {
        let response = server.request(&format!("GET {path}"), "").to_ascii_lowercase();
        for header in
            ["x-content-type-options: nosniff", "referrer-policy: ", "content-security-policy: ", "x-request-id: "]
        {
            assert!(response.contains(header), "{path} has no {header}: {response}");
        }
        assert!(
            response.contains("frame-ancestors 'none'") || response.contains("x-frame-options: deny"),
            "{path}: {response}"
        );
        // Neither program nor framework is named.
        assert!(!response.contains("\r\nserver: ") && !response.contains("x-powered-by"), "{path}: {response}");
    }
}

#[test]
fn unused_methods_are_rejected() {
    let server = ScannedServer::new();
    for method in ["TRACE", "TRACK", "DEBUG", "PUT", "DELETE", "PATCH", "PROPFIND", "CONNECT"] {
        for path in ["/", "/predict", "/static/a.css"] {
            let response = server.request(&format!("{method} {path}"), "X-Probe: echoed-probe\r\n");
            assert!(matches!(status(&response), 400 | 404 | 405 | 501), "{method} {path}: {response}");
            assert!(!response.contains("echoed-probe"), "{method} {path}: {response}");
        }
    }
    assert!(server.request("GET /static/a.css", "").contains("a {}"), "it is still there");
}

#[test]
fn spoofed_origins_and_hosts_are_rejected() {
    let server = ScannedServer::new();
    let response = server.request("GET /health", "Origin: https://evil.example\r\n").to_ascii_lowercase();
    assert!(!response.contains("access-control-allow-origin"), "{response}");
    for (path, headers) in [
        ("/redoc", "X-Forwarded-Host: evil.example\r\n"),
        ("//evil.example/%2f..", ""),
        ("/docs?next=https://evil.example", ""),
        ("/https://evil.example", ""),
        ("/redoc/..//evil.example", ""),
    ] {
        let response = server.request(&format!("GET {path}"), headers);
        let location = response.lines().find(|line| line.to_ascii_lowercase().starts_with("location:"));
        assert!(!location.is_some_and(|line| line.contains("evil")), "{path}: {response}");
    }
}

#[test]
fn errors_do_not_leak_internals() {
    let server = ScannedServer::new();
    for (line, headers) in [
        ("GET /nowhere?<script>alert(1)</script>", ""),
        ("GET /%00", ""),
        ("GET /predict", ""),
        ("POST /predict", "Content-Length: 5\r\nContent-Type: application/json\r\n\r\n{\"a\":"),
        ("POST /predict", "Content-Length: 2\r\nContent-Type: text/xml\r\n\r\n<>"),
        ("GET /monitoring?window=';DROP TABLE prediction_logs--", ""),
        ("GET /monitoring?window=%27%20OR%201=1--", ""),
    ] {
        let response = server.request(line, headers);
        assert!((400..500).contains(&status(&response)), "{line}: {response}");
        for inside in ["panicked", ".rs:", "sqlx", "SQLITE", "stack backtrace", "<script>", "/rustc/"] {
            assert!(!response.contains(inside), "{line}: {response}");
        }
    }
}
