//! `/openapi.json` and `/docs`: the document and Swagger UI, both served from the binary without another host.

use crate::api::http::error::ApiError;
use crate::api::state::AppState;
use crate::lead::schema::Schema;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use utoipa_swagger_ui::Config;

/// Content security policy: Swagger UI uses inline styles and `data:` images; its scripts are files.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Page of the viewer; its URLs are relative, so that it also works behind a path prefix.
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Leadlight API</title>\
    <link rel=\"icon\" href=\"docs/favicon-32x32.png\"><link rel=\"stylesheet\" href=\"docs/swagger-ui.css\"></head>\
    <body><div id=\"swagger-ui\"></div><script src=\"docs/swagger-ui-bundle.js\"></script>\
    <script src=\"docs/start.js\"></script></body></html>";

const START_SCRIPT: &str =
    "SwaggerUIBundle({ url: \"openapi.json\", dom_id: \"#swagger-ui\", validatorUrl: null, tryItOutEnabled: true });\n";

/// Returns the OpenAPI document.
pub(crate) async fn openapi_json(State(service): State<Arc<AppState>>) -> impl IntoResponse {
    let scorer = service.registry.current();
    let document = super::document(scorer.as_ref().map_or(&Schema::leads(), |scorer| scorer.schema()));
    ([(CONTENT_TYPE, "application/json")], document)
}

/// Returns the page of the viewer.
pub(crate) async fn page() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))
}

/// Returns a file of the viewer; a name that is not UTF-8 is not found.
pub(crate) async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    let Path(name) = name.map_err(|_| ApiError::NotFound)?;
    if name == "start.js" {
        return Ok(([(CONTENT_TYPE, "text/javascript")], START_SCRIPT).into_response());
    }
    let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::default())).map_err(|_| ApiError::Internal)?;
    let file = found.ok_or(ApiError::NotFound)?;
    let headers = [(CONTENT_TYPE, file.content_type), (CACHE_CONTROL, "no-cache".to_owned())];
    let response = (headers, file.bytes.into_owned()).into_response();
    Ok(if file.gzpipped { ([(CONTENT_ENCODING, "gzip")], response).into_response() } else { response })
}
