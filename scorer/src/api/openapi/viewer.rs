//! The API's description and its viewer, both from within the program: no other host is asked for anything.

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

/// Swagger UI sets styles on elements and draws its marks from data addresses; its scripts are files.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The viewer's page; addresses are relative, so that it also works below a path of another host.
const VIEWER: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Leadlight API</title>\
    <link rel=\"icon\" href=\"docs/favicon-32x32.png\"><link rel=\"stylesheet\" href=\"docs/swagger-ui.css\"></head>\
    <body><div id=\"swagger-ui\"></div><script src=\"docs/swagger-ui-bundle.js\"></script>\
    <script src=\"docs/start.js\"></script></body></html>";

const START: &str =
    "SwaggerUIBundle({ url: \"openapi.json\", dom_id: \"#swagger-ui\", validatorUrl: null, tryItOutEnabled: true });\n";

/// The description.
pub(crate) async fn description(State(service): State<Arc<AppState>>) -> impl IntoResponse {
    let scorer = service.registry.current();
    let document = super::document(scorer.as_ref().map_or(&Schema::leads(), |scorer| scorer.schema()));
    ([(CONTENT_TYPE, "application/json")], document)
}

/// The viewer.
pub(crate) async fn page() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(VIEWER))
}

/// The viewer's files; a name that is no UTF-8 is none of them.
pub(crate) async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    let Path(name) = name.map_err(|_| ApiError::NotFound)?;
    if name == "start.js" {
        return Ok(([(CONTENT_TYPE, "text/javascript")], START).into_response());
    }
    let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::default())).map_err(|_| ApiError::Internal)?;
    let file = found.ok_or(ApiError::NotFound)?;
    let own = [(CONTENT_TYPE, file.content_type), (CACHE_CONTROL, "no-cache".to_owned())];
    let response = (own, file.bytes.into_owned()).into_response();
    Ok(if file.gzpipped { ([(CONTENT_ENCODING, "gzip")], response).into_response() } else { response })
}
