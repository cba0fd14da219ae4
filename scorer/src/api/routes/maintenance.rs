//! `/admin/maintenance`: starts and ends maintenance of this instance.

use crate::api::http::body::collect_small;
use crate::api::http::error::ApiError;
use crate::api::http::extensions::Caller;
use crate::api::http::response::ErrorBody;
use crate::api::http::validation_error::member_error;
use crate::api::maintenance::MaintenanceNotice;
use crate::api::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

/// Largest body, in bytes.
const BYTES_MAX: usize = 16 << 10;

/// Longest message, in characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// Longest maintenance of one request, in minutes: 31 days.
const MINUTES_MAX: u32 = 44_640;

/// Request to start or end maintenance of this instance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceOrder)]
pub(crate) struct MaintenanceRequest {
    /// True to start, false to end.
    on: bool,
    /// Message to clients; up to 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    message: Option<String>,
    /// Minutes until it ends by itself; up to 44640.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 44640)]
    minutes: Option<f64>,
}

/// Maintenance of this instance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceState)]
pub(crate) struct MaintenanceStatus {
    /// True while under maintenance.
    on: bool,
    /// Message to clients.
    message: Option<String>,
    /// Time at which it ends by itself.
    until: Option<String>,
}

/// Reports maintenance of this instance
#[utoipa::path(get, operation_id = "get_maintenance", path = "/admin/maintenance", tag = "administration", responses(
    (status = 200, body = MaintenanceStatus, description = "Maintenance of this instance", example = json!({"on": false, "message": null, "until": null})),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
))]
pub(crate) async fn status(State(service): State<Arc<AppState>>) -> Json<MaintenanceStatus> {
    Json(current_status(&service))
}

/// Starts or ends maintenance of this instance; predictions are answered with 503 meanwhile
#[utoipa::path(post, operation_id = "set_maintenance", path = "/admin/maintenance", tag = "administration", request_body(content = MaintenanceRequest, examples(
    ("for half an hour" = (value = json!({"on": true, "message": "Back at noon.", "minutes": 30}))),
    ("back to work" = (value = json!({"on": false}))),
)), responses(
    (status = 200, body = MaintenanceStatus, description = "Maintenance of this instance from now on", example = json!({
        "on": true, "message": "Back at noon.", "until": "2026-11-24T12:00:00Z",
    })),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "`on` is missing, or a member is not valid"),
))]
pub(crate) async fn set(
    State(service): State<Arc<AppState>>,
    Extension(Caller { name }): Extension<Caller>,
    body: Body,
) -> Result<Json<MaintenanceStatus>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let request: MaintenanceRequest =
        serde_json::from_slice(&body).map_err(|error| ApiError::Invalid(vec![member_error([], &error.to_string())]))?;
    let minutes = checked_minutes(&request)?;
    let notice = request.on.then(|| MaintenanceNotice::new(request.message, minutes, OffsetDateTime::now_utc()));
    tracing::warn!(on = request.on, minutes, by = %name, "maintenance");
    service.maintenance.set(notice);
    Ok(Json(current_status(&service)))
}

/// Checks the request; returns the minutes, which JSON may also write as `2.0`.
fn checked_minutes(request: &MaintenanceRequest) -> Result<Option<u32>, ApiError> {
    if request.message.as_ref().is_some_and(|message| message.chars().count() > MESSAGE_CHARS_MAX) {
        return Err(invalid("message", format!("should have at most {MESSAGE_CHARS_MAX} characters")));
    }
    let is_valid = |minutes: f64| minutes.fract() == 0.0 && (1.0..=f64::from(MINUTES_MAX)).contains(&minutes);
    match request.minutes {
        Some(minutes) if !is_valid(minutes) => {
            Err(invalid("minutes", format!("should be a whole number from 1 to {MINUTES_MAX}")))
        }
        minutes => Ok(minutes.map(|minutes| minutes as u32)),
    }
}

fn invalid(member: &str, msg: String) -> ApiError {
    ApiError::Invalid(vec![member_error([member.into()], &msg)])
}

fn current_status(service: &AppState) -> MaintenanceStatus {
    let notice = service.maintenance.notice(OffsetDateTime::now_utc());
    let until = notice.as_ref().and_then(|notice| notice.until?.format(&Rfc3339).ok());
    MaintenanceStatus { on: notice.is_some(), message: notice.map(|notice| notice.message), until }
}
