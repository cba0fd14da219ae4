//! Every response: request ids, errors, CORS, security headers, limits, documentation.

use crate::fixtures;
use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use scorer::api::config::Config;
use serde_json::{Value, json};

#[tokio::test]
async fn every_response_has_a_request_id_and_security_headers() {
    let app = TestApp::new(None).await;
    for (method, path) in [
        (Method::GET, "/health"),
        (Method::GET, "/"),
        (Method::GET, "/docs"),
        (Method::GET, "/docs/swagger-ui.css"),
        (Method::GET, "/openapi.json"),
        (Method::GET, "/nothing/here"),
        (Method::DELETE, "/predict"),
        (Method::POST, "/predict"),
        (Method::GET, "/metrics"),
        (Method::POST, "/admin/model"),
    ] {
        let request = |id: &str| Request::builder().method(method.clone()).uri(path).header("x-request-id", id);
        let echoed = app.send(request("call 7").body(Body::empty()).unwrap()).await;
        assert_eq!(echoed.header("x-request-id"), "call 7", "{path}");
        let long = app.send(request(&"x".repeat(129)).body(Body::empty()).unwrap()).await;
        assert_eq!(uuid::Uuid::parse_str(long.header("x-request-id")).unwrap().get_version_num(), 4, "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(echoed.header(name), value, "{path}");
        }
        assert!(echoed.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(echoed.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(echoed.headers.get("x-ratelimit-limit").is_none(), "{path}");
    }
}

#[tokio::test]
async fn errors_have_one_shape() {
    let app = TestApp::new(None).await;
    for (response, status, word) in [
        (app.get("/nothing").await, 404, "not_found"),
        (app.get("/docs/%ff").await, 404, "not_found"),
        (app.get("/predict").await, 405, "method_not_allowed"),
        (app.post("/", "{}").await, 405, "method_not_allowed"),
        (app.post("/predict", "{}").await, 503, "service_unavailable"),
        (app.post("/predict", "{").await, 422, "validation_error"),
    ] {
        assert_eq!(response.status.as_u16(), status);
        let failure = response.json();
        assert_eq!(failure["error"], word);
        assert!(failure["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(failure["detail"].is_array(), status == 422, "{failure}");
        assert_eq!(response.headers.contains_key("allow"), status == 405);
    }
}

#[tokio::test]
async fn an_oversized_body_is_rejected_with_or_without_a_length() {
    let config = Config { body_bytes_max: 1_000, ..Config::default() };
    let app = TestApp::with(Some(fixtures::own().scorer()), None, config).await;
    let body = |length: usize| format!("{{\"jobtitle\": \"{}\"}}", "x".repeat(length - 16));
    assert_eq!(app.post("/predict", body(400)).await.status, StatusCode::OK);
    let undeclared = app.post("/predict", body(1_001)).await;
    assert_eq!((undeclared.status.as_u16(), undeclared.json()["error"].clone()), (413, json!("payload_too_large")));
    let declared = Request::post("/predict").header("content-length", "1001").body(Body::empty()).unwrap();
    assert_eq!(app.send(declared).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Memory of rejected bodies was released.
    assert_eq!(app.post("/predict", "{}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unsupported_content_type_is_rejected() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let post = |kind: &str| Request::post("/predict").header("content-type", kind).body(Body::from("{}")).unwrap();
    assert_eq!(app.send(post("text/plain")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.send(post("application/json; charset=utf-8")).await.status, StatusCode::OK);
    let untyped = Request::post("/predict").body(Body::from("{}")).unwrap();
    assert_eq!(app.send(untyped).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_listed_origins_pass_cors() {
    let config = Config { cors_origins: "https://app.example".parse().unwrap(), ..Config::default() };
    let app = TestApp::with(None, None, config).await;
    let ask = |origin: &str| {
        let request = Request::builder().method(Method::OPTIONS).uri("/predict").header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        request.header("access-control-request-headers", "content-type").body(Body::empty()).unwrap()
    };
    let allowed = app.send(ask("https://app.example")).await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    assert!(allowed.header("access-control-allow-headers").contains("authorization"));
    let other = app.send(ask("https://other.example")).await;
    assert!(!other.headers.contains_key("access-control-allow-origin"));
    let call = Request::get("/health").header("origin", "https://app.example").body(Body::empty()).unwrap();
    let response = app.send(call).await;
    assert_eq!(response.header("access-control-allow-origin"), "https://app.example");
    let exposed = response.header("access-control-expose-headers");
    for header in
        ["x-request-id", "x-model-version", "x-model-sha256", "idempotent-replayed", "retry-after", "server-timing"]
    {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == header), "{header}: {exposed}");
    }
}

#[tokio::test]
async fn without_a_list_no_origin_passes_cors() {
    let app = TestApp::new(None).await;
    let call = Request::get("/health").header("origin", "https://app.example").body(Body::empty()).unwrap();
    assert!(!app.send(call).await.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_documentation_loads_nothing_from_other_hosts() {
    let app = TestApp::new(Some(fixtures::own().scorer())).await;
    let viewer = app.get("/docs").await;
    assert_eq!(viewer.status, StatusCode::OK);
    let page = viewer.text();
    assert!(!page.contains("//"), "{page}");
    for file in page.split('"').filter(|part| part.starts_with("docs/")) {
        let response = app.get(&format!("/{file}")).await;
        assert_eq!(response.status, StatusCode::OK, "{file}");
        assert!(!response.body.is_empty(), "{file}");
    }
    assert_eq!(app.get("/docs/none.js").await.status, StatusCode::NOT_FOUND);
    let description = app.get("/openapi.json").await.json();
    for path in ["/health", "/predict", "/predict/batch", "/model", "/readyz", "/metrics", "/admin/model"] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert_eq!(references(&description).filter(|name| description.pointer(name).is_none()).count(), 0);
}

/// Iterates over every `$ref` in the document, as a JSON pointer.
fn references(value: &Value) -> Box<dyn Iterator<Item = String> + '_> {
    match value {
        Value::Object(members) => Box::new(members.iter().flat_map(|(name, value)| {
            let own = (name == "$ref").then(|| value.as_str().unwrap().trim_start_matches('#').to_owned());
            own.into_iter().chain(references(value))
        })),
        Value::Array(items) => Box::new(items.iter().flat_map(references)),
        _ => Box::new(std::iter::empty()),
    }
}
