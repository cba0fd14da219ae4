//! The API as the document sees it: where it is, and its overview.
//!
//! Owns addresses, the key and the kinds of trouble. May not know what is shown. The key is in memory only: never in an
//! address, never stored.

use gloo_net::http::Request;
use scorer::chart::page::DATA;
use scorer::wire::monitoring::{Choice, FORMAT, Overview};
use serde::Deserialize;
use web_sys::{RequestCache, Url};

/// Beside the document.
const SETTINGS: &str = "monitoring.json";

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trouble {
    /// No settings, or none that can be read.
    NoSettings,
    /// The API's address is none.
    WrongAddress,
    /// No answer from this origin.
    Unreachable(String),
    /// A key is needed.
    NoKey,
    /// The key is not known or not for this.
    WrongKey,
    /// The route does not exist there.
    NoMonitoring,
    /// Another status.
    Refused(u16),
    /// An answer, but no overview.
    Unreadable,
}

#[derive(Deserialize)]
struct Settings {
    /// Relative to the document, or whole.
    api: String,
}

/// The way to the API.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// Whole, with a slash at the end.
    base: String,
    origin: String,
    key: Option<String>,
}

impl Client {
    /// Reads the settings.
    pub(super) async fn configured() -> Result<Self, Trouble> {
        let request = Request::get(SETTINGS).cache(RequestCache::NoCache).send().await;
        let response = request.ok().filter(gloo_net::http::Response::ok).ok_or(Trouble::NoSettings)?;
        let text = response.text().await.map_err(|_| Trouble::NoSettings)?;
        let settings: Settings = serde_json::from_str(&text).map_err(|_| Trouble::NoSettings)?;
        Self::at(&settings.api, &response.url())
    }

    /// An API at an address, relative to that of the settings.
    fn at(api: &str, settings: &str) -> Result<Self, Trouble> {
        let with_slash = format!("{}/", api.trim_end_matches('/'));
        let url = Url::new_with_base(&with_slash, settings).map_err(|_| Trouble::WrongAddress)?;
        if !["https:", "http:"].contains(&url.protocol().as_str()) {
            return Err(Trouble::WrongAddress);
        }
        Ok(Client { base: format!("{}{}", url.origin(), url.pathname()), origin: url.origin(), key: None })
    }

    /// Its scheme and host.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn set_key(&mut self, key: String) {
        self.key = Some(key);
    }

    /// Asks for the overview.
    pub(super) async fn overview(&self, choice: &Choice) -> Result<Overview, Trouble> {
        let request = Request::get(&format!("{}{DATA}?{}", self.base, choice.query())).cache(RequestCache::NoStore);
        let request = match &self.key {
            Some(key) => request.header("authorization", &format!("Bearer {key}")),
            None => request,
        };
        let response = request.send().await.map_err(|_| Trouble::Unreachable(self.origin.clone()))?;
        match response.status() {
            200 => {}
            401 | 403 if self.key.is_none() => return Err(Trouble::NoKey),
            401 | 403 => return Err(Trouble::WrongKey),
            404 => return Err(Trouble::NoMonitoring),
            status => return Err(Trouble::Refused(status)),
        }
        let text = response.text().await.map_err(|_| Trouble::Unreachable(self.origin.clone()))?;
        let overview: Overview = serde_json::from_str(&text).map_err(|_| Trouble::Unreadable)?;
        if overview.format == FORMAT { Ok(overview) } else { Err(Trouble::Unreadable) }
    }
}
