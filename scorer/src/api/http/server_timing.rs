//! Durations of the phases of a prediction, in the header `Server-Timing` (W3C).

use axum::http::{HeaderName, HeaderValue};
use std::fmt::Write;
use std::time::Duration;

/// Name of the header.
pub(crate) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Duration per phase. All but `write`, which overlaps `log`, add up to about the response time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Timing {
    /// Receiving the body.
    pub(crate) read: Duration,
    /// Parsing and validating it.
    pub(crate) parse: Duration,
    /// Encoding and scoring leads.
    pub(crate) score: Duration,
    /// Making rows for the log.
    pub(crate) record: Duration,
    /// Writing the response, mostly while the log writes the rows.
    pub(crate) write: Duration,
    /// Writing the rows to the log.
    pub(crate) log: Duration,
}

impl Timing {
    /// Formats the header, in milliseconds.
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
            // Integers are formatted faster than floats.
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
    fn phases_are_in_milliseconds() {
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
