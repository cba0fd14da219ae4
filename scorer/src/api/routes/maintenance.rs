//! Taking this instance out of service for a while, and back.

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

/// The largest body; what can be said is short.
const BYTES_MAX: usize = 16 << 10;

/// The most characters of a message.
const MESSAGE_MAX: usize = 500;

/// The longest that it goes on without being asked for again: a month.
const MINUTES_MAX: u32 = 44_640;

/// Whether this instance is to be under maintenance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenanceOrder {
    /// Whether it is.
    on: bool,
    /// What clients are told; up to 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    message: Option<String>,
    /// After how many minutes it ends by itself; up to 44640.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 44640)]
    minutes: Option<f64>,
}

/// Whether this instance is under maintenance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaintenanceState {
    /// Whether it is.
    on: bool,
    /// What clients are told.
    message: Option<String>,
    /// When it ends by itself.
    until: Option<String>,
}

/// Says whether this instance is under maintenance
#[utoipa::path(get, path = "/admin/maintenance", tag = "administration", responses(
    (status = 200, body = MaintenanceState, example = json!({"on": false, "message": null, "until": null})),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
))]
pub(crate) async fn state(State(service): State<Arc<AppState>>) -> Json<MaintenanceState> {
    Json(told(&service))
}

/// Puts this instance under maintenance, or ends that: predictions are answered with 503 meanwhile
#[utoipa::path(post, path = "/admin/maintenance", tag = "administration", request_body(content = MaintenanceOrder, examples(
    ("for half an hour" = (value = json!({"on": true, "message": "Back at noon.", "minutes": 30}))),
    ("back to work" = (value = json!({"on": false}))),
)), responses(
    (status = 200, body = MaintenanceState),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "It is not said whether it is on, or a member is not what it can be"),
))]
pub(crate) async fn change(
    State(service): State<Arc<AppState>>,
    Extension(Caller { name }): Extension<Caller>,
    body: Body,
) -> Result<Json<MaintenanceState>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let wanted: MaintenanceOrder =
        serde_json::from_slice(&body).map_err(|error| ApiError::Invalid(vec![member_error([], &error.to_string())]))?;
    let minutes = checked(&wanted)?;
    let notice = wanted.on.then(|| MaintenanceNotice::new(wanted.message, minutes, OffsetDateTime::now_utc()));
    tracing::warn!(on = wanted.on, minutes, by = %name, "maintenance");
    service.maintenance.set(notice);
    Ok(Json(told(&service)))
}

/// The minutes, which JSON may write as `2.0` too.
fn checked(wanted: &MaintenanceOrder) -> Result<Option<u32>, ApiError> {
    if wanted.message.as_ref().is_some_and(|message| message.chars().count() > MESSAGE_MAX) {
        return Err(wrong("message", format!("should have at most {MESSAGE_MAX} characters")));
    }
    let whole = |minutes: f64| minutes.fract() == 0.0 && (1.0..=f64::from(MINUTES_MAX)).contains(&minutes);
    match wanted.minutes {
        Some(minutes) if !whole(minutes) => {
            Err(wrong("minutes", format!("should be a whole number from 1 to {MINUTES_MAX}")))
        }
        minutes => Ok(minutes.map(|minutes| minutes as u32)),
    }
}

fn wrong(member: &str, msg: String) -> ApiError {
    ApiError::Invalid(vec![member_error([member.into()], &msg)])
}

fn told(service: &AppState) -> MaintenanceState {
    let notice = service.maintenance.notice(OffsetDateTime::now_utc());
    let until = notice.as_ref().and_then(|notice| notice.until?.format(&Rfc3339).ok());
    MaintenanceState { on: notice.is_some(), message: notice.map(|notice| notice.message), until }
}
