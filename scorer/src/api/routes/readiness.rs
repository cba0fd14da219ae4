//! Readiness: checks of models, log, files and instances, for the route and for heartbeats.

use crate::api::http::error::ApiError;
use crate::api::http::response::{Check, Checks, Readiness};
use crate::api::model_registry::status::RegistryStatus;
use crate::api::state::AppState;
use crate::lead::Lead;
use prediction_log::StoreState;

const OK: &str = "ok";
/// Statuses at which predictions are served.
const READY: &str = "ready";
const DEGRADED: &str = "degraded";

/// Checks whether leads can be scored and recorded here.
pub fn check_readiness(state: &AppState) -> Readiness {
    let registry = state.registry.status();
    let (model, log) = (check_model(state), check_log(state.store.state()));
    let checks = Checks { model, log, files: check_files(&registry), instances: check_instances(&registry) };
    let all = [&checks.model, &checks.log, &checks.files, &checks.instances];
    let is_ready = checks.model.status == OK && checks.log.status != StoreState::Lost.as_str();
    let is_ok = all.into_iter().all(is_ok);
    let status = match (state.check_maintenance().is_err(), is_ready, is_ok) {
        (true, _, _) => "maintenance",
        (false, true, true) => READY,
        (false, true, false) => DEGRADED,
        (false, false, _) => "unavailable",
    };
    Readiness { status: status.to_owned(), checks }
}

impl Readiness {
    /// True when predictions are served.
    pub fn can_score(&self) -> bool {
        [READY, DEGRADED].contains(&self.status.as_str())
    }

    /// Failed checks as one line; empty when all are well.
    pub fn failures(&self) -> String {
        let Checks { model, log, files, instances } = &self.checks;
        let named = [("model", model), ("log", log), ("files", files), ("instances", instances)];
        let failed = named.iter().filter(|(_, check)| !is_ok(check));
        let failed: Vec<String> = failed.map(|(name, check)| format!("{name} {}", check.status)).collect();
        failed.join(", ")
    }
}

fn is_ok(check: &Check) -> bool {
    check.status == OK || check.status == StoreState::Connected.as_str()
}

fn check(status: &str, detail: Option<String>) -> Check {
    Check { status: status.to_owned(), detail }
}

/// Scores an empty lead: the models were verified when they were opened.
fn check_model(state: &AppState) -> Check {
    let Some(scorer) = state.registry.current() else {
        return check("missing", Some("no model is loaded".to_owned()));
    };
    let empty = Lead::empty(scorer.schema().len());
    match scorer.score(&[empty]).map_err(ApiError::from) {
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
    check(state.as_str(), detail)
}

fn check_files(registry: &RegistryStatus) -> Check {
    match &registry.failed {
        None => check(OK, None),
        Some(failed) => check("failed", Some(format!("the models in service stay: {}", failed.reason))),
    }
}

fn check_instances(registry: &RegistryStatus) -> Check {
    let Some(missing) = &registry.missing else { return check(OK, None) };
    let models: Vec<String> = missing.iter().map(|model| format!("{} {}", model.name, model.version)).collect();
    let detail = format!("all instances are to serve {}, which is not among the files here", models.join(" and "));
    check("behind", Some(detail))
}
