//! The models that are there, and which of them serve.

use crate::api::http::body::collect_small;
use crate::api::http::error::ApiError;
use crate::api::http::extensions::Caller;
use crate::api::http::response::ErrorBody;
use crate::api::http::validation_error::member_error;
use crate::api::model_registry::Order;
use crate::api::model_registry::status::Standing;
use crate::api::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The largest body; what can be asked for is short.
const BYTES_MAX: usize = 16 << 10;

/// Which models are to serve: a version, or an action.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Serve this version of every model that has it.
    #[serde(default)]
    version: Option<String>,
    /// Read the files again and serve the newest version of each model, or serve what served before.
    #[serde(default)]
    action: Option<Action>,
}

/// What can be done without naming a version.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Reload,
    Previous,
}

/// Lists the models: in service, before that, available, refused
#[utoipa::path(get, path = "/admin/models", tag = "administration", responses(
    (status = 200, body = Standing),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
))]
pub(crate) async fn models(State(service): State<Arc<AppState>>) -> Json<Standing> {
    Json(Standing::clone(&service.registry.standing()))
}

/// Puts other models into service, after they have proved themselves
#[utoipa::path(post, path = "/admin/model", tag = "administration", request_body(content = Change, examples(
    ("a version" = (value = json!({"version": "2026.11.23"}))),
    ("what served before" = (value = json!({"action": "previous"}))),
    ("the newest that is there" = (value = json!({"action": "reload"}))),
)), responses(
    (status = 200, body = Standing, description = "They serve"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 409, body = ErrorBody, description = "They cannot; those in service stay"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "Neither a version nor an action is named, or both are"),
))]
pub(crate) async fn change(
    State(service): State<Arc<AppState>>,
    Extension(Caller { name }): Extension<Caller>,
    body: Body,
) -> Result<Json<Standing>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let order = order(&body)?;
    // A client that goes away does not stop a change half way.
    let changing = tokio::spawn(async move { service.registry.obey(order, &name).await });
    let standing = changing.await.map_err(|_| ApiError::Internal)??;
    Ok(Json(Standing::clone(&standing)))
}

fn order(body: &[u8]) -> Result<Order, ApiError> {
    let change: Change = serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    match (change.version, change.action) {
        (Some(version), None) => Ok(Order::Version(version)),
        (None, Some(Action::Reload)) => Ok(Order::Reload),
        (None, Some(Action::Previous)) => Ok(Order::Previous),
        _ => Err(wrong("name either a version or an action, which is reload or previous".to_owned())),
    }
}

fn wrong(msg: String) -> ApiError {
    ApiError::Invalid(vec![member_error([], &msg)])
}
