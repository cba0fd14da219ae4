//! `GET /model`: cards and hashes of the models in service.

use crate::api::http::conditional::{etag, matches_etag};
use crate::api::http::error::ApiError;
use crate::api::state::AppState;
use crate::insight::card::Card;
use crate::lead::encode::FORMAT;
use crate::model::bundle::sha256_hex;
use crate::pipeline::Model;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Cached by the client only and revalidated each time, since the models may change.
const CACHE_POLICY: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Models in service, in the order in which they are tried for a lead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Models<'m> {
    /// Program version.
    program: &'static str,
    models: Vec<ModelInfo<'m>>,
}

/// A model in service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Told)]
pub(crate) struct ModelInfo<'m> {
    name: &'m str,
    version: &'m str,
    /// SHA-256 of the model file.
    sha256: &'m str,
    /// SHA-256 of its encoder, which makes features of leads.
    encoder_sha256: String,
    /// Version of the encoder's format.
    encoder_format: u32,
    /// Number of features that the encoder makes.
    features: usize,
    /// True if its scores are the same bits on every processor.
    bit_exact: bool,
    /// Operators whose results may differ between processors.
    inexact_operators: &'m [String],
    /// Its card: target, training data, quality and limits.
    #[schema(value_type = Object)]
    card: &'m Card,
}

/// Describes the models in service: cards and hashes
#[utoipa::path(get, path = "/model", tag = "service", responses(
    (status = 200, body = inline(Models), description = "The models, with an ETag", example = json!({
        "program": "0.1.0",
        "models": [{
            "name": "linkedin-engagement", "version": "2026.11.23",
            "sha256": "0f6d2c5b9a1e48f7a3b0c6d9e2f1847560aabbccddeeff00112233445566778899",
            "encoder_sha256": "aabbccddeeff001122334455667788990f6d2c5b9a1e48f7a3b0c6d9e2f18475",
            "encoder_format": 1, "features": 47, "bit_exact": true, "inexact_operators": [],
            "card": {"name": "linkedin-engagement", "version": "2026.11.23", "predicts": "a reply"},
        }],
    })),
    (status = 304, description = "Not modified since the ETag that was sent"),
    (status = 503, body = crate::api::http::response::ErrorBody, description = "No model is loaded"),
))]
pub(crate) async fn model(State(service): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let scorer = service.registry.current().ok_or(ApiError::NoModel)?;
    let models = scorer.models().iter().map(model_info).collect::<Result<_, _>>()?;
    let body = serde_json::to_vec(&Models { program: env!("CARGO_PKG_VERSION"), models });
    let body = body.map_err(|_| ApiError::Internal)?;
    let etag = etag(&body);
    let caching = [(ETAG, etag.clone()), (CACHE_CONTROL, CACHE_POLICY)];
    if matches_etag(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(CONTENT_TYPE, "application/json")], body).into_response())
}

fn model_info(model: &Model) -> Result<ModelInfo<'_>, ApiError> {
    let encoder = serde_json::to_vec(model.encoder().specification()).map_err(|_| ApiError::Internal)?;
    Ok(ModelInfo {
        name: &model.card().name,
        version: model.version(),
        sha256: model.sha256(),
        encoder_sha256: sha256_hex(&encoder),
        encoder_format: FORMAT,
        features: model.encoder().features().count(),
        bit_exact: model.inexact().is_empty(),
        inexact_operators: model.inexact(),
        card: model.card(),
    })
}
