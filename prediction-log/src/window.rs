//! Time windows and their division into minutes, hours, days and months.

use super::timestamp::Timestamp;
use time::Duration;

/// Half-open interval of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// First moment of the window.
    pub from: Timestamp,
    /// First moment after the window.
    pub until: Timestamp,
}

/// A window as whole hours with whole minutes before and after.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WindowParts {
    pub(super) from: Timestamp,
    pub(super) hours_from: Timestamp,
    pub(super) hours_until: Timestamp,
    pub(super) until: Timestamp,
}

/// Length of a span that profiles are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A calendar month.
    Month,
}

impl TimeWindow {
    /// A window between two times.
    pub fn new(from: impl Into<Timestamp>, until: impl Into<Timestamp>) -> Self {
        TimeWindow { from: from.into(), until: until.into() }
    }

    /// The unbounded window.
    pub fn all() -> Self {
        TimeWindow { from: Timestamp::MIN, until: Timestamp::MAX }
    }

    /// True when a time lies in the window.
    pub fn contains(&self, time: Timestamp) -> bool {
        (self.from..self.until).contains(&time)
    }

    /// Widens the window to minutes, or to hours where it begins before there are sums by minute.
    pub(super) fn split(&self, minutes_since: Timestamp) -> WindowParts {
        if self.from < minutes_since {
            let (from, until) = (self.from.floor(Duration::HOUR), self.until.ceil(Duration::HOUR));
            return WindowParts { from, hours_from: from, hours_until: until, until };
        }
        let (from, until) = (self.from.floor(Duration::MINUTE), self.until.ceil(Duration::MINUTE));
        let hours_from = from.ceil(Duration::HOUR).min(until);
        let hours_until = until.floor(Duration::HOUR).max(hours_from);
        WindowParts { from, hours_from, hours_until, until }
    }
}

impl Granularity {
    /// All values, longest first.
    pub(super) const ALL: [Granularity; 3] = [Granularity::Month, Granularity::Day, Granularity::Hour];

    /// Name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Granularity::Hour => "hour",
            Granularity::Day => "day",
            Granularity::Month => "month",
        }
    }

    /// Parses a name in the database.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Granularity::ALL.into_iter().find(|granularity| granularity.as_str() == name)
    }

    /// Start of the span that contains a time.
    pub fn start(self, time: Timestamp) -> Timestamp {
        match self {
            Granularity::Hour => time.floor(Duration::HOUR),
            Granularity::Day => time.floor(Duration::DAY),
            Granularity::Month => time.month_start(),
        }
    }

    /// Short text of the span that contains a time: `2026-01-31 09:00`, `2026-01-31` or `2026-01`.
    pub fn label(self, time: Timestamp) -> String {
        let mut text = self.start(time).to_string();
        text.truncate(match self {
            Granularity::Hour => 16,
            Granularity::Day => 10,
            Granularity::Month => 7,
        });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_window_into_hours_and_surrounding_minutes() {
        let split = |from: &str, until: &str, since: &str| {
            let time = |clock: &str| format!("2026-01-31 {clock}").parse::<Timestamp>().unwrap();
            let parts = TimeWindow::new(time(from), time(until)).split(time(since));
            [parts.from, parts.hours_from, parts.hours_until, parts.until]
                .map(|time| time.to_string()[11..16].to_owned())
        };
        let early = "00:00:00";
        assert_eq!(split("09:30:10.5", "12:05:00", early), ["09:30", "10:00", "12:00", "12:05"]);
        assert_eq!(split("09:30:10.5", "09:40:00.000001", early), ["09:30", "09:41", "09:41", "09:41"]);
        assert_eq!(split("09:00:00", "10:00:00", early), ["09:00", "09:00", "10:00", "10:00"]);
        assert_eq!(split("09:50:00", "10:10:00", early), ["09:50", "10:00", "10:00", "10:10"]);
        assert_eq!(split("09:30:00", "12:05:00", "11:00:00"), ["09:00", "09:00", "13:00", "13:00"]);
    }

    #[test]
    fn spans_of_a_time() {
        let time: Timestamp = "2026-01-31 09:30:00.000045".parse().unwrap();
        let start = |granularity: Granularity| granularity.start(time).to_string();
        assert_eq!(start(Granularity::Hour), "2026-01-31 09:00:00.000000");
        assert_eq!(start(Granularity::Day), "2026-01-31 00:00:00.000000");
        assert_eq!(start(Granularity::Month), "2026-01-01 00:00:00.000000");
        let labels = [Granularity::Hour, Granularity::Day, Granularity::Month].map(|span| span.label(time));
        assert_eq!(labels, ["2026-01-31 09:00", "2026-01-31", "2026-01"]);
    }
}
