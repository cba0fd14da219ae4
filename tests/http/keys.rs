//! Who may call what: keys and their scopes, this machine without keys, anyone where prediction is open.

use crate::parity;
use crate::support::{Answer, Bench};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use scorer::api::api_keys::{ApiKey, ApiKeys, Scope};
use scorer::api::config::{AuthConfig, Config};
use std::net::SocketAddr;

/// Every route that is not open, and the scope that opens it; none: any key.
const GUARDED: [(&str, &str, Option<Scope>); 6] = [
    ("POST", "/predict", Some(Scope::Predict)),
    ("POST", "/predict/batch", Some(Scope::Predict)),
    ("GET", "/model", None),
    ("GET", "/metrics", Some(Scope::Monitor)),
    ("GET", "/admin/models", Some(Scope::Admin)),
    ("POST", "/admin/model", Some(Scope::Admin)),
];

const OPEN: [&str; 6] = ["/", "/health", "/livez", "/readyz", "/docs", "/openapi.json"];

const FAR: &str = "192.0.2.7:40000";

async fn bench(access: AuthConfig) -> Bench {
    Bench::with(Some(parity::own().scorer()), None, Config { auth: access, ..Config::default() }).await
}

/// Keys with these scopes, and the secrets of each.
fn keys(scopes: &[&[Scope]]) -> (AuthConfig, Vec<String>) {
    let made =
        scopes.iter().enumerate().map(|(at, scopes)| ApiKey::generate(&format!("key-{at}"), scopes.to_vec()).unwrap());
    let (secrets, lines): (Vec<_>, Vec<_>) = made.map(|(secret, key)| (secret, key.to_line())).unzip();
    (AuthConfig { keys: ApiKeys::open(None, &lines.join("\n")).unwrap(), ..AuthConfig::default() }, secrets)
}

async fn call(bench: &Bench, from: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if method == "POST" { "{}" } else { "" };
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(from.parse::<SocketAddr>().unwrap()));
    bench.send(request).await
}

