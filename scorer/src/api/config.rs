//! What the API can be told, beside models and database.
//!
//! Owns the settings' forms and bounds. May not know where they came from: the command line reads the environment.

use axum::http::HeaderValue;
use std::time::Duration;
use thiserror::Error;

/// The largest body, unless told otherwise: 10,000 leads with texts of the greatest length take about 160 MB.
pub const BODY_MEGABYTES: usize = 256;

/// The settings of the router.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Which pages of other hosts may call.
    pub cors_origins: Origins,
    /// The largest body, in bytes.
    pub body_bytes_max: usize,
    /// What of a lead is kept beside its score.
    pub log_inputs: LogInputs,
    /// How long a client may be silent within a body, or not read of a long answer.
    pub silence: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            cors_origins: Origins::default(),
            body_bytes_max: BODY_MEGABYTES << 20,
            log_inputs: LogInputs::default(),
            silence: Duration::from_secs(30),
        }
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

/// The origins that CORS allows; none by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Origins {
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

impl std::str::FromStr for Origins {
    type Err = OriginError;

    /// Reads a list with commas between; `*` is any origin.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let entries: Vec<_> = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.contains(&"*") {
            return Ok(Origins::Any);
        }
        let origins: Vec<_> = entries.into_iter().map(origin).collect::<Result<_, _>>()?;
        Ok(if origins.is_empty() { Origins::None } else { Origins::List(origins) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_origins_is_read() {
        let list = "https://app.example.org, HTTP://localhost:3000/ ,".parse();
        let origins = ["https://app.example.org", "http://localhost:3000"].map(HeaderValue::from_static);
        assert_eq!(list, Ok(Origins::List(origins.to_vec())));
        assert_eq!(" ".parse(), Ok(Origins::None));
        assert_eq!("https://a.example,*".parse(), Ok(Origins::Any));
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for wrong in ["example.org", "https://example.org/path", "://x", "https://"] {
            assert!(wrong.parse::<Origins>().is_err(), "{wrong}");
        }
    }
}
