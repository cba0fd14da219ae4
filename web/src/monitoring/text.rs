//! Messages of the document, in English.

use super::client::FetchError;

/// The policy could not be applied.
pub(super) const UNSAFE: &str = "This browser did not take the page's second policy, so the page was not started.";
/// A download failed.
pub(super) const DOWNLOAD_FAILED: &str = "The browser did not take the file.";
/// Link to simulated data.
pub(super) const SIMULATED: &str = "Show the page with simulated data";

/// Message of an error.
pub(super) fn fetch_error(error: &FetchError) -> String {
    match error {
        FetchError::NoSettings => {
            "monitoring.json, which says where the API is, could not be read: it should stand beside \
                                this page and hold {\"api\": \"https://…/\"}."
                .to_owned()
        }
        FetchError::WrongAddress => {
            "The address of the API in monitoring.json should begin with https:// or be a path on this site.".to_owned()
        }
        FetchError::Unreachable(origin) => {
            format!("The API at {origin} did not answer. Is it running, and does it allow this page (CORS_ORIGINS)?")
        }
        FetchError::NoKey => "The API asks for a key.".to_owned(),
        FetchError::WrongKey => "The API did not take this key: it needs the scope monitor.".to_owned(),
        FetchError::NoMonitoring => "The API has no monitoring: is the address in monitoring.json right?".to_owned(),
        FetchError::Status(status) => format!("The API answered with status {status}."),
        FetchError::Unreadable => {
            "The API's answer was not understood: is it of another version than this page?".to_owned()
        }
    }
}
