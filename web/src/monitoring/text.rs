//! The document's own words, in English; all others are the page's.

use super::client::Trouble;

/// The policy could not be put in place.
pub(super) const UNSAFE: &str = "This browser did not take the page's second policy, so the page was not started.";
/// A download failed.
pub(super) const NOT_KEPT: &str = "The browser did not take the file.";
/// Shows made-up data.
pub(super) const SIMULATED: &str = "Show the page with simulated data";

/// What went wrong and what to do.
pub(super) fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoSettings => {
            "monitoring.json, which says where the API is, could not be read: it should stand beside \
                                this page and hold {\"api\": \"https://…/\"}."
                .to_owned()
        }
        Trouble::WrongAddress => {
            "The address of the API in monitoring.json should begin with https:// or be a path on this site.".to_owned()
        }
        Trouble::Unreachable(origin) => {
            format!("The API at {origin} did not answer. Is it running, and does it allow this page (CORS_ORIGINS)?")
        }
        Trouble::NoKey => "The API asks for a key.".to_owned(),
        Trouble::WrongKey => "The API did not take this key: it needs the scope monitor.".to_owned(),
        Trouble::NoMonitoring => "The API has no monitoring: is the address in monitoring.json right?".to_owned(),
        Trouble::Refused(status) => format!("The API answered with status {status}."),
        Trouble::Unreadable => {
            "The API's answer was not understood: is it of another version than this page?".to_owned()
        }
    }
}
