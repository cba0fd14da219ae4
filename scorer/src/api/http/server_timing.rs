//! Where the time of a prediction went, as its answer's head tells it (`Server-Timing`, W3C).
//!
//! Owns the names of the phases. May not know what happens in them.

use axum::http::{HeaderName, HeaderValue};
use std::fmt::Write;
use std::time::Duration;

/// The header.
pub(crate) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// How long each phase took; all but the writing together about the time from a request's head to that of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Timing {
    /// The body came in.
    pub(crate) read: Duration,
    /// It was parsed and checked.
    pub(crate) parse: Duration,
    /// Leads were encoded and scored.
    pub(crate) score: Duration,
    /// Rows for the log were made.
    pub(crate) record: Duration,
    /// The answer was written, mostly while the log took the rows.
    pub(crate) write: Duration,
    /// The log took the rows.
    pub(crate) log: Duration,
}

impl Timing {
    /// In milliseconds.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let phases = [
            ("read", self.read),
            ("parse", self.parse),
            ("score", self.score),
            ("record", self.record),
            ("write", self.write),
            ("log", self.log),
        ];
        let mut text = String::with_capacity(128);
        for (name, took) in phases {
            let comma = if text.is_empty() { "" } else { ", " };
            // Whole numbers are written quicker than fractions.
            let micros = took.saturating_add(Duration::from_nanos(500)).as_micros();
            // Writing into a text does not fail.
            let _ = write!(text, "{comma}{name};dur={}.{:03}", micros / 1_000, micros % 1_000);
        }
        HeaderValue::from_str(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_told_in_milliseconds() {
        let (score, log) = (Duration::from_nanos(1_500_499), Duration::from_nanos(12_000_999_500));
        let timing = Timing { score, log, ..Timing::default() };
        let header = timing.header().unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "read;dur=0.000, parse;dur=0.000, score;dur=1.500, record;dur=0.000, write;dur=0.000, \
             log;dur=12001.000"
        );
    }
}
