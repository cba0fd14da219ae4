//! Authorization: keys and scopes, localhost without keys, anonymous prediction.

use crate::fixtures;
use crate::support::{TestApp, TestResponse};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use scorer::api::api_keys::{ApiKey, ApiKeys, Scope};
use scorer::api::config::{AuthConfig, Config};
use std::net::SocketAddr;

/// Guarded routes and their scopes; `None`: any key.
const GUARDED: [(&str, &str, Option<Scope>); 6] = [
    ("POST", "/predict", Some(Scope::Predict)),
    ("POST", "/predict/batch", Some(Scope::Predict)),
    ("GET", "/model", None),
    ("GET", "/metrics", Some(Scope::Monitor)),
    ("GET", "/admin/models", Some(Scope::Admin)),
    ("POST", "/admin/model", Some(Scope::Admin)),
];

const OPEN: [&str; 6] = ["/", "/health", "/livez", "/readyz", "/docs", "/openapi.json"];

const REMOTE: &str = "192.0.2.7:40000";

async fn app(access: AuthConfig) -> TestApp {
    TestApp::with(Some(fixtures::own().scorer()), None, Config { auth: access, ..Config::default() }).await
}

/// Creates keys with these scopes; returns their secrets too.
fn keys(scopes: &[&[Scope]]) -> (AuthConfig, Vec<String>) {
    let made =
        scopes.iter().enumerate().map(|(at, scopes)| ApiKey::generate(&format!("key-{at}"), scopes.to_vec()).unwrap());
    let (secrets, lines): (Vec<_>, Vec<_>) = made.map(|(secret, key)| (secret, key.to_line())).unzip();
    (AuthConfig { keys: ApiKeys::open(None, &lines.join("\n")).unwrap(), ..AuthConfig::default() }, secrets)
}

async fn call(app: &TestApp, from: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if method == "POST" { "{}" } else { "" };
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(from.parse::<SocketAddr>().unwrap()));
    app.send(request).await
}

