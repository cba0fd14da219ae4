//! Heartbeats to an uptime monitor: every so often that this instance is ready, or why it is not.
//!
//! Owns when and how a monitor is told, as Uptime Kuma's push monitors and plain heartbeat addresses want it. May not know
//! what makes an instance ready. The address holds a token, so it is never logged.

use crate::api::http::response::Readiness;
use crate::api::readiness;
use crate::api::state::AppState;
use crate::cli::client::{agent, check, plain};
use anyhow::{Result, bail};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use ureq::Agent;

/// How long the monitor may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What Uptime Kuma's push addresses have in their path.
const PUSH: &str = "/api/push/";

/// What it is told by its parameters, in place of those that the address was copied with.
const TOLD: [&str; 3] = ["status", "msg", "ping"];

/// Where heartbeats go.
#[derive(Clone)]
pub(super) struct Heartbeat {
    agent: Agent,
    /// Without parameters.
    address: String,
    /// The address's own parameters.
    parameters: Vec<String>,
}

impl Heartbeat {
    /// Refuses what is no address.
    pub(super) fn new(address: &str) -> Result<Self> {
        check(address)?;
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let is_kept = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            let is_told = address.contains(PUSH) && TOLD.contains(&name);
            !parameter.is_empty() && !is_told
        };
        let parameters = query.split('&').filter(is_kept).map(str::to_owned).collect();
        Ok(Heartbeat { agent: agent(PATIENCE), address: address.to_owned(), parameters })
    }

    /// Tells it every so often until the task is given up.
    pub(super) fn start(self, service: Arc<AppState>, every: Duration) -> JoinHandle<()> {
        tokio::spawn(async move {
            let (mut ticks, mut was_told) = (interval(every), true);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let (heartbeat, service) = (self.clone(), service.clone());
                let told = tokio::task::spawn_blocking(move || heartbeat.beat(&service)).await;
                let told = told.unwrap_or_else(|_| bail!("the heartbeat was given up"));
                note(&told, &mut was_told);
            }
        })
    }

    /// Asks the models for a score, and waits for the monitor: both would hold up requests among their threads.
    fn beat(&self, service: &AppState) -> Result<()> {
        let asked = Instant::now();
        let readiness = readiness::check_readiness(service);
        self.tell(&readiness, asked.elapsed())
    }

    /// A monitor that only knows heartbeats is told nothing while there is no good news: their absence is what it waits
    /// for.
    fn tell(&self, readiness: &Readiness, took: Duration) -> Result<()> {
        let knows_status = self.address.contains(PUSH);
        if !knows_status && !readiness.can_score() {
            return Ok(());
        }
        let mut request = self.agent.get(self.with_parameters());
        if knows_status {
            let trouble = readiness.trouble();
            let message =
                if trouble.is_empty() { readiness.status.clone() } else { format!("{}: {trouble}", readiness.status) };
            let status = if readiness.can_score() { "up" } else { "down" };
            request = request.query("status", status).query("msg", message);
            request = request.query("ping", format!("{:.1}", took.as_secs_f64() * 1_000.0));
        }
        let answer = request.call().map_err(plain)?;
        if !answer.status().is_success() {
            bail!("it answers {}", answer.status().as_u16());
        }
        Ok(())
    }

    fn with_parameters(&self) -> String {
        let query = self.parameters.join("&");
        if query.is_empty() { self.address.clone() } else { format!("{}?{query}", self.address) }
    }
}

/// One line when the monitor cannot be told any more, and one when it can again.
fn note(told: &Result<()>, was_told: &mut bool) {
    match told {
        Err(error) if *was_told => tracing::warn!(%error, "the uptime monitor cannot be told"),
        Ok(()) if !*was_told => tracing::info!("the uptime monitor is told again"),
        _ => {}
    }
    *was_told = told.is_ok();
}
