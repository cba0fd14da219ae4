//! `leadlight health`: exits 0 when the service is live or ready. Container health checks use it, because the image has
//! no shell.

use super::client::Client;
use crate::api::http::response::Health;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

/// Timeout of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Options of `leadlight health`.
#[derive(Debug, clap::Args)]
pub(super) struct HealthArgs {
    /// Base URL of the service; http://127.0.0.1 at --port if omitted
    #[arg(long)]
    url: Option<String>,
    /// Port on this machine, as given to `leadlight serve`
    #[arg(long, env = "LEADLIGHT_PORT", default_value_t = 7860)]
    port: u16,
    /// Seconds to keep retrying until the service is healthy
    #[arg(long, default_value_t = 0)]
    wait: u64,
    /// Check readiness (leads can be scored and recorded) instead of liveness
    #[arg(long)]
    ready: bool,
    /// Commit that GET /health must report; while an older deployment still responds, the command keeps retrying
    #[arg(long)]
    revision: Option<String>,
}

pub(super) fn run(args: &HealthArgs) -> Result<()> {
    let local_url = || format!("http://127.0.0.1:{}", args.port);
    let client = Client::new(&args.url.clone().unwrap_or_else(local_url), REQUEST_TIMEOUT)?;
    let deadline = Instant::now() + Duration::from_secs(args.wait);
    loop {
        match probe(&client, args) {
            Err(_) if Instant::now() < deadline => std::thread::sleep(RETRY_INTERVAL),
            Err(error) => return Err(error),
            Ok(body) => {
                println!("{body}");
                return Ok(());
            }
        }
    }
}

fn probe(client: &Client, args: &HealthArgs) -> Result<String> {
    if let Some(revision) = &args.revision {
        check_revision(client, revision)?;
    }
    let body = get_body(client, if args.ready { "/readyz" } else { "/livez" })?;
    Ok(String::from_utf8_lossy(&body).trim_end().to_owned())
}

fn check_revision(client: &Client, expected: &str) -> Result<()> {
    let body = get_body(client, "/health")?;
    let health: Health = serde_json::from_slice(&body).context("/health returned an unexpected body")?;
    let deployed = health.revision.as_deref().unwrap_or("a deployment that reports no commit");
    ensure!(deployed == expected, "the service runs {deployed}, not {expected}");
    Ok(())
}

fn get_body(client: &Client, path: &str) -> Result<Vec<u8>> {
    let response = client.get(path).context("the service is not healthy")?;
    ensure!(response.is_success(), "the service is not healthy: {path} returned HTTP {}", response.status);
    Ok(response.body)
}
