//! The options of `leadlight serve` and their twins in the environment, one struct per concern.
//!
//! Owns names, defaults and the way from options to settings. May not know what a setting does.

use super::heartbeat::Heartbeat;
use crate::api::api_keys::ApiKeys;
use crate::api::config::{AuthConfig, BODY_MEGABYTES, Config, Limits, LogInputs, hosts};
use crate::api::rate_limit::Rate;
use crate::cli::files::Models;
use anyhow::{Context, Result, ensure};
use prediction_log::{Location, LogMode, Retention, Settings};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The log where none is named.
const DATABASE: &str = "leadlight.sqlite";

/// The instance where it has no name; each start is told apart all the same.
const INSTANCE: &str = "leadlight";

/// The options of `leadlight serve`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Options {
    #[command(flatten)]
    pub(super) listen: Listen,
    #[command(flatten)]
    pub(super) models: Models,
    /// The folder of the built page
    #[arg(long, env = "LEADLIGHT_SITE")]
    pub(super) site: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recording: Recording,
    #[command(flatten)]
    callers: Callers,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    pub(super) upkeep: Upkeep,
    /// A history of leads to measure drift from, as CSV; else the profile in the model file
    #[arg(long, env = "LEADLIGHT_REFERENCE", default_value = "", hide_default_value = true)]
    reference: Maybe<PathBuf>,
    /// How lines of the log on stderr are written: text or json
    #[arg(long, env = "LEADLIGHT_LOG_FORMAT", default_value = "text")]
    pub(super) log_format: Maybe<LogFormat>,
}

/// What those who watch it are told.
#[derive(Debug, clap::Args)]
pub(super) struct Upkeep {
    /// Begin under maintenance: predictions are answered with 503 until POST /admin/maintenance ends it
    #[arg(long, env = "LEADLIGHT_MAINTENANCE", default_value_t = false)]
    pub(super) maintenance: bool,
    /// A file that holds the commit this was deployed from; GET /health tells it
    #[arg(long, env = "LEADLIGHT_REVISION_FILE", default_value = "", hide_default_value = true)]
    revision_file: Maybe<PathBuf>,
    /// An address that is asked for as long as this instance is ready: an Uptime Kuma push monitor's, or any heartbeat's
    #[arg(
        long,
        env = "LEADLIGHT_HEARTBEAT_URL",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    heartbeat_url: Maybe<String>,
    /// How often, in seconds
    #[arg(long, env = "LEADLIGHT_HEARTBEAT_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    heartbeat_seconds: u64,
}

impl Upkeep {
    /// Where heartbeats go, if anywhere.
    pub(super) fn heartbeat(&self) -> Result<Option<Heartbeat>> {
        let address = self.heartbeat_url.0.as_deref();
        address.map(Heartbeat::new).transpose().context("--heartbeat-url")
    }

    /// The commit that this was deployed from.
    fn revision(&self) -> Result<Option<String>> {
        let Some(path) = &self.revision_file.0 else { return Ok(None) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let revision = text.trim();
        let is_plain = revision.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ensure!(is_plain && (1..=64).contains(&revision.len()), "{} should hold one commit", path.display());
        Ok(Some(revision.to_owned()))
    }

    /// How often.
    pub(super) fn every(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds)
    }
}

/// Where it listens.
#[derive(Debug, clap::Args)]
pub(super) struct Listen {
    /// The address to listen at
    #[arg(long, env = "LEADLIGHT_HOST", default_value = "127.0.0.1")]
    pub(super) host: String,
    /// The port to listen at; 0 takes a free one
    #[arg(long, env = "LEADLIGHT_PORT", default_value_t = 7860)]
    pub(super) port: u16,
}

/// What is recorded, where and for how long.
#[derive(Debug, clap::Args)]
pub(super) struct Recording {
    /// The log of predictions: a SQLite file, or an address like sqlite:leadlight.sqlite
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, default_value = DATABASE)]
    database: String,
    /// What an acknowledged prediction survives: durable (the program's end), power-safe (a power cut), relaxed (neither)
    #[arg(long, env = "LEADLIGHT_LOG_MODE", default_value = "durable")]
    pub(super) log: Maybe<LogMode>,
    /// The folder that keeps predictions while the database is away
    #[arg(long, env = "LEADLIGHT_SPOOL", default_value = "", hide_default_value = true)]
    pub(super) spool: Maybe<PathBuf>,
    /// How many days predictions and calls are kept; for ever unless given
    #[arg(long, env = "LEADLIGHT_KEEP_DAYS", default_value = "", hide_default_value = true)]
    pub(super) keep_days: Maybe<u32>,
    /// How many predictions, and how many calls, are kept; all unless given
    #[arg(long, env = "LEADLIGHT_KEEP_ROWS", default_value = "", hide_default_value = true)]
    pub(super) keep_rows: Maybe<u64>,
    /// What of a lead is kept: none, features (the model's numbers) or full (its fields)
    #[arg(long, env = "LEADLIGHT_LOG_INPUTS", default_value = "full")]
    log_inputs: Maybe<LogInputs>,
    /// The name of this instance in the summaries of those that share a database
    #[arg(long, env = "LEADLIGHT_INSTANCE", default_value = INSTANCE, value_parser = instance)]
    instance: String,
}

