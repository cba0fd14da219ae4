//! Time windows and their division into minutes, hours, days and months.

use super::row::timestamp;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Half-open interval of time; both ends in the form of [`timestamp`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeWindow {
    /// First moment of the window.
    pub from: String,
    /// First moment after the window.
    pub until: String,
}

/// A window as whole hours with whole minutes before and after.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WindowParts {
    pub(super) from: String,
    pub(super) hours_from: String,
    pub(super) hours_until: String,
    pub(super) until: String,
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
    pub fn new(from: OffsetDateTime, until: OffsetDateTime) -> Self {
        TimeWindow { from: timestamp(from), until: timestamp(until) }
    }

    /// The unbounded window.
    pub fn all() -> Self {
        TimeWindow { from: "0001-01-01 00:00:00.000000".to_owned(), until: "9999-01-01 00:00:00.000000".to_owned() }
    }

    /// Widens the window to minutes, or to hours where it begins before there are sums by minute.
    pub(super) fn split(&self, minutes_since: &str) -> WindowParts {
        let hour = Duration::hours(1);
        if self.from.as_str() < minutes_since {
            let (from, until) = (floor(&self.from, hour), ceil(&self.until, hour));
            return WindowParts { from: from.clone(), hours_from: from, hours_until: until.clone(), until };
        }
        let (from, until) = (floor(&self.from, Duration::MINUTE), ceil(&self.until, Duration::MINUTE));
        let hours_from = ceil(&from, hour).min(until.clone());
        let hours_until = floor(&until, hour).max(hours_from.clone());
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
    pub fn start(self, moment: &str) -> String {
        let rest = match self {
            Granularity::Hour => (13, ":00:00.000000"),
            Granularity::Day => (10, " 00:00:00.000000"),
            Granularity::Month => (7, "-01 00:00:00.000000"),
        };
        format!("{}{}", moment.get(..rest.0).unwrap_or(moment), rest.1)
    }
}

/// Parses the form of [`timestamp`]; `None` for anything else.
pub fn parse_timestamp(text: &str) -> Option<OffsetDateTime> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let separators = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':'), (19, b'.')];
    if text.len() != 26 || separators.iter().any(|(at, separator)| byte(*at) != Some(*separator)) {
        return None;
    }
    let month = Month::try_from(u8::try_from(number(5..7)?).ok()?).ok()?;
    let date =
        Date::from_calendar_date(i32::try_from(number(0..4)?).ok()?, month, u8::try_from(number(8..10)?).ok()?).ok()?;
    let clock = |range| number(range).and_then(|number| u8::try_from(number).ok());
    let time = Time::from_hms_micro(clock(11..13)?, clock(14..16)?, clock(17..19)?, number(20..26)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(UtcOffset::UTC))
}

fn floor(text: &str, step: Duration) -> String {
    let Some(moment) = parse_timestamp(text) else { return text.to_owned() };
    let step = step.whole_seconds().max(1);
    let seconds = moment.unix_timestamp().div_euclid(step) * step;
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| text.to_owned(), timestamp)
}

fn ceil(text: &str, step: Duration) -> String {
    let down = floor(text, step);
    match parse_timestamp(&down).and_then(|moment| moment.checked_add(step)) {
        Some(up) if down != text => timestamp(up),
        _ => down,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_round_trip() {
        for text in ["2026-01-31 09:30:00.000045", "0001-01-01 00:00:00.000000", "9999-01-01 00:00:00.000000"] {
            assert_eq!(timestamp(parse_timestamp(text).unwrap()), text);
        }
        for wrong in [
            "",
            "2026-01-31 09:30:00",
            "2026-13-31 09:30:00.000000",
            "2026-01-31T09:30:00.000000",
            "2026-01-31 09:30:00.00000é",
        ] {
            assert_eq!(parse_timestamp(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn splits_a_window_into_hours_and_surrounding_minutes() {
        let split = |from: &str, until: &str, since: &str| {
            let window = TimeWindow { from: format!("2026-01-31 {from}"), until: format!("2026-01-31 {until}") };
            let parts = window.split(&format!("2026-01-31 {since}"));
            [parts.from, parts.hours_from, parts.hours_until, parts.until].map(|text| text[11..16].to_owned())
        };
        let early = "00:00:00.000000";
        assert_eq!(split("09:30:10.500000", "12:05:00.000000", early), ["09:30", "10:00", "12:00", "12:05"]);
        assert_eq!(split("09:30:10.500000", "09:40:00.000001", early), ["09:30", "09:41", "09:41", "09:41"]);
        assert_eq!(split("09:00:00.000000", "10:00:00.000000", early), ["09:00", "09:00", "10:00", "10:00"]);
        assert_eq!(split("09:50:00.000000", "10:10:00.000000", early), ["09:50", "10:00", "10:00", "10:10"]);
        let minutes_since = "11:00:00.000000";
        assert_eq!(split("09:30:00.000000", "12:05:00.000000", minutes_since), ["09:00", "09:00", "13:00", "13:00"]);
    }

    #[test]
    fn start_of_the_span_that_contains_a_time() {
        let moment = "2026-01-31 09:30:00.000045";
        assert_eq!(Granularity::Hour.start(moment), "2026-01-31 09:00:00.000000");
        assert_eq!(Granularity::Day.start(moment), "2026-01-31 00:00:00.000000");
        assert_eq!(Granularity::Month.start(moment), "2026-01-01 00:00:00.000000");
    }
}
