//! `leadlight serve`: serves the web page and the API until SIGTERM or SIGINT.
//!
//! Contains the order of startup and shutdown, and the startup log lines. Must not depend on routes.

mod heartbeat;
mod nonblocking_log;
mod options;

use crate::api::config::Config;
use crate::api::http::static_site::Site;
use crate::api::model_registry::{DatabaseSync, ModelRegistry};
use crate::api::monitor::{Monitor, Reference};
use crate::api::state::AppState;
use anyhow::{Context, Result, bail};
use nonblocking_log::{FlushGuard, NonBlockingLog};
use options::LogFormat;
pub(super) use options::ServeArgs;
use prediction_log::{DatabaseUrl, Store};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Blocking threads per processor, which score; more would compete for memory without gain.
const SCORING_THREADS_PER_CPU: usize = 4;

/// Keep-alive of an idle blocking thread, which still holds memory of the last batch that it scored.
const THREAD_KEEP_ALIVE: Duration = Duration::from_millis(50);

/// Maximum wait at shutdown for blocking work whose result is no longer needed.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves until a shutdown signal; returns when every acknowledged prediction is on disk.
pub(super) fn run(args: &ServeArgs) -> Result<()> {
    let _flush_guard = start_log(args.log_format.0.unwrap_or_default())?;
    let config = args.config()?;
    let database_url = args.recording.database_url()?;
    let heartbeat = args.operations.heartbeat()?;
    let models = ModelRegistry::open(args.models.paths().to_vec()).context("cannot open the models")?;
    let site = args.site.as_deref().map(Site::load).transpose()?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(processors * SCORING_THREADS_PER_CPU)
        .thread_keep_alive(THREAD_KEEP_ALIVE)
        .build()
        .context("cannot start the threads of the server")?;
    let result = runtime.block_on(async {
        let (listener, address) = listen(&args.listen.host, args.listen.port).await?;
        let settings = args.recording.settings()?;
        let (store, writer) = Store::open(&settings).await?;
        models.join_cluster(Arc::new(DatabaseSync(store.clone())));
        // Whoever reads the address that is printed next may send a signal at once.
        let shutdown = shutdown_signal();
        log_startup(&models, args, &database_url, &config, address);
        let reference = load_reference(&config, &models)?;
        let (monitor, aggregator) = Monitor::start(&store, &settings.instance, reference);
        let service = Arc::new(AppState::new(models, store, monitor, site, config));
        if args.operations.maintenance {
            service.begin_maintenance();
        }
        let heartbeat = heartbeat.map(|sender| sender.start(service.clone(), args.operations.heartbeat_period()));
        crate::api::serve(listener, service, shutdown).await;
        if let Some(task) = heartbeat {
            task.abort();
        }
        aggregator.finish().await;
        writer.finish().await;
        Ok(())
    });
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    result
}

/// Starts logging to stderr. A panic's message may quote parts of a lead, so only its location is logged.
fn start_log(format: LogFormat) -> Result<FlushGuard> {
    let filter = EnvFilter::try_from_env("LEADLIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let (writer, flush_guard) = NonBlockingLog::start(std::io::stderr()).context("cannot start the log thread")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(format == LogFormat::Text && std::io::stderr().is_terminal())
        .with_writer(writer);
    let initialized = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
    };
    if initialized.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or_else(|| "unknown location".to_owned(), ToString::to_string);
            tracing::error!(place, "panicked");
        }));
    }
    Ok(flush_guard)
}

/// Loads the drift reference of --reference, if given; otherwise the profile in the model file is used.
fn load_reference(config: &Config, models: &ModelRegistry) -> Result<Option<Reference>> {
    let Some(path) = &config.reference else { return Ok(None) };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the reference {}", path.display()))?;
    let scorer = models.current().context("there is no model to read the reference with")?;
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
    let address = listener.local_addr().context("cannot read the bound address")?;
    Ok((listener, address))
}

/// Logs the configuration. The address goes to stdout, for people and programs that started the server.
fn log_startup(
    models: &ModelRegistry,
    args: &ServeArgs,
    database_url: &DatabaseUrl,
    config: &Config,
    address: SocketAddr,
) {
    for model in models.status().in_service.iter().flat_map(|release| &release.models) {
        tracing::info!(name = model.name, version = model.version, sha256 = model.sha256, "model in service");
    }
    let recording = &args.recording;
    tracing::info!(
        database = %database_url,
        mode = recording.log.0.unwrap_or_default().as_str(),
        spool = recording.spool.0.as_ref().map(|folder| tracing::field::display(folder.display())),
        keep_days = recording.keep_days.0,
        keep_rows = recording.keep_rows.0,
        inputs = config.log_inputs.word(),
        "prediction log ready",
    );
    log_access(config, address);
    // The server runs without a stdout, too.
    let _ = writeln!(std::io::stdout(), "Leadlight is at http://{address}");
}

fn log_access(config: &Config, address: SocketAddr) {
    let (has_keys, is_open) = (!config.auth.keys.is_empty(), config.auth.anonymous_predict);
    match (has_keys, is_open) {
        (true, false) => tracing::info!("callers need an API key"),
        (true, true) => {
            tracing::warn!("anyone who reaches {address} can score leads; all other routes need an API key")
        }
        (false, true) => tracing::warn!(
            "anyone who reaches {address} can score leads; no API keys are configured, so all other routes serve only \
             callers on this machine"
        ),
        (false, false) if address.ip().is_loopback() => {
            tracing::info!("no API keys are configured: only callers on this machine are served");
        }
        (false, false) => tracing::warn!(
            "no API keys are configured: only callers on this machine are served, all others at {address} are rejected; \
             generate a key with `leadlight key`, or allow prediction without a key with --anonymous predict"
        ),
    }
}

/// Completes on the first SIGTERM or SIGINT from this call on; the second one exits immediately.
fn shutdown_signal() -> impl Future<Output = ()> {
    let first = next_signal();
    async {
        first.await;
        tracing::info!("shutting down: requests in progress are completed");
        tokio::spawn(async {
            next_signal().await;
            std::process::exit(1);
        });
    }
}

/// Completes on the next SIGTERM or SIGINT from this call on.
fn next_signal() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async {
        let interrupt = tokio::signal::ctrl_c();
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = interrupt.await;
    }
}