fn is_rejected(response: &TestResponse) -> bool {
    matches!(response.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

#[tokio::test]
async fn each_scope_opens_its_routes_and_no_others() {
    let (access, secrets) = keys(&[&[Scope::Predict], &[Scope::Monitor], &[Scope::Admin], &Scope::ALL]);
    let app = app(access).await;
    for (method, path, need) in GUARDED {
        for (secret, scopes) in
            secrets.iter().zip([&[Scope::Predict][..], &[Scope::Monitor], &[Scope::Admin], &Scope::ALL])
        {
            let bearer = format!("Bearer {secret}");
            for header in [("authorization", bearer.as_str()), ("x-api-key", secret)] {
                let response = call(&app, REMOTE, method, path, &[header]).await;
                let opened = need.is_none_or(|need| scopes.contains(&need));
                assert_eq!(is_rejected(&response), !opened, "{path} {scopes:?}: {}", response.text());
                if let (Some(need), false) = (need, opened) {
                    assert_eq!(response.status, StatusCode::FORBIDDEN);
                    assert_eq!(response.json()["error"], "forbidden");
                    assert!(response.json()["message"].as_str().unwrap().contains(need.word()), "{}", response.text());
                    let challenge = response.header("www-authenticate");
                    assert!(challenge.contains("insufficient_scope") && challenge.contains(need.word()), "{challenge}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_document_states_the_scope_of_each_route() {
    let (access, secrets) = keys(&[&[Scope::Predict], &[Scope::Monitor], &[Scope::Admin]]);
    let app = app(access).await;
    let description = call(&app, REMOTE, "GET", "/openapi.json", &[]).await.json();
    let paths = description["paths"].as_object().unwrap();
    let operations =
        paths.iter().flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |of| (path, of.0, of.1)));
    for (path, method, operation) in operations {
        let security = &operation["security"];
        let wanted: Option<Vec<&str>> =
            security[0]["Bearer"].as_array().map(|scopes| scopes.iter().map(|scope| scope.as_str().unwrap()).collect());
        assert_eq!(security[0]["Bearer"], security[1]["Key"], "{path}");
        let method = method.to_uppercase();
        let without = call(&app, REMOTE, &method, path, &[]).await;
        assert_eq!(is_rejected(&without), wanted.is_some(), "{method} {path}");
        for (secret, scope) in secrets.iter().zip(Scope::ALL) {
            let response = call(&app, REMOTE, &method, path, &[("x-api-key", secret)]).await;
            let opened = wanted.as_ref().is_none_or(|wanted| wanted.is_empty() || wanted.contains(&scope.word()));
            assert_eq!(is_rejected(&response), !opened, "{method} {path} with {}", scope.word());
        }
    }
}

#[tokio::test]
async fn a_missing_or_unknown_key_is_rejected_even_from_localhost() {
    let (access, secrets) = keys(&[&Scope::ALL]);
    let app = app(access).await;
    let other = ApiKey::generate("other", vec![Scope::Predict]).unwrap().0;
    for (method, path, _) in GUARDED {
        for from in [REMOTE, "127.0.0.1:40000"] {
            let none = call(&app, from, method, path, &[]).await;
            assert_eq!((none.status, none.json()["error"].clone()), (StatusCode::UNAUTHORIZED, "unauthorized".into()));
            assert_eq!(none.header("www-authenticate"), "Bearer realm=\"leadlight\"");
            assert!(none.json()["detail"].is_null());
            let bearer = format!("Bearer {other}");
            let wrong = call(&app, from, method, path, &[("authorization", &bearer)]).await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(wrong.header("www-authenticate").contains("invalid_token"));
            assert!(!wrong.text().contains(&other));
        }
    }
    let basic = call(&app, REMOTE, "POST", "/predict", &[("authorization", &format!("Basic {}", secrets[0]))]).await;
    assert_eq!(basic.status, StatusCode::UNAUTHORIZED);
    for path in OPEN {
        assert_eq!(call(&app, REMOTE, "GET", path, &[]).await.status, StatusCode::OK, "{path}");
        assert_eq!(call(&app, REMOTE, "HEAD", path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn without_keys_only_localhost_is_served() {
    let app = app(AuthConfig::default()).await;
    for (method, path, _) in GUARDED {
        for from in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(!is_rejected(&call(&app, from, method, path, &[]).await), "{path} {from}");
        }
        let far = call(&app, REMOTE, method, path, &[]).await;
        assert_eq!((far.status, far.json()["error"].clone()), (StatusCode::FORBIDDEN, "forbidden".into()), "{path}");
        let near = "127.0.0.1:1";
        for header in [
            ("x-forwarded-for", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
            ("host", "rebound.example"),
            ("origin", "https://elsewhere.example"),
        ] {
            assert_eq!(
                call(&app, near, method, path, &[header]).await.status,
                StatusCode::FORBIDDEN,
                "{path} {header:?}"
            );
        }
        let own_page = [("host", "localhost:7860"), ("origin", "http://localhost:7860")];
        assert!(!is_rejected(&call(&app, near, method, path, &own_page).await), "{path}");
    }
    for path in OPEN {
        assert_eq!(call(&app, REMOTE, "GET", path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn anonymous_callers_may_only_predict() {
    let (with_keys, secrets) = keys(&[&[Scope::Monitor]]);
    for access in [AuthConfig::default(), with_keys] {
        let has_keys = !access.keys.is_empty();
        let app = app(AuthConfig { anonymous_predict: true, ..access }).await;
        for (method, path, need) in GUARDED {
            let open = !matches!(need, Some(Scope::Monitor | Scope::Admin));
            let forwarded = [("x-forwarded-for", "198.51.100.1"), ("host", "demo.example")];
            for response in
                [call(&app, REMOTE, method, path, &[]).await, call(&app, "127.0.0.1:1", method, path, &forwarded).await]
            {
                assert_eq!(is_rejected(&response), !open, "{path} keys: {has_keys}");
            }
        }
        if has_keys {
            let monitor = [("x-api-key", secrets[0].as_str())];
            assert_eq!(call(&app, REMOTE, "GET", "/metrics", &monitor).await.status, StatusCode::OK);
            assert_eq!(call(&app, REMOTE, "POST", "/predict", &monitor).await.status, StatusCode::OK);
            assert!(is_rejected(&call(&app, REMOTE, "GET", "/admin/models", &monitor).await));
        }
    }
}

#[tokio::test]
async fn an_unknown_peer_is_not_localhost() {
    let app = app(AuthConfig::default()).await;
    let request = Request::post("/predict").body(Body::from("{}")).unwrap();
    assert_eq!(app.send_without_peer(request).await.status, StatusCode::FORBIDDEN);
}

#[test]
fn a_generated_key_is_accepted_and_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_leadlight"))
        .args(["key", "crm", "--scopes", "predict,monitor"])
        .output()
        .unwrap();
    let output = String::from_utf8(made.stdout).unwrap();
    let after = |word: &str| output.lines().find_map(|line| line.strip_prefix(word)).unwrap().trim().to_owned();
    let (secret, line) = (after("key:"), after("line:"));
    assert!(line.starts_with("crm predict,monitor ") && !line.contains(&secret));
    std::fs::write(folder.path().join("keys.txt"), format!("# callers\n{line}\n")).unwrap();
    let server = crate::process::start_with(folder.path(), &["--keys", "keys.txt"]);
    let status = |header: &str| crate::process::post_with(&server.address, "/predict", header, "{}").unwrap().0;
    assert_eq!(status("X-Other: 1"), 401);
    assert_eq!(status(&format!("Authorization: Bearer {secret}")), 200);
    assert_eq!(status(&format!("Authorization: Bearer {secret}0")), 401);
}

#[test]
fn remote_callers_are_rejected_unless_anonymous_is_set() {
    // Finds the machine's outgoing address; nothing is sent.
    let own = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    let Ok(own) = own else {
        eprintln!("NOT CHECKED: this machine has no address but its own");
        return;
    };
    for (options, status) in
        [(vec!["--host", "0.0.0.0"], 403), (vec!["--host", "0.0.0.0", "--anonymous", "predict"], 200)]
    {
        let folder = tempfile::tempdir().unwrap();
        let (server, log) = crate::process::start_logged(crate::process::command(folder.path()).args(options));
        let port = server.address.rsplit_once(':').unwrap().1.to_owned();
        let (far, near) = (format!("{}:{port}", own.ip()), format!("127.0.0.1:{port}"));
        assert_eq!(crate::process::post(&far, "/predict", "{}").unwrap().0, status);
        assert_eq!(crate::process::post(&near, "/predict", "{}").unwrap().0, 200);
        assert_eq!(crate::process::post(&far, "/admin/model", r#"{"action": "reload"}"#).unwrap().0, 403);
        assert_eq!(crate::process::post(&near, "/admin/model", r#"{"action": "reload"}"#).unwrap().0, 200);
        let text = log(server);
        assert!(text.contains("WARN") && text.contains("no API keys are configured"), "{text}");
    }
}
