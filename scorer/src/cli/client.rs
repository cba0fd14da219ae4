//! An API as commands ask it, over HTTP or HTTPS: never longer than a while, never for more than so many bytes.
//!
//! Owns addresses, keys and limits. May not know routes, nor what an answer means. Addresses may hold secrets, so no error
//! repeats one.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body, RequestBuilder};

/// The most bytes of an answer.
const BYTES_MAX: u64 = 64 << 20;

/// The key that is sent along, where the environment has one.
const KEY: &str = "LEADLIGHT_API_KEY";

/// An API.
pub(in crate::cli) struct Client {
    agent: Agent,
    base: String,
    key: Option<String>,
}

/// What it answered.
pub(in crate::cli) struct Answer {
    /// HTTP's number.
    pub(in crate::cli) status: u16,
    pub(in crate::cli) body: Vec<u8>,
}

impl Answer {
    /// Whether it did what was asked.
    pub(in crate::cli) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    /// An API at `http://...` or `https://...`, which gets so long for each answer.
    pub(in crate::cli) fn new(base: &str, patience: Duration) -> Result<Self> {
        let base = base.trim_end_matches('/').to_owned();
        check(&base)?;
        let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
        Ok(Client { agent: agent(patience), base, key })
    }

    /// Asks for what is under a path.
    pub(in crate::cli) fn get(&self, path: &str) -> Result<Answer> {
        answer(self.keyed(self.agent.get(format!("{}{path}", self.base))).call())
    }

    /// Sends JSON there.
    pub(in crate::cli) fn post(&self, path: &str, json: &serde_json::Value) -> Result<Answer> {
        let request = self.agent.post(format!("{}{path}", self.base)).content_type("application/json");
        answer(self.keyed(request).send(json.to_string()))
    }

    fn keyed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }
}

/// Refuses what is no address that can be asked.
pub(in crate::cli) fn check(address: &str) -> Result<()> {
    let uri: Uri = address.parse().ok().context("the address should be like https://leads.example")?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(()),
        _ => bail!("the address should begin with http:// or https://"),
    }
}

/// Whatever it answers is an answer; where it sends elsewhere is not followed, so that a key goes nowhere else.
pub(in crate::cli) fn agent(patience: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("leadlight/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn answer(sent: Result<Response<Body>, ureq::Error>) -> Result<Answer> {
    let mut response = sent.map_err(plain)?;
    let body = response.body_mut().with_config().limit(BYTES_MAX).read_to_vec().map_err(plain)?;
    Ok(Answer { status: response.status().as_u16(), body })
}

/// The library's words without the address in them.
pub(in crate::cli) fn plain(error: ureq::Error) -> anyhow::Error {
    match error {
        ureq::Error::Timeout(_) => anyhow::anyhow!("it did not answer in time"),
        ureq::Error::Io(error) => anyhow::anyhow!("it cannot be reached: {error}"),
        ureq::Error::HostNotFound => anyhow::anyhow!("there is no host of this name"),
        ureq::Error::ConnectionFailed => anyhow::anyhow!("it cannot be reached"),
        ureq::Error::BodyExceedsLimit(_) => anyhow::anyhow!("its answer is longer than {BYTES_MAX} bytes"),
        ureq::Error::Rustls(error) => anyhow::anyhow!("no secure connection: {error}"),
        ureq::Error::Protocol(error) => anyhow::anyhow!("its answer is no HTTP: {error}"),
        _ => anyhow::anyhow!("it cannot be asked"),
    }
}
