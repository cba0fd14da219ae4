//! What the models in service say about themselves.

use crate::api::http::conditional::{etag, matches_etag};
use crate::api::http::error::ApiError;
use crate::api::state::AppState;
use crate::insight::card::Card;
use crate::lead::encode::FORMAT;
use crate::pipeline::Model;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// Kept by the caller alone, and asked for again each time: another model may serve by then.
const CACHING: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The models in service, in the order in which a lead looks for its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Models<'m> {
    /// The version of the program.
    program: &'static str,
    models: Vec<Told<'m>>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Told<'m> {
    name: &'m str,
    version: &'m str,
    /// Of the model file.
    sha256: &'m str,
    /// Of its encoder: what makes features of leads.
    encoder_sha256: String,
    /// The version of the encoder's form.
    encoder_format: u32,
    /// The features that the encoder makes.
    features: usize,
    /// Whether its scores are the same bits on every processor.
    bit_exact: bool,
    /// The operators that keep them from being so.
    inexact_operators: &'m [String],
    /// What it predicts, from what it learned, how good it is and where its limits are.
    #[schema(value_type = Object)]
    card: &'m Card,
}

/// Tells of the models in service: cards and hashes
#[utoipa::path(get, path = "/model", tag = "service", responses(
    (status = 200, body = inline(Models), description = "The models, with an ETag"),
    (status = 304, description = "Nothing has changed since the ETag that was sent"),
    (status = 503, body = crate::api::http::response::ErrorBody, description = "No model is loaded"),
))]
pub(crate) async fn model(State(service): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let scorer = service.registry.current()?;
    let models = scorer.models().iter().map(told).collect::<Result<_, _>>()?;
    let body = serde_json::to_vec(&Models { program: env!("CARGO_PKG_VERSION"), models });
    let body = body.map_err(|_| ApiError::Internal)?;
    let tag = etag(&body);
    let own = [(ETAG, tag.clone()), (CACHE_CONTROL, CACHING)];
    if matches_etag(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, own).into_response());
    }
    Ok((own, [(CONTENT_TYPE, "application/json")], body).into_response())
}

fn told(model: &Model) -> Result<Told<'_>, ApiError> {
    let encoder = serde_json::to_vec(model.encoder().specification()).map_err(|_| ApiError::Internal)?;
    Ok(Told {
        name: &model.card().name,
        version: model.version(),
        sha256: model.sha256(),
        encoder_sha256: Sha256::digest(&encoder).iter().map(|byte| format!("{byte:02x}")).collect(),
        encoder_format: FORMAT,
        features: model.encoder().features().count(),
        bit_exact: model.inexact().is_empty(),
        inexact_operators: model.inexact(),
        card: model.card(),
    })
}
