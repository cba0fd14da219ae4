//! Deleting what the log holds of one person.

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

/// The largest body: a key is short.
const BYTES_MAX: usize = 4 << 10;

/// Whom to forget. The key stands in the body, since addresses get into logs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whom {
    /// The client's own key, as it was sent with the lead.
    #[schema(min_length = 1)]
    lead_key: String,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Forgotten {
    /// How many predictions.
    predictions: u64,
}

/// Deletes a lead's predictions, their outcomes and the answers that name the lead
#[utoipa::path(post, path = "/admin/forget", tag = "administration", request_body(content = Whom, example = json!({"lead_key": "crm-1042"})), responses(
    (status = 200, body = Forgotten),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope admin"),
    (status = 413, body = ErrorBody, description = "The body is too large"),
    (status = 422, body = ErrorBody, description = "No lead is named"),
    (status = 503, body = ErrorBody, description = "The database is away: what is in it could not be reached"),
))]
pub(crate) async fn forget(State(service): State<Arc<AppState>>, body: Body) -> Result<Json<Forgotten>, ApiError> {
    let body = collect_small(body, BYTES_MAX).await?;
    let whom: Whom = serde_json::from_slice(&body).map_err(|_| wrong())?;
    if whom.lead_key.is_empty() {
        return Err(wrong());
    }
    Ok(Json(Forgotten { predictions: service.store.erase_lead(&whom.lead_key).await? }))
}

fn wrong() -> ApiError {
    let msg = "name the lead like {\"lead_key\": \"crm-1042\"}".to_owned();
    let loc = vec![json!("body"), json!("lead_key")];
    ApiError::Invalid(vec![ValidationError { kind: "missing".to_owned(), loc, msg, input: Value::Null, ctx: None }])
}