fn turned_away(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

#[tokio::test]
async fn each_scope_opens_its_routes_and_no_others() {
    let (access, secrets) = keys(&[&[Scope::Predict], &[Scope::Monitor], &[Scope::Admin], &Scope::ALL]);
    let bench = bench(access).await;
    for (method, path, need) in GUARDED {
        for (secret, scopes) in
            secrets.iter().zip([&[Scope::Predict][..], &[Scope::Monitor], &[Scope::Admin], &Scope::ALL])
        {
            let bearer = format!("Bearer {secret}");
            for header in [("authorization", bearer.as_str()), ("x-api-key", secret)] {
                let answer = call(&bench, FAR, method, path, &[header]).await;
                let opened = need.is_none_or(|need| scopes.contains(&need));
                assert_eq!(turned_away(&answer), !opened, "{path} {scopes:?}: {}", answer.text());
                if let (Some(need), false) = (need, opened) {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN);
                    assert_eq!(answer.json()["error"], "forbidden");
                    assert!(answer.json()["message"].as_str().unwrap().contains(need.word()), "{}", answer.text());
                    let challenge = answer.header("www-authenticate");
                    assert!(challenge.contains("insufficient_scope") && challenge.contains(need.word()), "{challenge}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_description_tells_which_scope_opens_what() {
    let (access, secrets) = keys(&[&[Scope::Predict], &[Scope::Monitor], &[Scope::Admin]]);
    let bench = bench(access).await;
    let description = call(&bench, FAR, "GET", "/openapi.json", &[]).await.json();
    let paths = description["paths"].as_object().unwrap();
    let operations =
        paths.iter().flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |of| (path, of.0, of.1)));
    for (path, method, operation) in operations {
        let security = &operation["security"];
        let wanted: Option<Vec<&str>> =
            security[0]["Bearer"].as_array().map(|scopes| scopes.iter().map(|scope| scope.as_str().unwrap()).collect());
        assert_eq!(security[0]["Bearer"], security[1]["Key"], "{path}");
        let method = method.to_uppercase();
        let without = call(&bench, FAR, &method, path, &[]).await;
        assert_eq!(turned_away(&without), wanted.is_some(), "{method} {path}");
        for (secret, scope) in secrets.iter().zip(Scope::ALL) {
            let answer = call(&bench, FAR, &method, path, &[("x-api-key", secret)]).await;
            let opened = wanted.as_ref().is_none_or(|wanted| wanted.is_empty() || wanted.contains(&scope.word()));
            assert_eq!(turned_away(&answer), !opened, "{method} {path} with {}", scope.word());
        }
    }
}

#[tokio::test]
async fn without_a_key_or_with_another_nobody_gets_in_not_even_from_this_machine() {
    let (access, secrets) = keys(&[&Scope::ALL]);
    let bench = bench(access).await;
    let other = ApiKey::generate("other", vec![Scope::Predict]).unwrap().0;
    for (method, path, _) in GUARDED {
        for from in [FAR, "127.0.0.1:40000"] {
            let none = call(&bench, from, method, path, &[]).await;
            assert_eq!((none.status, none.json()["error"].clone()), (StatusCode::UNAUTHORIZED, "unauthorized".into()));
            assert_eq!(none.header("www-authenticate"), "Bearer realm=\"leadlight\"");
            assert!(none.json()["detail"].is_null());
            let bearer = format!("Bearer {other}");
            let wrong = call(&bench, from, method, path, &[("authorization", &bearer)]).await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(wrong.header("www-authenticate").contains("invalid_token"));
            assert!(!wrong.text().contains(&other));
        }
    }
    let basic = call(&bench, FAR, "POST", "/predict", &[("authorization", &format!("Basic {}", secrets[0]))]).await;
    assert_eq!(basic.status, StatusCode::UNAUTHORIZED);
    for path in OPEN {
        assert_eq!(call(&bench, FAR, "GET", path, &[]).await.status, StatusCode::OK, "{path}");
        assert_eq!(call(&bench, FAR, "HEAD", path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn without_keys_this_machine_is_served_and_no_other() {
    let bench = bench(AuthConfig::default()).await;
    for (method, path, _) in GUARDED {
        for from in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(!turned_away(&call(&bench, from, method, path, &[]).await), "{path} {from}");
        }
        let far = call(&bench, FAR, method, path, &[]).await;
        assert_eq!((far.status, far.json()["error"].clone()), (StatusCode::FORBIDDEN, "forbidden".into()), "{path}");
        let near = "127.0.0.1:1";
        for header in [
            ("x-forwarded-for", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
            ("host", "rebound.example"),
            ("origin", "https://elsewhere.example"),
        ] {
            assert_eq!(
                call(&bench, near, method, path, &[header]).await.status,
                StatusCode::FORBIDDEN,
                "{path} {header:?}"
            );
        }
        let own_page = [("host", "localhost:7860"), ("origin", "http://localhost:7860")];
        assert!(!turned_away(&call(&bench, near, method, path, &own_page).await), "{path}");
    }
    for path in OPEN {
        assert_eq!(call(&bench, FAR, "GET", path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn anyone_may_score_where_that_is_open_and_nothing_more() {
    let (with_keys, secrets) = keys(&[&[Scope::Monitor]]);
    for access in [AuthConfig::default(), with_keys] {
        let has_keys = !access.keys.is_empty();
        let bench = bench(AuthConfig { anonymous_predict: true, ..access }).await;
        for (method, path, need) in GUARDED {
            let open = !matches!(need, Some(Scope::Monitor | Scope::Admin));
            let forwarded = [("x-forwarded-for", "198.51.100.1"), ("host", "demo.example")];
            for answer in [
                call(&bench, FAR, method, path, &[]).await,
                call(&bench, "127.0.0.1:1", method, path, &forwarded).await,
            ] {
                assert_eq!(turned_away(&answer), !open, "{path} keys: {has_keys}");
            }
        }
        if has_keys {
            let monitor = [("x-api-key", secrets[0].as_str())];
            assert_eq!(call(&bench, FAR, "GET", "/metrics", &monitor).await.status, StatusCode::OK);
            assert_eq!(call(&bench, FAR, "POST", "/predict", &monitor).await.status, StatusCode::OK);
            assert!(turned_away(&call(&bench, FAR, "GET", "/admin/models", &monitor).await));
        }
    }
}

#[tokio::test]
async fn a_request_whose_peer_is_not_known_is_not_of_this_machine() {
    let bench = bench(AuthConfig::default()).await;
    let request = Request::post("/predict").body(Body::from("{}")).unwrap();
    assert_eq!(bench.send_as_it_is(request).await.status, StatusCode::FORBIDDEN);
}

#[test]
fn a_key_that_was_made_opens_the_server_and_is_kept_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_leadlight"))
        .args(["key", "crm", "--scopes", "predict,monitor"])
        .output()
        .unwrap();
    let told = String::from_utf8(made.stdout).unwrap();
    let after = |word: &str| told.lines().find_map(|line| line.strip_prefix(word)).unwrap().trim().to_owned();
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
fn at_an_address_that_others_reach_they_are_turned_away_until_it_is_opened() {
    // Asks the system by which address it would go out; nothing is sent.
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
