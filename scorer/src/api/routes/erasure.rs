//! `POST /admin/forget`: deletes what the log holds of one lead.

use crate::api::http::body::collect_small;
use crate::api::http::error::ApiError;
use crate::api::http::response::{ErrorBody, ValidationError};
use crate::api::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;

/// Largest body, in bytes.
const BYTES_MAX: usize = 4 << 10;

/// Lead to erase. Its key is in the body, not in the path, because URLs get into logs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Whom)]
pub(crate) struct ErasureRequest {
    /// The client's own key, as sent with the lead.
    #[schema(min_length = 1)]
    lead_key: String,
}

/// Result of an erasure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Forgotten)]
pub(crate) struct ErasureResult {
    /// Number of deleted predictions.
    predictions: u64,
}

/// Deletes a lead's predictions, their outcomes and the stored responses that name the lead
#[utoipa::path(post, operation_id = "forget_lead", path = "/admin/forget", tag = "administration", request_body(content = ErasureRequest, example = json!({"lead_key": "crm-1042"})), responses(
    (status = 200, body = ErasureResult, description = "The lead is erased", example = json!({"predictions": 3})),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "No lead is named"),
    (status = 503, body = ErrorBody, description = "The database is unreachable"),
))]
pub(crate) async fn erase(State(service): State<Arc<AppState>>, body: Body) -> Result<Json<ErasureResult>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let request: ErasureRequest = serde_json::from_slice(&body).map_err(|_| invalid())?;
    if request.lead_key.is_empty() {
        return Err(invalid());
    }
    Ok(Json(ErasureResult { predictions: service.store.erase_lead(&request.lead_key).await? }))
}

fn invalid() -> ApiError {
    let msg = "name the lead like {\"lead_key\": \"crm-1042\"}".to_owned();
    let loc = vec![json!("body"), json!("lead_key")];
    ApiError::Invalid(vec![ValidationError { kind: "missing".to_owned(), loc, msg, input: Value::Null, ctx: None }])
}
