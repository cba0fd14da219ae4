//! Files of the page, read into memory at the start, with their types, caching and content security policy.
//!
//! A request's path is only looked up among the names found at the start, so no path can lead out of the folder.

use super::conditional::{etag, matches_etag};
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Content security policy of the page: its own files, WebAssembly, its workers. The page tightens it before it reads a
/// file.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self'; \
     style-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// Caching of files whose name holds a hash of their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Caching of other files: revalidated each time by their ETag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Caching of the service worker: some minutes. The page asks for it anew each time it is opened; the browser's own check
/// soon after, when leads may be open, then needs no request.
const TEN_MINUTES: HeaderValue = HeaderValue::from_static("max-age=600");

/// File name of the service worker.
const SERVICE_WORKER: &str = "sw.js";

/// File served for a folder.
const INDEX: &str = "index.html";

/// Error of a site folder.
#[derive(Debug, Error)]
pub enum SiteError {
    /// Folder or file that is missing or unreadable.
    #[error("cannot read the site folder {}: {reason}", .path.display())]
    Unreadable {
        /// Folder or file.
        path: PathBuf,
        /// Error of the operating system.
        reason: std::io::Error,
    },
    /// Folder without an index page.
    #[error("the site folder {} has no {INDEX}; build the page first", .0.display())]
    NoIndex(PathBuf),
}

/// Files of a site by request path.
#[derive(Debug)]
pub struct Site {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    content_type: &'static str,
    etag: HeaderValue,
    caching: HeaderValue,
}

impl Site {
    /// Reads every file below a folder. Symbolic links are not followed.
    pub fn load(folder: &Path) -> Result<Site, SiteError> {
        let mut site = Site { files: BTreeMap::new() };
        site.add_folder(folder, "/").map_err(|(path, reason)| SiteError::Unreadable { path, reason })?;
        if !site.files.contains_key("/") {
            return Err(SiteError::NoIndex(folder.to_owned()));
        }
        Ok(site)
    }

    /// Returns the file at a path, or 304 when the client has it; `None` for an unknown path.
    pub(crate) fn response(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let file = self.files.get(path)?;
        let own = [
            (CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
            (ETAG, file.etag.clone()),
            (CACHE_CONTROL, file.caching.clone()),
            (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        ];
        if matches_etag(headers, &file.etag) {
            return Some((StatusCode::NOT_MODIFIED, own).into_response());
        }
        Some((own, file.bytes.clone()).into_response())
    }

    fn add_folder(&mut self, folder: &Path, at: &str) -> Result<(), (PathBuf, std::io::Error)> {
        let of_folder = |error| (folder.to_owned(), error);
        for entry in std::fs::read_dir(folder).map_err(of_folder)? {
            let entry = entry.map_err(of_folder)?;
            let kind = entry.file_type().map_err(of_folder)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Not part of a page: a repository's folder, settings with secrets, backup files of an editor.
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
        let file = || File {
            content_type: content_type(name),
            etag: etag(&bytes),
            caching: caching(name),
            bytes: bytes.clone(),
        };
        self.files.insert(format!("{at}{name}"), file());
        if name == INDEX {
            self.files.insert(at.to_owned(), file());
        }
    }
}

fn caching(name: &str) -> HeaderValue {
    match name {
        SERVICE_WORKER => TEN_MINUTES,
        name if has_hash(name) => IMMUTABLE,
        _ => REVALIDATE,
    }
}

/// True when a part of the name is a hash as the page's build writes it.
fn has_hash(name: &str) -> bool {
    let is_hash = |part: &str| {
        (12..=64).contains(&part.len())
            && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    name.split(['-', '_', '.']).any(is_hash)
}

fn content_type(name: &str) -> &'static str {
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
    fn hashed_names_are_recognized() {
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
