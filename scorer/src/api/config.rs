//! What the API can be told, beside models and database.
//!
//! Owns the settings' forms and bounds. May not know where they came from: the command line reads the environment.

use super::api_keys::ApiKeys;
use super::rate_limit::Rate;
use axum::http::HeaderValue;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// The largest body, unless told otherwise: 10,000 leads with texts of the greatest length take about 160 MB.
pub const BODY_MEGABYTES: usize = 256;

/// The settings of the router.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which pages of other hosts may call.
    pub cors_origins: CorsOrigins,
    /// The largest body, in bytes.
    pub body_bytes_max: usize,
    /// What of a lead is kept beside its score.
    pub log_inputs: LogInputs,
    /// How long a client may be silent within a body, or not read of a long answer.
    pub silence: Duration,
    /// A history of leads that drift is measured from; where there is none, the profile in the model file.
    pub reference: Option<PathBuf>,
    /// Who may call.
    pub access: AuthConfig,
    /// How much at once, and for how long.
    pub limits: Limits,
    /// The commit of the sources that this was built from, for those who wait for a deployment.
    pub revision: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            cors_origins: CorsOrigins::default(),
            body_bytes_max: BODY_MEGABYTES << 20,
            log_inputs: LogInputs::default(),
            silence: Duration::from_secs(30),
            reference: None,
            access: AuthConfig::default(),
            limits: Limits::default(),
            revision: None,
        }
    }
}

/// Who may call. Without keys only this machine.
#[derive(Debug, Clone, Default)]
pub struct AuthConfig {
    /// The keys that are known.
    pub keys: ApiKeys,
    /// Whether leads are scored for anyone, without a key.
    pub anonymous_predict: bool,
    /// The names, besides those of this machine, by which callers without a key may call it; in lower case, without a
    /// port.
    pub hosts: Vec<String>,
    /// How many proxies of the operator's own stand in front, each adding its client to `X-Forwarded-For`: callers
    /// without a key are then counted by the address that the outermost saw. It opens nothing.
    pub proxies: usize,
}

/// How much at once, and for how long. All of it is per instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The most connections at once.
    pub connections: usize,
    /// The most requests at once whose leads are being scored or wait for it.
    pub queue: usize,
    /// How long a connection may be idle, or take for a request's head.
    pub head: Duration,
    /// How long a request may take, from its head to the head of its answer.
    pub request: Duration,
    /// How many requests a caller may send; `None` is any number.
    pub rate: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        let (head, request) = (Duration::from_secs(75), Duration::from_secs(300));
        Limits { connections: 1_000, queue: 512, head, request, rate: None }
    }
}

/// What of a lead is kept beside its score. Inputs are personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogInputs {
    /// Nothing.
    None,
    /// The numbers that the model was given, by the names of its features.
    Features,
    /// The fields as they were sent.
    #[default]
    Full,
}

/// A word for none of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("what is kept of a lead should be none, features or full, not {0:?}")]
pub struct LogInputsError(String);

impl LogInputs {
    /// Its word among options.
    pub fn word(self) -> &'static str {
        match self {
            LogInputs::None => "none",
            LogInputs::Features => "features",
            LogInputs::Full => "full",
        }
    }
}

impl std::str::FromStr for LogInputs {
    type Err = LogInputsError;

    fn from_str(text: &str) -> Result<Self, LogInputsError> {
        [LogInputs::None, LogInputs::Features, LogInputs::Full]
            .into_iter()
            .find(|inputs| inputs.word() == text)
            .ok_or_else(|| LogInputsError(text.to_owned()))
    }
}

/// The origins that CORS allows; none by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CorsOrigins {
    /// Pages of this host only.
    #[default]
    None,
    /// Any page.
    Any,
    /// These, like `https://example.org`.
    List(Vec<HeaderValue>),
}

/// An origin that no browser would send.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("origin {0:?} should be a scheme and a host like https://example.org, without a path")]
pub struct OriginError(String);

impl std::str::FromStr for CorsOrigins {
    type Err = OriginError;

    /// Reads a list with commas between; `*` is any origin.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let entries: Vec<_> = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.contains(&"*") {
            return Ok(CorsOrigins::Any);
        }
        let origins: Vec<_> = entries.into_iter().map(origin).collect::<Result<_, _>>()?;
        Ok(if origins.is_empty() { CorsOrigins::None } else { CorsOrigins::List(origins) })
    }
}

fn origin(entry: &str) -> Result<HeaderValue, OriginError> {
    let refused = || OriginError(entry.to_owned());
    // A stroke at the end is a common slip that would never match what browsers send.
    let entry = entry.strip_suffix('/').unwrap_or(entry);
    let (scheme, host) = entry.split_once("://").ok_or_else(refused)?;
    if scheme.is_empty() || host.is_empty() || host.contains(['/', '?', '#', ' ']) {
        return Err(refused());
    }
    entry.to_ascii_lowercase().parse().map_err(|_| refused())
}

/// A name that no browser would send as the host of an address.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("host {0:?} should be a name or an address like leads.example.org, without scheme, port or path")]
pub struct HostError(String);

/// Reads a list of host names with commas between.
pub fn hosts(text: &str) -> Result<Vec<String>, HostError> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let host = |entry: &str| {
        let inner = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        let fits = inner.map_or_else(|| plain(entry), |inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
        if fits { Ok(entry.to_ascii_lowercase()) } else { Err(HostError(entry.to_owned())) }
    };
    entries.map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_origins_is_read() {
        let list = "https://app.example.org, HTTP://localhost:3000/ ,".parse();
        let origins = ["https://app.example.org", "http://localhost:3000"].map(HeaderValue::from_static);
        assert_eq!(list, Ok(CorsOrigins::List(origins.to_vec())));
        assert_eq!(" ".parse(), Ok(CorsOrigins::None));
        assert_eq!("https://a.example,*".parse(), Ok(CorsOrigins::Any));
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for wrong in ["example.org", "https://example.org/path", "://x", "https://"] {
            assert!(wrong.parse::<CorsOrigins>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_names_or_addresses_alone() {
        assert_eq!(hosts("Leads.example.org, [::1],").unwrap(), ["leads.example.org", "[::1]"]);
        for wrong in ["https://a.example", "a.example:80", "a.example/x", "[zz]"] {
            assert!(hosts(wrong).is_err(), "{wrong}");
        }
    }
}