/// Who may call.
#[derive(Debug, clap::Args)]
struct Callers {
    /// A file of keys, one a line, as `leadlight key` makes them; read again when it changes
    #[arg(long, env = "LEADLIGHT_KEYS_FILE", default_value = "", hide_default_value = true)]
    keys: Maybe<PathBuf>,
    /// What is open to anyone without a key: predict, or nothing
    #[arg(long, env = "LEADLIGHT_ANONYMOUS", default_value = "", hide_default_value = true)]
    anonymous: Maybe<Anonymous>,
    /// Names besides localhost by which callers without a key on this machine may call it, with commas between
    #[arg(long, env = "LEADLIGHT_ALLOWED_HOSTS", default_value = "", hide_default_value = true)]
    allowed_hosts: String,
    /// How many proxies of your own stand in front; callers without a key are then counted by X-Forwarded-For
    #[arg(long, env = "LEADLIGHT_PROXIES", default_value = "", hide_default_value = true)]
    proxies: Maybe<usize>,
    /// The origins of pages elsewhere that may call, with commas between; * is any
    #[arg(long, env = "CORS_ORIGINS", default_value = "", hide_default_value = true)]
    cors_origins: String,
}

/// How much at once, how often and for how long.
#[derive(Debug, clap::Args)]
struct Bounds {
    /// The largest body, in megabytes
    #[arg(long, env = "LEADLIGHT_BODY_LIMIT_MB", default_value_t = BODY_MEGABYTES as u16, value_parser = clap::value_parser!(u16).range(1..))]
    body_limit_mb: u16,
    /// How many requests a caller may send: 20/s, 600/m or 1000/h; any number unless given
    #[arg(long, env = "LEADLIGHT_RATE_LIMIT", default_value = "", hide_default_value = true)]
    rate_limit: Maybe<Rate>,
    /// How many of them may come at once; what the time allows unless given
    #[arg(long, env = "LEADLIGHT_RATE_BURST", default_value = "", hide_default_value = true)]
    rate_burst: Maybe<NonZeroU32>,
    /// How many requests may be scored, or wait for it, at once
    #[arg(long, env = "LEADLIGHT_QUEUE", default_value_t = Limits::default().queue, value_parser = at_least_one)]
    queue: usize,
    /// How many connections may be open at once
    #[arg(long, env = "LEADLIGHT_CONNECTIONS", default_value_t = Limits::default().connections, value_parser = at_least_one)]
    connections: usize,
    /// How long a connection may be idle or take for a request's head, in seconds
    #[arg(long, env = "LEADLIGHT_HEAD_SECONDS", default_value_t = Limits::default().head.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    head_seconds: u64,
    /// How long a request may take until its answer begins, in seconds
    #[arg(long, env = "LEADLIGHT_REQUEST_SECONDS", default_value_t = Limits::default().request.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    request_seconds: u64,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "should be a whole number of at least 1".to_owned())
}

fn instance(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let name = if text.is_empty() { INSTANCE } else { text };
    if is_plain && name.len() <= 64 {
        Ok(name.to_owned())
    } else {
        Err("should be at most 64 letters, digits, dots and dashes".to_owned())
    }
}

impl Options {
    /// The settings of the API.
    pub(super) fn config(&self) -> Result<Config> {
        Ok(Config {
            cors_origins: self.callers.cors_origins.parse()?,
            body_bytes_max: usize::from(self.bounds.body_limit_mb) << 20,
            log_inputs: self.recording.log_inputs.0.unwrap_or_default(),
            reference: self.reference.0.clone(),
            access: self.callers.access()?,
            limits: self.bounds.limits()?,
            revision: self.upkeep.revision()?,
            ..Config::default()
        })
    }
}

impl Recording {
    /// The database. Compose files hand on a variable that is not set as an empty one.
    pub(super) fn location(&self) -> Result<Location> {
        let named = Some(self.database.as_str()).filter(|named| !named.is_empty());
        Ok(named.unwrap_or(DATABASE).parse()?)
    }

    /// What the log is told.
    pub(super) fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            mode: self.log.0.unwrap_or_default(),
            spool: self.spool.0.clone(),
            retention: Retention { days: self.keep_days.0, rows: self.keep_rows.0 },
            instance: self.instance.clone(),
            ..Settings::new(self.location()?)
        })
    }
}

impl Callers {
    fn access(&self) -> Result<AuthConfig> {
        // An option would stand in the list of processes for all to see.
        let text = std::env::var("LEADLIGHT_KEYS").unwrap_or_default();
        Ok(AuthConfig {
            keys: ApiKeys::open(self.keys.0.as_deref(), &text)?,
            anonymous_predict: self.anonymous.0.is_some(),
            hosts: hosts(&self.allowed_hosts)?,
            proxies: self.proxies.0.unwrap_or_default(),
        })
    }
}

impl Bounds {
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

/// A value that may be left out. Compose files hand on a variable that is not set as an empty one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T: FromStr> FromStr for Maybe<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.is_empty() { Ok(Maybe(None)) } else { text.parse().map(|value| Maybe(Some(value))) }
    }
}

/// What is open to anyone.
#[derive(Debug, Clone, Copy)]
struct Anonymous;

impl FromStr for Anonymous {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "predict" { Ok(Anonymous) } else { Err("only predict may be open to anyone".to_owned()) }
    }
}

/// How lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs, an object a line.
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
