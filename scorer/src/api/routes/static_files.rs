//! Files of the page: the fallback for every path that is no route.

use crate::api::http::error::ApiError;
use crate::api::state::AppState;
use axum::extract::State;
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Page at `/` when no site is configured.
const LINKS: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Leadlight</title>\
    <h1>Leadlight</h1><ul><li><a href=\"docs\">API documentation</a></li>\
    <li><a href=\"health\">Health</a></li><li><a href=\"readyz\">Readiness</a></li>\
    <li><a href=\"model\">Models in service</a></li>\
    <li><a href=\"metrics\">Metrics for Prometheus</a></li></ul></html>";

/// Serves a file of the site.
pub(crate) async fn file(
    State(state): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = match &state.site {
        Some(site) => site.response(uri.path(), &headers),
        None => (uri.path() == "/").then(|| Html(LINKS).into_response()),
    };
    let response = found.ok_or(ApiError::NotFound)?;
    if method == Method::GET || method == Method::HEAD {
        return Ok(response);
    }
    Ok(([(ALLOW, "GET, HEAD")], ApiError::MethodNotAllowed).into_response())
}
