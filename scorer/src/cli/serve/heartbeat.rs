//! Sends heartbeats with the readiness of this instance to an uptime monitor: an Uptime Kuma push monitor or a plain
//! heartbeat URL. The URL contains a token, so it is never logged.

use crate::api::http::response::Readiness;
use crate::api::readiness;
use crate::api::state::AppState;
use crate::cli::client::{check_url, new_agent, without_url};
use anyhow::{Result, bail};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use ureq::Agent;

/// Timeout of one heartbeat request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Path of Uptime Kuma's push URLs.
const KUMA_PUSH_PATH: &str = "/api/push/";

/// Query parameters of Uptime Kuma that carry the status; those in the configured URL are replaced.
const STATUS_PARAMETERS: [&str; 3] = ["status", "msg", "ping"];

/// Heartbeat sender.
#[derive(Clone)]
pub(super) struct Heartbeat {
    agent: Agent,
    /// Without query parameters.
    url: String,
    /// Query parameters of the configured URL.
    parameters: Vec<String>,
}

impl Heartbeat {
    /// Creates a sender; returns an error if this is not an HTTP or HTTPS URL.
    pub(super) fn new(url: &str) -> Result<Self> {
        check_url(url)?;
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let is_kept = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            let is_replaced = url.contains(KUMA_PUSH_PATH) && STATUS_PARAMETERS.contains(&name);
            !parameter.is_empty() && !is_replaced
        };
        let parameters = query.split('&').filter(is_kept).map(str::to_owned).collect();
        Ok(Heartbeat { agent: new_agent(REQUEST_TIMEOUT), url: url.to_owned(), parameters })
    }

    /// Sends a heartbeat at every interval until the task is aborted.
    pub(super) fn start(self, service: Arc<AppState>, period: Duration) -> JoinHandle<()> {
        tokio::spawn(async move {
            let (mut ticks, mut was_sent) = (interval(period), true);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let (heartbeat, service) = (self.clone(), service.clone());
                let sent = tokio::task::spawn_blocking(move || heartbeat.beat(&service)).await;
                let sent = sent.unwrap_or_else(|_| bail!("the heartbeat task failed"));
                log_transition(&sent, &mut was_sent);
            }
        })
    }

    /// Checks readiness (which scores a lead) and sends the result. Blocking, so it must not run on an async worker.
    fn beat(&self, service: &AppState) -> Result<()> {
        let started = Instant::now();
        let readiness = readiness::check_readiness(service);
        self.send(&readiness, started.elapsed())
    }

    /// Sends one heartbeat. A plain heartbeat URL has no status parameter, so nothing is sent while the instance cannot
    /// score: the monitor alerts on the missing heartbeat.
    fn send(&self, readiness: &Readiness, elapsed: Duration) -> Result<()> {
        let has_status = self.url.contains(KUMA_PUSH_PATH);
        if !has_status && !readiness.can_score() {
            return Ok(());
        }
        let mut request = self.agent.get(self.url_with_parameters());
        if has_status {
            let trouble = readiness.failures();
            let message =
                if trouble.is_empty() { readiness.status.clone() } else { format!("{}: {trouble}", readiness.status) };
            let status = if readiness.can_score() { "up" } else { "down" };
            request = request.query("status", status).query("msg", message);
            request = request.query("ping", format!("{:.1}", elapsed.as_secs_f64() * 1_000.0));
        }
        let response = request.call().map_err(without_url)?;
        if !response.status().is_success() {
            bail!("the monitor returned HTTP {}", response.status().as_u16());
        }
        Ok(())
    }

    fn url_with_parameters(&self) -> String {
        let query = self.parameters.join("&");
        if query.is_empty() { self.url.clone() } else { format!("{}?{query}", self.url) }
    }
}

/// Logs the first failure after a success and the first success after a failure.
fn log_transition(sent: &Result<()>, was_sent: &mut bool) {
    match sent {
        Err(error) if *was_sent => tracing::warn!(%error, "cannot reach the uptime monitor"),
        Ok(()) if !*was_sent => tracing::info!("the uptime monitor is reachable again"),
        _ => {}
    }
    *was_sent = sent.is_ok();
}
