//! Options of `leadlight serve` and their environment variables, one struct per concern, and their conversion to settings.

use super::heartbeat::Heartbeat;
use crate::api::api_keys::ApiKeys;
use crate::api::config::{AuthConfig, BODY_MEGABYTES, Config, Limits, LogInputs, parse_hosts};
use crate::api::rate_limit::Rate;
use crate::cli::files::ModelArgs;
use anyhow::{Context, Result, ensure};
use prediction_log::{DatabaseUrl, LogMode, Retention, Settings};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Default database of the prediction log.
const DEFAULT_DATABASE: &str = "leadlight.sqlite";

/// Default instance name; each start gets its own id all the same.
const DEFAULT_INSTANCE: &str = "leadlight";

/// Options of `leadlight serve`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ServeArgs {
    #[command(flatten)]
    pub(super) listen: ListenArgs,
    #[command(flatten)]
    pub(super) models: ModelArgs,
    /// Folder of the built web page; only the API is served if omitted
    #[arg(long, env = "LEADLIGHT_SITE")]
    pub(super) site: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recording: RecordingArgs,
    #[command(flatten)]
    auth: AuthArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    pub(super) operations: OperationArgs,
    /// Reference CSV of leads for drift detection; the profile in the model file if omitted
    #[arg(long, env = "LEADLIGHT_REFERENCE", default_value = "", hide_default_value = true)]
    reference: EmptyAsNone<PathBuf>,
    /// Format of log lines on stderr: text or json
    #[arg(long, env = "LEADLIGHT_LOG_FORMAT", default_value = "text")]
    pub(super) log_format: EmptyAsNone<LogFormat>,
}

/// Options of operation: maintenance mode, deployed revision, heartbeats.
#[derive(Debug, clap::Args)]
pub(super) struct OperationArgs {
    /// Start in maintenance mode: predictions return 503 until POST /admin/maintenance turns it off
    #[arg(long, env = "LEADLIGHT_MAINTENANCE", default_value_t = false)]
    pub(super) maintenance: bool,
    /// File with the deployed commit, which GET /health reports
    #[arg(long, env = "LEADLIGHT_REVISION_FILE", default_value = "", hide_default_value = true)]
    revision_file: EmptyAsNone<PathBuf>,
    /// Heartbeat URL requested while this instance is ready: an Uptime Kuma push URL or any heartbeat URL
    #[arg(
        long,
        env = "LEADLIGHT_HEARTBEAT_URL",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    heartbeat_url: EmptyAsNone<String>,
    /// Heartbeat interval in seconds
    #[arg(long, env = "LEADLIGHT_HEARTBEAT_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    heartbeat_seconds: u64,
}

impl OperationArgs {
    /// Returns the heartbeat sender, if a URL is configured.
    pub(super) fn heartbeat(&self) -> Result<Option<Heartbeat>> {
        let url = self.heartbeat_url.0.as_deref();
        url.map(Heartbeat::new).transpose().context("--heartbeat-url")
    }

    /// Reads the deployed commit.
    fn revision(&self) -> Result<Option<String>> {
        let Some(path) = &self.revision_file.0 else { return Ok(None) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let revision = text.trim();
        let is_plain = revision.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ensure!(is_plain && (1..=64).contains(&revision.len()), "{} should contain one commit", path.display());
        Ok(Some(revision.to_owned()))
    }

    /// Returns the heartbeat interval.
    pub(super) fn heartbeat_period(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds)
    }
}

/// Options of the listening socket.
#[derive(Debug, clap::Args)]
pub(super) struct ListenArgs {
    /// Address to listen on
    #[arg(long, env = "LEADLIGHT_HOST", default_value = "127.0.0.1")]
    pub(super) host: String,
    /// Port to listen on; 0 selects a free port
    #[arg(long, env = "LEADLIGHT_PORT", default_value_t = 7860)]
    pub(super) port: u16,
}

