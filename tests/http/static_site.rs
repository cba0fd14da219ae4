//! Files of the page as browsers get them.

use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use scorer::api::config::Config;
use scorer::api::http::static_site::Site;
use std::fs;

async fn app() -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("dist");
    fs::create_dir_all(site.join("static")).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(site.join("index.html"), "<!doctype html>").unwrap();
    fs::write(site.join("app-1f9ae0c4d5b67788_bg.wasm"), "\0asm").unwrap();
    fs::write(site.join("worker.js"), "self").unwrap();
    fs::write(site.join("sw.js"), "self").unwrap();
    fs::write(site.join("manifest.webmanifest"), "{}").unwrap();
    fs::write(site.join("static/index.html"), "inner").unwrap();
    let loaded = Site::load(&site).unwrap();
    TestApp::with(None, Some(loaded), Config::default()).await
}

#[tokio::test]
async fn files_have_their_type_and_cache_policy() {
    let app = app().await;
    for (path, kind, caching) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/app-1f9ae0c4d5b67788_bg.wasm", "application/wasm", "public, max-age=31536000, immutable"),
        ("/worker.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "max-age=600"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/static/", "text/html; charset=utf-8", "no-cache"),
    ] {
        let response = app.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        assert_eq!((response.header("content-type"), response.header("cache-control")), (kind, caching), "{path}");
        let policy = response.header("content-security-policy");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' blob:"), "{policy}");
        assert!(policy.contains("worker-src 'self' blob:") && policy.contains("manifest-src 'self'"), "{policy}");
        let again = Request::get(path).header("if-none-match", response.header("etag")).body(Body::empty()).unwrap();
        let again = app.send(again).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
    }
    let head = app.send(Request::builder().method(Method::HEAD).uri("/").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn no_path_escapes_the_folder() {
    let app = app().await;
    for path in ["/../secret.txt", "/static/../../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "//secret.txt"]
    {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn without_a_site_the_root_lists_links() {
    let links = TestApp::new(None).await.get("/").await;
    assert_eq!(links.status, StatusCode::OK);
    assert!(links.text().contains("href=\"docs\"") && links.text().contains("href=\"health\""));
}
