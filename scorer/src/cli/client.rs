//! Blocking HTTP(S) client of the commands, with a timeout and a response size limit.
//!
//! URLs may contain secrets, so no error message repeats one.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body, RequestBuilder};

/// Largest response body accepted, in bytes.
const RESPONSE_BYTES_MAX: u64 = 64 << 20;

/// Environment variable with the API key to send.
const API_KEY_VARIABLE: &str = "LEADLIGHT_API_KEY";

/// Client of one API.
pub(in crate::cli) struct Client {
    agent: Agent,
    base_url: String,
    key: Option<String>,
}

/// HTTP response, read completely.
pub(in crate::cli) struct ApiResponse {
    /// Status code.
    pub(in crate::cli) status: u16,
    pub(in crate::cli) body: Vec<u8>,
}

impl ApiResponse {
    /// True for status codes 200 to 299.
    pub(in crate::cli) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    /// Creates a client of the API at `http://...` or `https://...`; `timeout` applies to each request.
    pub(in crate::cli) fn new(base_url: &str, timeout: Duration) -> Result<Self> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        check_url(&base_url)?;
        let key = std::env::var(API_KEY_VARIABLE).ok().filter(|key| !key.is_empty());
        Ok(Client { agent: new_agent(timeout), base_url, key })
    }

    /// Sends a GET request.
    pub(in crate::cli) fn get(&self, path: &str) -> Result<ApiResponse> {
        read_response(self.with_key(self.agent.get(format!("{}{path}", self.base_url))).call())
    }

    /// Sends a POST request with a JSON body.
    pub(in crate::cli) fn post(&self, path: &str, json: &serde_json::Value) -> Result<ApiResponse> {
        let request = self.agent.post(format!("{}{path}", self.base_url)).content_type("application/json");
        read_response(self.with_key(request).send(json.to_string()))
    }

    fn with_key<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }
}

/// Returns an error unless this is an absolute HTTP or HTTPS URL.
pub(in crate::cli) fn check_url(url: &str) -> Result<()> {
    let uri: Uri = url.parse().ok().context("the address should be like https://leads.example")?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(()),
        _ => bail!("the address should begin with http:// or https://"),
    }
}

/// Creates an HTTP agent. Every status is a response, not an error; redirects are not followed, because they would send
/// the API key to another host.
pub(in crate::cli) fn new_agent(timeout: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("leadlight/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn read_response(result: Result<Response<Body>, ureq::Error>) -> Result<ApiResponse> {
    let mut response = result.map_err(without_url)?;
    let body = response.body_mut().with_config().limit(RESPONSE_BYTES_MAX).read_to_vec().map_err(without_url)?;
    Ok(ApiResponse { status: response.status().as_u16(), body })
}

/// Converts an error of the HTTP library to a message without the URL.
pub(in crate::cli) fn without_url(error: ureq::Error) -> anyhow::Error {
    match error {
        ureq::Error::Timeout(_) => anyhow::anyhow!("no response within the timeout"),
        ureq::Error::Io(error) => anyhow::anyhow!("connection failed: {error}"),
        ureq::Error::HostNotFound => anyhow::anyhow!("unknown host name"),
        ureq::Error::ConnectionFailed => anyhow::anyhow!("connection failed"),
        ureq::Error::BodyExceedsLimit(_) => anyhow::anyhow!("the response is larger than {RESPONSE_BYTES_MAX} bytes"),
        ureq::Error::Rustls(error) => anyhow::anyhow!("TLS connection failed: {error}"),
        ureq::Error::Protocol(error) => anyhow::anyhow!("the response is not valid HTTP: {error}"),
        _ => anyhow::anyhow!("the request failed"),
    }
}
