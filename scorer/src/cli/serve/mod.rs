//! `leadlight serve`: page and API, until told to stop.
//!
//! Owns the order of starting and stopping, and what an operator reads. May not know routes.

mod heartbeat;
mod journal;
mod options;

use crate::api::config::Config;
use crate::api::http::static_site::Site;
use crate::api::model_registry::{Agreement, Serving};
use crate::api::monitor::{Monitor, Reference};
use crate::api::state::AppState;
use anyhow::{Context, Result, bail};
use journal::{Ending, Journal};
use options::LogFormat;
pub(super) use options::Options;
use prediction_log::{Location, Store};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Threads for scoring, per processor: more would only take memory from one another.
const SCORING_THREADS: usize = 4;

/// How long such a thread waits for more work: idle, it holds memory of the last batch that it scored.
const IDLE: Duration = Duration::from_millis(50);

/// How long work that nobody waits for any more may hold up the end.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

/// Serves; returns when told to stop and everything acknowledged is on disk.
pub(super) fn run(options: &Options) -> Result<()> {
    let _ending = start_log(options.log_format.0.unwrap_or_default())?;
    let config = options.config()?;
    let location = options.recording.location()?;
    let heartbeat = options.upkeep.heartbeat()?;
    let serving = Serving::open(options.models.paths().to_vec()).context("cannot open the models")?;
    let site = options.site.as_deref().map(Site::load).transpose()?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(processors * SCORING_THREADS)
        .thread_keep_alive(IDLE)
        .build()
        .context("cannot start the threads of the server")?;
    let served = runtime.block_on(async {
        let (listener, address) = listen(&options.listen.host, options.listen.port).await?;
        let settings = options.recording.settings()?;
        let (store, writer) = Store::open(&settings).await?;
        serving.share(Arc::new(Agreement(store.clone())));
        tell_start(&serving, options, &location, &config, address);
        let reference = reference(&config, &serving)?;
        let (monitor, aggregator) = Monitor::start(&store, &settings.instance, reference);
        let service = Arc::new(AppState::new(serving, store, monitor, site, config));
        if options.upkeep.maintenance {
            service.begin_maintenance();
        }
        let beating = heartbeat.map(|beat| beat.start(service.clone(), options.upkeep.every()));
        crate::api::serve(listener, service, told_to_stop()).await;
        if let Some(beating) = beating {
            beating.abort();
        }
        aggregator.finish().await;
        writer.finish().await;
        Ok(())
    });
    runtime.shutdown_timeout(LAST_PATIENCE);
    served
}

/// Logs go to stderr. What a panic says may hold parts of a lead, so only its place is logged.
fn start_log(format: LogFormat) -> Result<Ending> {
    let filter = EnvFilter::try_from_env("LEADLIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let (journal, ending) = Journal::start(std::io::stderr()).context("cannot start the thread of the log")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(format == LogFormat::Text && std::io::stderr().is_terminal())
        .with_writer(journal);
    let begun = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
    };
    if begun.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
            tracing::error!(place, "the program is wrong here");
        }));
    }
    Ok(ending)
}

/// The history that drift is measured from, where it is not to be the profile in the model's file.
fn reference(config: &Config, serving: &Serving) -> Result<Option<Reference>> {
    let Some(path) = &config.reference else { return Ok(None) };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the reference {}", path.display()))?;
    let scorer = serving.current().context("there is no model to read the reference with")?;
    Reference::open(bytes, &scorer).with_context(|| path.display().to_string()).map(Some)
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
fn tell_start(serving: &Serving, options: &Options, location: &Location, config: &Config, address: SocketAddr) {
    for model in serving.standing().in_service.iter().flat_map(|release| &release.models) {
        tracing::info!(name = model.name, version = model.version, sha256 = model.sha256, "in service");
    }
    let recording = &options.recording;
    tracing::info!(
        database = %location,
        mode = recording.log.0.unwrap_or_default().word(),
        spool = recording.spool.0.as_ref().map(|folder| tracing::field::display(folder.display())),
        keep_days = recording.keep_days.0,
        keep_rows = recording.keep_rows.0,
        inputs = config.log_inputs.word(),
        "predictions are recorded",
    );
    tell_access(config, address);
    // A closed stdout is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "Leadlight is at http://{address}");
}

fn tell_access(config: &Config, address: SocketAddr) {
    let (has_keys, is_open) = (!config.access.keys.is_empty(), config.access.anonymous_predict);
    match (has_keys, is_open) {
        (true, false) => tracing::info!("callers need a key"),
        (true, true) => tracing::warn!("anyone who reaches {address} can score leads; the rest needs a key"),
        (false, true) => tracing::warn!(
            "anyone who reaches {address} can score leads; no keys are configured, so the rest is for this machine alone"
        ),
        (false, false) if address.ip().is_loopback() => {
            tracing::info!("no keys are configured: only callers on this machine are served");
        }
        (false, false) => tracing::warn!(
            "no keys are configured: only callers on this machine are served, all others at {address} are turned away; \
             make a key with `leadlight key`, or open prediction to anyone with --anonymous predict"
        ),
    }
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
