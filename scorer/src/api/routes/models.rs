//! `/admin/models`, `/admin/model`: lists the models of this instance and changes those in service.

use crate::api::http::body::collect_small;
use crate::api::http::error::ApiError;
use crate::api::http::extensions::Caller;
use crate::api::http::rejection::Rejection;
use crate::api::http::response::ErrorBody;
use crate::api::http::validation_error::member_error;
use crate::api::model_registry::Command;
use crate::api::model_registry::status::RegistryStatus;
use crate::api::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Largest body, in bytes.
const BYTES_MAX: usize = 16 << 10;

/// Change of the models in service: a version or an action.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Change)]
pub(crate) struct ModelChange {
    /// Serve this version of every model that has it.
    #[serde(default)]
    version: Option<String>,
    /// Read the files again and serve the newest version of each model, or serve the previous models again.
    #[serde(default)]
    action: Option<ChangeAction>,
}

/// Change that names no version.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Action)]
pub(crate) enum ChangeAction {
    Reload,
    Previous,
}

/// Lists the models: in service, previous, available, refused
#[utoipa::path(get, operation_id = "list_models", path = "/admin/models", tag = "administration", responses(
    (status = 200, body = RegistryStatus, description = "The models of this instance"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
))]
pub(crate) async fn list(State(service): State<Arc<AppState>>) -> Json<RegistryStatus> {
    Json(RegistryStatus::clone(&service.registry.status()))
}

/// Changes the models in service, after the new ones are verified
#[utoipa::path(post, operation_id = "change_models", path = "/admin/model", tag = "administration", request_body(content = ModelChange, examples(
    ("a version" = (value = json!({"version": "2026.11.23"}))),
    ("what served before" = (value = json!({"action": "previous"}))),
    ("the newest that is there" = (value = json!({"action": "reload"}))),
)), responses(
    (status = 200, body = RegistryStatus, description = "The models are in service"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 409, body = ErrorBody, description = "Not changed; the models in service stay"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "Neither a version nor an action is named, or both are"),
))]
pub(crate) async fn change(
    State(service): State<Arc<AppState>>,
    Extension(Caller { name }): Extension<Caller>,
    body: Body,
) -> Result<Json<RegistryStatus>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let command = parse_command(&body)?;
    // A task of its own, so that a client that disconnects does not stop a change half way.
    let change = tokio::spawn(async move { service.registry.apply(command, &name).await });
    let changed = change.await.map_err(|_| ApiError::Internal)?;
    let status = changed.map_err(|reason| Rejection::Model(reason.to_string()))?;
    Ok(Json(RegistryStatus::clone(&status)))
}

fn parse_command(body: &[u8]) -> Result<Command, ApiError> {
    let change: ModelChange = serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
    match (change.version, change.action) {
        (Some(version), None) => Ok(Command::Version(version)),
        (None, Some(ChangeAction::Reload)) => Ok(Command::Reload),
        (None, Some(ChangeAction::Previous)) => Ok(Command::Previous),
        _ => Err(invalid("name either a version or an action, which is reload or previous".to_owned())),
    }
}

fn invalid(msg: String) -> ApiError {
    ApiError::Invalid(vec![member_error([], &msg)])
}
