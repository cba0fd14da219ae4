//! Whether the program lives, whether it can do its work, and the word that monitors of the old service look for.

use crate::api::answer::{Check, Checks, Health, Readiness};
use crate::api::error::Error;
use crate::api::refusal::{Refusal, retry_after};
use crate::api::serving::standing::Standing;
use crate::api::state::Service;
use crate::api::store::StoreState;
use crate::lead::Lead;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use std::sync::Arc;

/// The name that monitors of the old service look for.
const SERVICE: &str = "linkedin-lead-scoring-api";

/// When to ask again whether it is ready.
const AGAIN_SECONDS: u64 = 5;

/// Says that the service is up
#[utoipa::path(get, path = "/health", tag = "service", responses((
    status = 200, body = Health,
    example = json!({"status": "healthy", "service": "linkedin-lead-scoring-api", "version": "0.1.0", "model_loaded": true}),
)))]
pub(in crate::api) async fn health(State(service): State<Arc<Service>>) -> Json<Health> {
    Json(Health {
        status: "healthy".to_owned(),
        service: SERVICE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model_loaded: service.serving.current().is_ok(),
        maintenance: service.at_work().is_err().then_some(true),
    })
}

/// Says that the program lives, whatever else is away
#[utoipa::path(get, path = "/livez", tag = "service", responses((
    status = 200, body = String, content_type = "text/plain", description = "It does", example = "alive",
)))]
pub(in crate::api) async fn livez() -> &'static str {
    "alive"
}

/// Says whether leads can be scored and recorded
#[utoipa::path(get, path = "/readyz", tag = "service", responses(
    (status = 200, body = Readiness, description = "They can; degraded where something needs an operator", example = json!({
        "status": "ready",
        "checks": {
            "model": {"status": "ok", "detail": null}, "log": {"status": "connected", "detail": null},
            "files": {"status": "ok", "detail": null}, "instances": {"status": "ok", "detail": null},
        },
    })),
    (status = 503, body = Readiness, description = "They cannot", headers(("Retry-After" = u32))),
))]
pub(in crate::api) async fn readyz(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let readiness = readiness(&service);
    let mut headers = HeaderMap::new();
    let again = match &service.at_work() {
        Err(Refusal::Maintenance { seconds, .. }) => *seconds,
        _ => AGAIN_SECONDS,
    };
    let status = if readiness.can_score() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if !readiness.can_score() {
        retry_after(&mut headers, again);
    }
    (status, headers, Json(readiness))
}

/// Whether leads can be scored and recorded here.
pub(in crate::api) fn readiness(service: &Service) -> Readiness {
    let standing = service.serving.standing();
    let (model, log) = (check_model(service), check_log(service.store.state()));
    let checks = Checks { model, log, files: check_files(&standing), instances: check_instances(&standing) };
    let all = [&checks.model, &checks.log, &checks.files, &checks.instances];
    let is_ready = checks.model.status == OK && checks.log.status != StoreState::Lost.word();
    let is_well = all.iter().all(|check| check.status == OK || check.status == StoreState::Connected.word());
    let word = match (service.at_work().is_err(), is_ready, is_well) {
        (true, _, _) => "maintenance",
        (false, true, true) => "ready",
        (false, true, false) => "degraded",
        (false, false, _) => "unavailable",
    };
    Readiness { status: word.to_owned(), checks }
}

impl Readiness {
    /// Whether clients should come.
    pub fn can_score(&self) -> bool {
        matches!(self.status.as_str(), "ready" | "degraded")
    }

    /// Why not, or what needs an operator; empty where all is well.
    pub fn trouble(&self) -> String {
        let Checks { model, log, files, instances } = &self.checks;
        let named = [("model", model), ("log", log), ("files", files), ("instances", instances)];
        let told = named.iter().filter(|(_, check)| check.status != OK && check.status != StoreState::WORDS[0]);
        let told: Vec<String> = told.map(|(name, check)| format!("{name} {}", check.status)).collect();
        told.join(", ")
    }
}

const OK: &str = "ok";

fn check(status: &str, detail: Option<String>) -> Check {
    Check { status: status.to_owned(), detail }
}

/// The models proved themselves when they were opened; that they still answer is seen by asking them.
fn check_model(service: &Service) -> Check {
    let Ok(scorer) = service.serving.current() else {
        return check("missing", Some("no model is loaded".to_owned()));
    };
    let empty = Lead::empty(scorer.schema().len());
    match scorer.score(&[empty]).map_err(Error::from) {
        Ok(_) => check(OK, None),
        Err(error) => check("failed", Some(error.to_string())),
    }
}

fn check_log(state: StoreState) -> Check {
    let detail = match state {
        StoreState::Connected => None,
        StoreState::Degraded { spooled_rows } => {
            Some(format!("the database is away; {spooled_rows} rows are kept until it is back"))
        }
        StoreState::Lost => Some("the database is away and there is no other place to keep rows".to_owned()),
    };
    check(state.word(), detail)
}

fn check_files(standing: &Standing) -> Check {
    match &standing.failed {
        None => check(OK, None),
        Some(failed) => check("failed", Some(format!("the models in service stay: {}", failed.reason))),
    }
}

fn check_instances(standing: &Standing) -> Check {
    let Some(missing) = &standing.missing else { return check(OK, None) };
    let models: Vec<String> = missing.iter().map(|model| format!("{} {}", model.name, model.version)).collect();
    let detail = format!("all instances are to serve {}, which is not among the files here", models.join(" and "));
    check("behind", Some(detail))
}
