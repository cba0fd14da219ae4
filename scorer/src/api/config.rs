//! Settings of the API, with their formats and bounds. The command line and the environment are read elsewhere.

use super::api_keys::ApiKeys;
use super::rate_limit::Rate;
use axum::http::HeaderValue;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// Default limit of a body in megabytes: 10,000 leads with texts of the greatest length take about 160 MB.
pub const BODY_MEGABYTES: usize = 256;

/// Settings of the router.
#[derive(Debug, Clone)]
pub struct Config {
    /// Origins allowed by CORS.
    pub cors_origins: CorsOrigins,
    /// Largest body in bytes.
    pub body_bytes_max: usize,
    /// Part of a lead that is logged with its score.
    pub log_inputs: LogInputs,
    /// Timeout between two pieces of a body, and for a client that reads nothing of a streamed response.
    pub read_timeout: Duration,
    /// History of leads that is the reference for drift; `None` uses the profile in the model file.
    pub reference: Option<PathBuf>,
    /// Authentication of callers.
    pub auth: AuthConfig,
    /// Limits of concurrency, time and rate.
    pub limits: Limits,
    /// Commit that this was built from, by which a deployment is recognized.
    pub revision: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            cors_origins: CorsOrigins::default(),
            body_bytes_max: BODY_MEGABYTES << 20,
            log_inputs: LogInputs::default(),
            read_timeout: Duration::from_secs(30),
            reference: None,
            auth: AuthConfig::default(),
            limits: Limits::default(),
            revision: None,
        }
    }
}

/// Authentication of callers. Without keys, only this machine may call.
#[derive(Debug, Clone, Default)]
pub struct AuthConfig {
    /// Configured API keys.
    pub keys: ApiKeys,
    /// True when anyone may score leads without a key.
    pub anonymous_predict: bool,
    /// Host names, besides those of this machine, accepted from callers without a key; lower case, without a port.
    pub hosts: Vec<String>,
    /// Number of the operator's own proxies, each of which appends its client to `X-Forwarded-For`: the rate limit of
    /// callers without a key then counts by the address that the outermost saw. Grants no access.
    pub proxies: usize,
}

/// Limits of concurrency, time and rate, per instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Most open connections.
    pub connections: usize,
    /// Most requests whose leads are scored or wait for it.
    pub queue: usize,
    /// Idle timeout of a connection, and time limit for a request's head.
    pub head: Duration,
    /// Time limit of a request, from its head to the head of its response.
    pub request: Duration,
    /// Rate limit per caller; `None` is unlimited.
    pub rate: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        let (head, request) = (Duration::from_secs(75), Duration::from_secs(300));
        Limits { connections: 1_000, queue: 512, head, request, rate: None }
    }
}

/// Part of a lead that is logged with its score. Inputs are personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogInputs {
    /// Nothing.
    None,
    /// Encoded features by name.
    Features,
    /// Fields as sent.
    #[default]
    Full,
}

/// Unknown value of the setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("what is kept of a lead should be none, features or full, not {0:?}")]
pub struct LogInputsError(String);

impl LogInputs {
    /// Name of the value in options.
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

/// Origins allowed by CORS; none by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CorsOrigins {
    /// Same origin only.
    #[default]
    None,
    /// Any origin.
    Any,
    /// Listed origins, for example `https://example.org`.
    List(Vec<HeaderValue>),
}

/// Invalid origin.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("origin {0:?} should be a scheme and a host like https://example.org, without a path")]
pub struct OriginError(String);

impl std::str::FromStr for CorsOrigins {
    type Err = OriginError;

    /// Parses a comma-separated list; `*` is any origin.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let entries: Vec<_> = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.contains(&"*") {
            return Ok(CorsOrigins::Any);
        }
        let origins: Vec<_> = entries.into_iter().map(parse_origin).collect::<Result<_, _>>()?;
        Ok(if origins.is_empty() { CorsOrigins::None } else { CorsOrigins::List(origins) })
    }
}

fn parse_origin(entry: &str) -> Result<HeaderValue, OriginError> {
    let error = || OriginError(entry.to_owned());
    // Browsers send origins without the trailing slash, a common mistake in settings.
    let entry = entry.strip_suffix('/').unwrap_or(entry);
    let (scheme, host) = entry.split_once("://").ok_or_else(error)?;
    if scheme.is_empty() || host.is_empty() || host.contains(['/', '?', '#', ' ']) {
        return Err(error());
    }
    entry.to_ascii_lowercase().parse().map_err(|_| error())
}

/// Invalid host name.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("host {0:?} should be a name or an address like leads.example.org, without scheme, port or path")]
pub struct HostError(String);

/// Parses comma-separated host names.
pub fn parse_hosts(text: &str) -> Result<Vec<String>, HostError> {
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
    fn a_list_of_origins_is_parsed() {
        let list = "https://app.example.org, HTTP://localhost:3000/ ,".parse();
        let origins = ["https://app.example.org", "http://localhost:3000"].map(HeaderValue::from_static);
        assert_eq!(list, Ok(CorsOrigins::List(origins.to_vec())));
        assert_eq!(" ".parse(), Ok(CorsOrigins::None));
        assert_eq!("https://a.example,*".parse(), Ok(CorsOrigins::Any));
    }

    #[test]
    fn invalid_origins_are_errors() {
        for wrong in ["example.org", "https://example.org/path", "://x", "https://"] {
            assert!(wrong.parse::<CorsOrigins>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_names_or_addresses_alone() {
        assert_eq!(parse_hosts("Leads.example.org, [::1],").unwrap(), ["leads.example.org", "[::1]"]);
        for wrong in ["https://a.example", "a.example:80", "a.example/x", "[zz]"] {
            assert!(parse_hosts(wrong).is_err(), "{wrong}");
        }
    }
}