/// Options of the prediction log.
#[derive(Debug, clap::Args)]
pub(super) struct RecordingArgs {
    /// Database of the prediction log: a SQLite file, a sqlite: URL or a postgresql: URL
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, default_value = DEFAULT_DATABASE)]
    database: String,
    /// Durability of an acknowledged prediction: durable (survives a crash of the program), power-safe (also survives a
    /// power failure), relaxed (neither)
    #[arg(long, env = "LEADLIGHT_LOG_MODE", default_value = "durable")]
    pub(super) log: EmptyAsNone<LogMode>,
    /// Folder of the spool, which holds predictions while the database is unavailable
    #[arg(long, env = "LEADLIGHT_SPOOL", default_value = "", hide_default_value = true)]
    pub(super) spool: EmptyAsNone<PathBuf>,
    /// Retention of predictions and requests in days; unlimited if omitted
    #[arg(long, env = "LEADLIGHT_KEEP_DAYS", default_value = "", hide_default_value = true)]
    pub(super) keep_days: EmptyAsNone<u32>,
    /// Maximum number of predictions, and of requests, kept; unlimited if omitted
    #[arg(long, env = "LEADLIGHT_KEEP_ROWS", default_value = "", hide_default_value = true)]
    pub(super) keep_rows: EmptyAsNone<u64>,
    /// Lead data stored with a prediction: none, features (encoded numbers) or full (all fields)
    #[arg(long, env = "LEADLIGHT_LOG_INPUTS", default_value = "full")]
    log_inputs: EmptyAsNone<LogInputs>,
    /// Name of this instance in the monitoring summaries of instances that share a database
    #[arg(long, env = "LEADLIGHT_INSTANCE", default_value = DEFAULT_INSTANCE, value_parser = parse_instance)]
    instance: String,
}

/// Options of authentication and origin checks.
#[derive(Debug, clap::Args)]
struct AuthArgs {
    /// API key file, one line per key as printed by `leadlight key`; reloaded when it changes
    #[arg(long, env = "LEADLIGHT_KEYS_FILE", default_value = "", hide_default_value = true)]
    keys: EmptyAsNone<PathBuf>,
    /// Scopes granted without a key: predict; none if omitted
    #[arg(long, env = "LEADLIGHT_ANONYMOUS", default_value = "", hide_default_value = true)]
    anonymous: EmptyAsNone<Anonymous>,
    /// Host names, besides localhost, accepted from callers without a key on this machine, comma-separated
    #[arg(long, env = "LEADLIGHT_ALLOWED_HOSTS", default_value = "", hide_default_value = true)]
    allowed_hosts: String,
    /// Number of own reverse proxies in front; callers without a key are then counted by X-Forwarded-For
    #[arg(long, env = "LEADLIGHT_PROXIES", default_value = "", hide_default_value = true)]
    proxies: EmptyAsNone<usize>,
    /// Origins allowed by CORS, comma-separated; * allows any
    #[arg(long, env = "CORS_ORIGINS", default_value = "", hide_default_value = true)]
    cors_origins: String,
}

/// Options of size, rate, concurrency and time limits.
#[derive(Debug, clap::Args)]
struct LimitArgs {
    /// Maximum request body size in megabytes
    #[arg(long, env = "LEADLIGHT_BODY_LIMIT_MB", default_value_t = BODY_MEGABYTES as u16, value_parser = clap::value_parser!(u16).range(1..))]
    body_limit_mb: u16,
    /// Rate limit per caller, such as 20/s, 600/m or 1000/h; unlimited if omitted
    #[arg(long, env = "LEADLIGHT_RATE_LIMIT", default_value = "", hide_default_value = true)]
    rate_limit: EmptyAsNone<Rate>,
    /// Burst size of the rate limit; the count of --rate-limit if omitted
    #[arg(long, env = "LEADLIGHT_RATE_BURST", default_value = "", hide_default_value = true)]
    rate_burst: EmptyAsNone<NonZeroU32>,
    /// Maximum number of requests being scored or waiting to be scored
    #[arg(long, env = "LEADLIGHT_QUEUE", default_value_t = Limits::default().queue, value_parser = at_least_one)]
    queue: usize,
    /// Maximum number of open connections
    #[arg(long, env = "LEADLIGHT_CONNECTIONS", default_value_t = Limits::default().connections, value_parser = at_least_one)]
    connections: usize,
    /// Timeout for idle connections and for reading a request head, in seconds
    #[arg(long, env = "LEADLIGHT_HEAD_SECONDS", default_value_t = Limits::default().head.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    head_seconds: u64,
    /// Timeout until a response begins, in seconds
    #[arg(long, env = "LEADLIGHT_REQUEST_SECONDS", default_value_t = Limits::default().request.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    request_seconds: u64,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "should be a whole number of at least 1".to_owned())
}

