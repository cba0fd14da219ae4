//! `leadlight health`: does the service that runs here live, for a container's health check, which has no shell.
//!
//! Owns the exit code. May not know what makes a service live or ready.

use super::client::Client;
use crate::api::http::response::Health;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// Options of `leadlight health`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The service's address; without one, this machine at the port of LEADLIGHT_PORT
    #[arg(long)]
    url: Option<String>,
    /// The port on this machine, as `leadlight serve` takes it
    #[arg(long, env = "LEADLIGHT_PORT", default_value_t = 7860)]
    port: u16,
    /// How many seconds it may take until it is healthy
    #[arg(long, default_value_t = 0)]
    wait: u64,
    /// Whether leads can be scored and recorded, not only whether it lives
    #[arg(long)]
    ready: bool,
    /// The commit that it is to be deployed from, as GET /health tells it; an older deployment that still answers is
    /// waited for
    #[arg(long)]
    revision: Option<String>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let here = || format!("http://127.0.0.1:{}", options.port);
    let client = Client::new(&options.url.clone().unwrap_or_else(here), PATIENCE)?;
    let until = Instant::now() + Duration::from_secs(options.wait);
    loop {
        match ask(&client, options) {
            Err(_) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
            Ok(answer) => {
                println!("{answer}");
                return Ok(());
            }
        }
    }
}

fn ask(client: &Client, options: &Options) -> Result<String> {
    if let Some(revision) = &options.revision {
        check_revision(client, revision)?;
    }
    let body = body(client, if options.ready { "/readyz" } else { "/livez" })?;
    Ok(String::from_utf8_lossy(&body).trim_end().to_owned())
}

fn check_revision(client: &Client, wanted: &str) -> Result<()> {
    let body = body(client, "/health")?;
    let health: Health = serde_json::from_slice(&body).context("/health does not answer as this service does")?;
    let runs = health.revision.as_deref().unwrap_or("a deployment that does not tell its commit");
    ensure!(runs == wanted, "the service runs {runs}, not {wanted}");
    Ok(())
}

fn body(client: &Client, path: &str) -> Result<Vec<u8>> {
    let answer = client.get(path).context("the service is not healthy")?;
    ensure!(answer.is_good(), "the service is not healthy: {path} answers {}", answer.status);
    Ok(answer.body)
}
