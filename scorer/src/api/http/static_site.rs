//! The page's files, held in memory: what is not in the folder at the start does not exist.
//!
//! Owns types, caching and the page's policy. May not know what the files do. A request's path is only ever looked up
//! among the names found at the start, so no path can lead out of the folder.

use super::error::ApiError;
use crate::api::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The page may load its own files and run WebAssembly and its workers; it tightens this itself before it takes a file.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self'; \
     style-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// A name with a hash in it never stands for other bytes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Any other is asked for again each time, by its ETag.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The service worker may be kept for some minutes: the page asks for it anew each time it is opened, and what the
/// browser asks for by itself soon after, when leads may be open, needs no request then.
const FOR_MINUTES: HeaderValue = HeaderValue::from_static("max-age=600");

/// The service worker's name.
const SERVICE_WORKER: &str = "sw.js";

/// Where a folder's own page is.
const INDEX: &str = "index.html";

/// What stands at `/` when there is no site.
const LINKS: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Leadlight</title>\
    <h1>Leadlight</h1><ul><li><a href=\"docs\">What this service answers</a></li>\
    <li><a href=\"health\">Whether it is well</a></li><li><a href=\"readyz\">Whether it is ready, and what is not</a></li>\
    <li><a href=\"model\">What its models say of themselves</a></li>\
    <li><a href=\"metrics\">Figures for Prometheus</a></li></ul></html>";

/// Why a folder is no site.
#[derive(Debug, Error)]
pub enum SiteError {
    /// Not there, not a folder, or not readable.
    #[error("cannot read the site folder {}: {reason}", .path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// In the system's words.
        reason: std::io::Error,
    },
    /// Without a page.
    #[error("the site folder {} has no {INDEX}; build the page first", .0.display())]
    NoIndex(PathBuf),
}

/// The files of a site by the paths they are asked for.
#[derive(Debug)]
pub struct Site {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    kind: &'static str,
    etag: HeaderValue,
    caching: HeaderValue,
}

impl Site {
    /// Reads every file below a folder. Links are not followed.
    pub fn load(folder: &Path) -> Result<Site, SiteError> {
        let mut site = Site { files: BTreeMap::new() };
        site.add_folder(folder, "/").map_err(|(path, reason)| SiteError::Unreadable { path, reason })?;
        if !site.files.contains_key("/") {
            return Err(SiteError::NoIndex(folder.to_owned()));
        }
        Ok(site)
    }

    fn add_folder(&mut self, folder: &Path, at: &str) -> Result<(), (PathBuf, std::io::Error)> {
        let of_folder = |error| (folder.to_owned(), error);
        for entry in std::fs::read_dir(folder).map_err(of_folder)? {
            let entry = entry.map_err(of_folder)?;
            let kind = entry.file_type().map_err(of_folder)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // No file of a page: a repository's folder, settings with secrets, an editor's leavings.
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            if kind.is_dir() {
                self.add_folder(&path, &format!("{at}{name}/"))?;
            } else if kind.is_file() {
                let bytes = std::fs::read(&path).map_err(|error| (path, error))?;
                self.add_file(at, &name, bytes);
            }
        }
        Ok(())
    }

    fn add_file(&mut self, at: &str, name: &str, bytes: Vec<u8>) {
        let bytes = Bytes::from(bytes);
        let file = || File { kind: kind(name), etag: etag(&bytes), caching: caching(name), bytes: bytes.clone() };
        self.files.insert(format!("{at}{name}"), file());
        if name == INDEX {
            self.files.insert(at.to_owned(), file());
        }
    }
}

/// Everything that is no route: a file of the site, or nothing.
pub(crate) async fn file(
    State(service): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = match &service.site {
        Some(site) => site.files.get(uri.path()).map(|file| answer(file, &headers)),
        None => (uri.path() == "/").then(|| Html(LINKS).into_response()),
    };
    let response = found.ok_or(ApiError::NotFound)?;
    if method == Method::GET || method == Method::HEAD {
        return Ok(response);
    }
    Ok(([(ALLOW, "GET, HEAD")], ApiError::MethodNotAllowed).into_response())
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let own = [
        (CONTENT_TYPE, HeaderValue::from_static(file.kind)),
        (ETAG, file.etag.clone()),
        (CACHE_CONTROL, file.caching.clone()),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    if is_known(headers, &file.etag) {
        return (StatusCode::NOT_MODIFIED, own).into_response();
    }
    (own, file.bytes.clone()).into_response()
}

/// Whether the client has these bytes already.
pub(crate) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|list| list.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}

/// A name for these bytes.
pub(crate) fn etag(bytes: &[u8]) -> HeaderValue {
    let hash: String = Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn caching(name: &str) -> HeaderValue {
    match name {
        SERVICE_WORKER => FOR_MINUTES,
        name if has_hash(name) => FOREVER,
        _ => ASK_AGAIN,
    }
}

/// Whether a part of the name is a hash as the page's build writes it.
fn has_hash(name: &str) -> bool {
    let is_hash = |part: &str| {
        (12..=64).contains(&part.len())
            && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    name.split(['-', '_', '.']).any(is_hash)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("csv") => "text/csv; charset=utf-8",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_others() {
        for name in ["app-1f9ae0c4d5b67788.js", "worker-1f9ae0c4d5b67788_bg.wasm", "style-d9e8f7a6b5c4d30.css"] {
            assert!(has_hash(name), "{name}");
        }
        for name in ["worker.js", "worker_bg.wasm", "sample-leads.csv", "defaced-facade.js", "index.html"] {
            assert!(!has_hash(name), "{name}");
        }
    }

    #[test]
    fn a_folder_without_a_page_is_no_site() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Site::load(folder.path()), Err(SiteError::NoIndex(_))));
        assert!(matches!(Site::load(&folder.path().join("none")), Err(SiteError::Unreadable { .. })));
    }
}