fn parse_instance(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let name = if text.is_empty() { DEFAULT_INSTANCE } else { text };
    if is_plain && name.len() <= 64 {
        Ok(name.to_owned())
    } else {
        Err("should be at most 64 letters, digits, dots and dashes".to_owned())
    }
}

impl ServeArgs {
    /// Converts the options to the configuration of the API.
    pub(super) fn config(&self) -> Result<Config> {
        Ok(Config {
            cors_origins: self.auth.cors_origins.parse()?,
            body_bytes_max: usize::from(self.limits.body_limit_mb) << 20,
            log_inputs: self.recording.log_inputs.0.unwrap_or_default(),
            reference: self.reference.0.clone(),
            auth: self.auth.config()?,
            limits: self.limits.limits()?,
            revision: self.operations.revision()?,
            ..Config::default()
        })
    }
}

impl RecordingArgs {
    /// Returns the database location; an empty value selects the default, see [`EmptyAsNone`].
    pub(super) fn database_url(&self) -> Result<DatabaseUrl> {
        let named = Some(self.database.as_str()).filter(|named| !named.is_empty());
        Ok(named.unwrap_or(DEFAULT_DATABASE).parse()?)
    }

    /// Converts the options to the settings of the prediction log.
    pub(super) fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            mode: self.log.0.unwrap_or_default(),
            spool: self.spool.0.clone(),
            retention: Retention { days: self.keep_days.0, rows: self.keep_rows.0 },
            instance: self.instance.clone(),
            ..Settings::new(self.database_url()?)
        })
    }
}

impl AuthArgs {
    fn config(&self) -> Result<AuthConfig> {
        // Only an environment variable: options are visible to all users in the process list.
        let text = std::env::var("LEADLIGHT_KEYS").unwrap_or_default();
        Ok(AuthConfig {
            keys: ApiKeys::open(self.keys.0.as_deref(), &text)?,
            anonymous_predict: self.anonymous.0.is_some(),
            hosts: parse_hosts(&self.allowed_hosts)?,
            proxies: self.proxies.0.unwrap_or_default(),
        })
    }
}

impl LimitArgs {
    fn limits(&self) -> Result<Limits> {
        let burst = self.rate_burst.0;
        ensure!(self.rate_limit.0.is_some() || burst.is_none(), "--rate-burst needs --rate-limit");
        let rate = self.rate_limit.0.map(|rate| Rate { burst: burst.unwrap_or(rate.burst), ..rate });
        Ok(Limits {
            connections: self.connections,
            queue: self.queue,
            head: Duration::from_secs(self.head_seconds),
            request: Duration::from_secs(self.request_seconds),
            rate,
        })
    }
}

/// Optional value where an empty string means none: Compose files pass unset variables as empty strings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EmptyAsNone<T>(pub(super) Option<T>);

impl<T: FromStr> FromStr for EmptyAsNone<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.is_empty() { Ok(EmptyAsNone(None)) } else { text.parse().map(|value| EmptyAsNone(Some(value))) }
    }
}

/// Value of --anonymous: grants the scope `predict` without a key.
#[derive(Debug, Clone, Copy)]
struct Anonymous;

impl FromStr for Anonymous {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "predict" { Ok(Anonymous) } else { Err("only predict can be granted without a key".to_owned()) }
    }
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum LogFormat {
    /// Human-readable text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("should be text or json".to_owned()),
        }
    }
}
