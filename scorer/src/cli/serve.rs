//! `leadlight serve`: page and API, until told to stop.
//!
//! Owns the command's options and their twins in the environment, the order of starting and stopping, and what an
//! operator reads. May not know routes.

use super::files::Models;
use crate::api::config::{BODY_MEGABYTES, Config};
use crate::api::site::Site;
use crate::api::state::Service;
use crate::api::store::{Location, Settings, Store};
use crate::pipeline::Scorer;
use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// The log where none is named.
const DATABASE: &str = "leadlight.sqlite";

/// Threads for scoring, per processor: more would only take memory from one another.
const SCORING_THREADS: usize = 4;

/// How long work that nobody waits for any more may hold up the end.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

/// The options of `leadlight serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The address to listen at
    #[arg(long, env = "LEADLIGHT_HOST", default_value = "127.0.0.1")]
    host: String,
    /// The port to listen at; 0 takes a free one
    #[arg(long, env = "LEADLIGHT_PORT", default_value_t = 7860)]
    port: u16,
    #[command(flatten)]
    models: Models,
    /// The folder of the built page
    #[arg(long, env = "LEADLIGHT_SITE")]
    site: Option<PathBuf>,
    /// The log of predictions: a SQLite file, or an address like sqlite:leadlight.sqlite
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, default_value = DATABASE)]
    database: String,
    /// The origins of pages elsewhere that may call, with commas between; * is any
    #[arg(long, env = "CORS_ORIGINS", default_value = "")]
    cors_origins: String,
    /// The largest body, in megabytes
    #[arg(long, env = "LEADLIGHT_BODY_LIMIT_MB", default_value_t = BODY_MEGABYTES as u16, value_parser = clap::value_parser!(u16).range(1..))]
    body_limit_mb: u16,
}

/// Serves; returns when told to stop and everything acknowledged is on disk.
pub(super) fn run(options: &Options) -> Result<()> {
    start_log();
    let config = Config {
        cors_origins: options.cors_origins.parse()?,
        body_bytes_max: usize::from(options.body_limit_mb) << 20,
    };
    // Compose files hand on a variable that is not set as an empty one.
    let named = Some(options.database.as_str()).filter(|named| !named.is_empty());
    let location: Location = named.unwrap_or(DATABASE).parse()?;
    let scorer = Scorer::open(&options.models.read()?).context("cannot open the models")?;
    let site = options.site.as_deref().map(Site::load).transpose()?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(processors * SCORING_THREADS)
        .build()
        .context("cannot start the threads of the server")?;
    let served = runtime.block_on(async {
        let (listener, address) = listen(&options.host, options.port).await?;
        let (store, writer) = Store::open(&Settings::new(location.clone())).await?;
        tell_start(&scorer, &location, address);
        let service = Arc::new(Service::new(Some(scorer), store, site, config));
        let served = crate::api::serve(listener, service, told_to_stop()).await;
        writer.finish().await;
        served.context("the server broke off")
    });
    runtime.shutdown_timeout(LAST_PATIENCE);
    served
}

/// Logs go to stderr. What a panic says may hold parts of a lead, so only its place is logged.
fn start_log() {
    let filter = EnvFilter::try_from_env("LEADLIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if log.try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
            tracing::error!(place, "the program is wrong here");
        }));
    }
}

async fn listen(host: &str, port: u16) -> Result<(TcpListener, SocketAddr)> {
    let listener = match TcpListener::bind((host, port)).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("port {port} at {host} is already in use; choose another with --port")
        }
        Err(error) => bail!("cannot listen at {host}, port {port}: {error}"),
    };
    let address = listener.local_addr().context("cannot tell the port that was taken")?;
    Ok((listener, address))
}

/// The address goes to stdout, for people and programs that started this one.
fn tell_start(scorer: &Scorer, location: &Location, address: SocketAddr) {
    for model in scorer.models() {
        tracing::info!(name = model.card().name, version = model.version(), sha256 = model.sha256(), "model");
    }
    tracing::info!(database = %location, "predictions are recorded");
    if !address.ip().is_loopback() {
        tracing::warn!("anyone who reaches {address} can score leads here: no key is asked for");
    }
    // A closed stdout is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "Leadlight is at http://{address}");
}

/// Done at the first SIGTERM or SIGINT; the second ends the program at once.
async fn told_to_stop() {
    stop_signal().await;
    tracing::info!("stopping: requests that have begun are finished");
    tokio::spawn(async {
        stop_signal().await;
        std::process::exit(1);
    });
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
