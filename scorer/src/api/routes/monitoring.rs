//! The monitoring page, its report and its data.
//!
//! Owns the routes' heads. May not know what is on the page, nor how it is drawn.

use crate::api::http::blocking::run_blocking;
use crate::api::http::error::ApiError;
use crate::api::http::response::ErrorBody;
use crate::api::http::validation_error::query_error;
use crate::api::monitor::{MonitorError, overview};
use crate::api::state::AppState;
use crate::chart::{page, report, simulation};
use crate::insight::alert::Alert;
use crate::wire::monitoring::{Choice, Overview};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use prediction_log::Cursor;
use serde::Serialize;
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

type Pairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

impl From<MonitorError> for ApiError {
    fn from(error: MonitorError) -> Self {
        match error {
            MonitorError::Store(error) => error.into(),
            MonitorError::TaskFailed => ApiError::Internal,
        }
    }
}

/// The page's own policy.
const PAGE: HeaderValue = HeaderValue::from_static(page::POLICY);

/// A style sheet may be kept, and is asked for again each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The report is a file to keep.
const FILE: HeaderValue = HeaderValue::from_static("inline; filename=\"drift-report.html\"");

/// What wants attention.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alerts {
    /// When it was looked for.
    generated_at: String,
    /// Most urgent first; none where nothing is wrong.
    alerts: Vec<Alert>,
}

/// Shows health, scores, speed, drift, recent predictions and outcomes
#[utoipa::path(get, path = "/monitoring", tag = "monitoring", responses(
    (status = 200, body = String, content_type = "text/html", description = "The page"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn show(State(service): State<Arc<AppState>>, pairs: Pairs) -> Result<impl IntoResponse, ApiError> {
    let overview = read(&service, pairs).await?;
    Ok(([(CONTENT_SECURITY_POLICY, PAGE)], Html(run_blocking(move || page::document(&overview)).await?)))
}

/// Its style sheet.
pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")), (CACHE_CONTROL, ASK_AGAIN)], page::STYLE)
}

/// Gives everything on the page as JSON
#[utoipa::path(get, path = "/monitoring/data", tag = "monitoring", responses(
    (status = 200, body = Overview),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn data(State(service): State<Arc<AppState>>, pairs: Pairs) -> Result<Json<Overview>, ApiError> {
    read(&service, pairs).await.map(Json)
}

/// Gives the alerts as JSON
#[utoipa::path(get, path = "/monitoring/alerts", tag = "monitoring", responses(
    (status = 200, body = Alerts),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn alerts(State(service): State<Arc<AppState>>, pairs: Pairs) -> Result<Json<Alerts>, ApiError> {
    let Overview { generated_at, alerts, .. } = read(&service, pairs).await?;
    Ok(Json(Alerts { generated_at, alerts }))
}

/// Gives the full drift report, a plot per column, as one HTML file
#[utoipa::path(get, path = "/monitoring/report", tag = "monitoring", responses(
    (status = 200, body = String, content_type = "text/html", description = "The report"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn full_report(
    State(service): State<Arc<AppState>>,
    pairs: Pairs,
) -> Result<impl IntoResponse, ApiError> {
    let overview = read(&service, pairs).await?;
    let policy = HeaderValue::from_str(&report::policy()).map_err(|_| ApiError::Internal)?;
    let body = Html(run_blocking(move || report::document(&overview)).await?);
    Ok(([(CONTENT_SECURITY_POLICY, policy), (CONTENT_DISPOSITION, FILE)], body))
}

async fn read(service: &Arc<AppState>, pairs: Pairs) -> Result<Overview, ApiError> {
    let refused = |name: &str, allowed: &str| ApiError::Invalid(vec![query_error(name, allowed)]);
    let Query(pairs) = pairs.map_err(|_| refused("query", "percent-encoded UTF-8"))?;
    let choice = Choice::read(pairs).map_err(|error| refused(error.name, error.allowed))?;
    let now = OffsetDateTime::now_utc();
    if choice.simulated {
        return Ok(simulation::overview(&choice, &prediction_log::Timestamp::from(now).to_string()));
    }
    let cursor = choice.cursor.as_deref().map(str::parse::<Cursor>).transpose();
    let after = cursor.map_err(|_| refused("cursor", "one that an earlier page gave as recent.next"))?;
    let scorer = service.registry.current().ok();
    Ok(overview(&service.monitor, &service.store, scorer, choice, after, now).await?)
}
