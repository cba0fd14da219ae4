//! Whether leads can be scored and recorded here, for those who ask and those who are told.
//!
//! Owns what is looked at, and what it amounts to. May not know routes or monitors.

use crate::api::http::error::ApiError;
use crate::api::http::response::{Check, Checks, Readiness};
use crate::api::model_registry::status::Standing;
use crate::api::state::AppState;
use crate::lead::Lead;
use prediction_log::StoreState;

const OK: &str = "ok";
/// The two words that mean that clients should come.
const READY: &str = "ready";
const DEGRADED: &str = "degraded";

/// Whether leads can be scored and recorded here.
pub fn check_readiness(service: &AppState) -> Readiness {
    let standing = service.serving.standing();
    let (model, log) = (check_model(service), check_log(service.store.state()));
    let checks = Checks { model, log, files: check_files(&standing), instances: check_instances(&standing) };
    let all = [&checks.model, &checks.log, &checks.files, &checks.instances];
    let is_ready = checks.model.status == OK && checks.log.status != StoreState::Lost.as_str();
    let is_well = all.into_iter().all(is_well);
    let word = match (service.at_work().is_err(), is_ready, is_well) {
        (true, _, _) => "maintenance",
        (false, true, true) => READY,
        (false, true, false) => DEGRADED,
        (false, false, _) => "unavailable",
    };
    Readiness { status: word.to_owned(), checks }
}

impl Readiness {
    /// Whether clients should come.
    pub fn can_score(&self) -> bool {
        [READY, DEGRADED].contains(&self.status.as_str())
    }

    /// Why not, or what needs an operator; empty where all is well.
    pub fn trouble(&self) -> String {
        let Checks { model, log, files, instances } = &self.checks;
        let named = [("model", model), ("log", log), ("files", files), ("instances", instances)];
        let told = named.iter().filter(|(_, check)| !is_well(check));
        let told: Vec<String> = told.map(|(name, check)| format!("{name} {}", check.status)).collect();
        told.join(", ")
    }
}

fn is_well(check: &Check) -> bool {
    check.status == OK || check.status == StoreState::Connected.as_str()
}

fn check(status: &str, detail: Option<String>) -> Check {
    Check { status: status.to_owned(), detail }
}

/// The models proved themselves when they were opened; that they still answer is seen by asking them.
fn check_model(service: &AppState) -> Check {
    let Ok(scorer) = service.serving.current() else {
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
