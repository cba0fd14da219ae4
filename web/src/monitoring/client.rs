//! Client of the monitoring API. The key stays in memory: it is never part of an address and never stored.

use gloo_net::http::Request;
use scorer::chart::page::DATA;
use scorer::wire::monitoring::{Choice, FORMAT, Overview};
use serde::Deserialize;
use web_sys::{RequestCache, Url};

/// Settings file, relative to the document.
const SETTINGS: &str = "monitoring.json";

/// Error of fetching the overview.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FetchError {
    /// Settings are missing or malformed.
    NoSettings,
    /// Invalid address of the API.
    WrongAddress,
    /// No response from this origin.
    Unreachable(String),
    /// API key required.
    NoKey,
    /// API key rejected.
    WrongKey,
    /// No such route.
    NoMonitoring,
    /// Other status.
    Status(u16),
    /// Response is not an overview of this format.
    Unreadable,
}

#[derive(Deserialize)]
struct Settings {
    /// Address of the API, absolute or relative to the document.
    api: String,
}

/// Client of the API.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// Absolute address, ends with a slash.
    base: String,
    origin: String,
    key: Option<String>,
}

impl Client {
    /// Creates a client from the settings file.
    pub(super) async fn from_settings() -> Result<Self, FetchError> {
        let request = Request::get(SETTINGS).cache(RequestCache::NoCache).send().await;
        let response = request.ok().filter(gloo_net::http::Response::ok).ok_or(FetchError::NoSettings)?;
        let text = response.text().await.map_err(|_| FetchError::NoSettings)?;
        let settings: Settings = serde_json::from_str(&text).map_err(|_| FetchError::NoSettings)?;
        Self::new(&settings.api, &response.url())
    }

    /// Creates a client for an address that may be relative to the settings file.
    fn new(api: &str, settings: &str) -> Result<Self, FetchError> {
        let with_slash = format!("{}/", api.trim_end_matches('/'));
        let url = Url::new_with_base(&with_slash, settings).map_err(|_| FetchError::WrongAddress)?;
        if !["https:", "http:"].contains(&url.protocol().as_str()) {
            return Err(FetchError::WrongAddress);
        }
        Ok(Client { base: format!("{}{}", url.origin(), url.pathname()), origin: url.origin(), key: None })
    }

    /// Scheme and host.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn set_key(&mut self, key: String) {
        self.key = Some(key);
    }

    /// Fetches the overview.
    pub(super) async fn overview(&self, choice: &Choice) -> Result<Overview, FetchError> {
        let request = Request::get(&format!("{}{DATA}?{}", self.base, choice.to_query())).cache(RequestCache::NoStore);
        let request = match &self.key {
            Some(key) => request.header("authorization", &format!("Bearer {key}")),
            None => request,
        };
        let response = request.send().await.map_err(|_| FetchError::Unreachable(self.origin.clone()))?;
        match response.status() {
            200 => {}
            401 | 403 if self.key.is_none() => return Err(FetchError::NoKey),
            401 | 403 => return Err(FetchError::WrongKey),
            404 => return Err(FetchError::NoMonitoring),
            status => return Err(FetchError::Status(status)),
        }
        let text = response.text().await.map_err(|_| FetchError::Unreachable(self.origin.clone()))?;
        let overview: Overview = serde_json::from_str(&text).map_err(|_| FetchError::Unreadable)?;
        if overview.format == FORMAT { Ok(overview) } else { Err(FetchError::Unreadable) }
    }
}
