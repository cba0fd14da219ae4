//! `/monitoring`: the monitoring page, its data, its alerts and the drift report.

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

type QueryPairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// Content security policy of the page.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(page::POLICY);

/// Cache policy of the style sheet: cached and revalidated each time.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// File name under which browsers save the report.
const REPORT_DISPOSITION: HeaderValue = HeaderValue::from_static("inline; filename=\"drift-report.html\"");

impl From<MonitorError> for ApiError {
    fn from(error: MonitorError) -> Self {
        match error {
            MonitorError::Store(error) => error.into(),
            MonitorError::TaskFailed => ApiError::Internal,
        }
    }
}

/// Active alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alerts {
    /// Time of evaluation.
    generated_at: String,
    /// Most urgent first; empty if there is none.
    alerts: Vec<Alert>,
}

/// Shows health, scores, speed, drift, recent predictions and outcomes
#[utoipa::path(get, operation_id = "monitoring_page", path = "/monitoring", tag = "monitoring", responses(
    (status = 200, body = String, content_type = "text/html", description = "The page", example = "<!doctype html>…"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn html(
    State(service): State<Arc<AppState>>,
    pairs: QueryPairs,
) -> Result<impl IntoResponse, ApiError> {
    let overview = read(&service, pairs).await?;
    Ok(([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(run_blocking(move || page::document(&overview)).await?)))
}

/// Returns the style sheet of the page.
pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")), (CACHE_CONTROL, REVALIDATE)], page::STYLE)
}

/// Returns the data of the page as JSON
#[utoipa::path(get, operation_id = "monitoring_data", path = "/monitoring/data", tag = "monitoring", responses(
    (status = 200, body = Overview, description = "Everything on the page"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn data(State(service): State<Arc<AppState>>, pairs: QueryPairs) -> Result<Json<Overview>, ApiError> {
    read(&service, pairs).await.map(Json)
}

/// Returns the alerts as JSON
#[utoipa::path(get, operation_id = "monitoring_alerts", path = "/monitoring/alerts", tag = "monitoring", responses(
    (status = 200, body = Alerts, description = "The active alerts", example = json!({
        "generated_at": "2026-11-24 21:40:00.000000",
        "alerts": [{
            "code": "inference_time", "action": "alert",
            "text": "The 95th percentile of inference time is 61 ms, above 50 ms", "value": 61.0, "limit": 50.0,
        }],
    })),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn alerts(State(service): State<Arc<AppState>>, pairs: QueryPairs) -> Result<Json<Alerts>, ApiError> {
    let Overview { generated_at, alerts, .. } = read(&service, pairs).await?;
    Ok(Json(Alerts { generated_at, alerts }))
}

/// Returns the full drift report, a plot per column, as one HTML file
#[utoipa::path(get, operation_id = "monitoring_report", path = "/monitoring/report", tag = "monitoring", responses(
    (status = 200, body = String, content_type = "text/html", description = "The report", example = "<!doctype html>…"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 422, body = ErrorBody, description = "A parameter is out of its range"),
    (status = 503, body = ErrorBody, description = "The log cannot be read"),
))]
pub(crate) async fn drift_report(
    State(service): State<Arc<AppState>>,
    pairs: QueryPairs,
) -> Result<impl IntoResponse, ApiError> {
    let overview = read(&service, pairs).await?;
    let policy = HeaderValue::from_str(&report::policy()).map_err(|_| ApiError::Internal)?;
    let body = Html(run_blocking(move || report::document(&overview)).await?);
    Ok(([(CONTENT_SECURITY_POLICY, policy), (CONTENT_DISPOSITION, REPORT_DISPOSITION)], body))
}

async fn read(service: &Arc<AppState>, pairs: QueryPairs) -> Result<Overview, ApiError> {
    let invalid = |name: &str, allowed: &str| ApiError::Invalid(vec![query_error(name, allowed)]);
    let Query(pairs) = pairs.map_err(|_| invalid("query", "percent-encoded UTF-8"))?;
    let choice = Choice::from_pairs(pairs).map_err(|error| invalid(error.name, error.allowed))?;
    let now = OffsetDateTime::now_utc();
    if choice.simulated {
        return simulation::overview(&choice, &prediction_log::Timestamp::from(now).to_string())
            .map_err(|_| ApiError::Internal);
    }
    let cursor = choice.cursor.as_deref().map(str::parse::<Cursor>).transpose();
    let after = cursor.map_err(|_| invalid("cursor", "one that an earlier page gave as recent.next"))?;
    Ok(overview(&service.monitor, &service.store, service.registry.current(), choice, after, now).await?)
}
