//! Stretches of time, as the log is read.
//!
//! Owns moments as texts and how a window falls into minutes, hours, days and months. May not know SQL.

use super::record::timestamp;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// From a moment up to, not including, another; both in the form of [`timestamp`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: String,
    /// The first moment after it.
    pub until: String,
}

/// A window in whole hours with whole minutes before and behind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) from: String,
    pub(super) hours_from: String,
    pub(super) hours_until: String,
    pub(super) until: String,
}

/// A span that profiles are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Of an hour.
    Hour,
    /// Of a day.
    Day,
    /// Of a month.
    Month,
}

impl Window {
    /// Between two moments.
    pub fn new(from: OffsetDateTime, until: OffsetDateTime) -> Self {
        Window { from: timestamp(from), until: timestamp(until) }
    }

    /// All there is.
    pub fn all() -> Self {
        Window { from: "0001-01-01 00:00:00.000000".to_owned(), until: "9999-01-01 00:00:00.000000".to_owned() }
    }

    /// Widened to minutes; to hours where it begins before there are minutes.
    pub(super) fn cut(&self, minutes_since: &str) -> Cut {
        let hour = Duration::hours(1);
        if self.from.as_str() < minutes_since {
            let (from, until) = (floor(&self.from, hour), ceil(&self.until, hour));
            return Cut { from: from.clone(), hours_from: from, hours_until: until.clone(), until };
        }
        let (from, until) = (floor(&self.from, Duration::MINUTE), ceil(&self.until, Duration::MINUTE));
        let hours_from = ceil(&from, hour).min(until.clone());
        let hours_until = floor(&until, hour).max(hours_from.clone());
        Cut { from, hours_from, hours_until, until }
    }
}

impl Level {
    /// From the longest to the shortest.
    pub(super) const ALL: [Level; 3] = [Level::Month, Level::Day, Level::Hour];

    /// Its name in the database.
    pub fn word(self) -> &'static str {
        match self {
            Level::Hour => "hour",
            Level::Day => "day",
            Level::Month => "month",
        }
    }

    /// The level of a name.
    pub(super) fn named(word: &str) -> Option<Self> {
        Level::ALL.into_iter().find(|level| level.word() == word)
    }

    /// When the span that a moment lies in began.
    pub fn start(self, moment: &str) -> String {
        let rest = match self {
            Level::Hour => (13, ":00:00.000000"),
            Level::Day => (10, " 00:00:00.000000"),
            Level::Month => (7, "-01 00:00:00.000000"),
        };
        format!("{}{}", moment.get(..rest.0).unwrap_or(moment), rest.1)
    }
}

/// A text of [`timestamp`]'s form as a moment; `None` for anything else.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let stops = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':'), (19, b'.')];
    if text.len() != 26 || stops.iter().any(|(at, stop)| byte(*at) != Some(*stop)) {
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
    let Some(moment) = moment(text) else { return text.to_owned() };
    let step = step.whole_seconds().max(1);
    let seconds = moment.unix_timestamp().div_euclid(step) * step;
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| text.to_owned(), timestamp)
}

fn ceil(text: &str, step: Duration) -> String {
    let down = floor(text, step);
    match moment(&down).and_then(|moment| moment.checked_add(step)) {
        Some(up) if down != text => timestamp(up),
        _ => down,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        for text in ["2026-01-31 09:30:00.000045", "0001-01-01 00:00:00.000000", "9999-01-01 00:00:00.000000"] {
            assert_eq!(timestamp(moment(text).unwrap()), text);
        }
        for wrong in [
            "",
            "2026-01-31 09:30:00",
            "2026-13-31 09:30:00.000000",
            "2026-01-31T09:30:00.000000",
            "2026-01-31 09:30:00.00000é",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_window_falls_into_hours_with_minutes_around() {
        let cut = |from: &str, until: &str, since: &str| {
            let window = Window { from: format!("2026-01-31 {from}"), until: format!("2026-01-31 {until}") };
            let cut = window.cut(&format!("2026-01-31 {since}"));
            [cut.from, cut.hours_from, cut.hours_until, cut.until].map(|text| text[11..16].to_owned())
        };
        let early = "00:00:00.000000";
        assert_eq!(cut("09:30:10.500000", "12:05:00.000000", early), ["09:30", "10:00", "12:00", "12:05"]);
        assert_eq!(cut("09:30:10.500000", "09:40:00.000001", early), ["09:30", "09:41", "09:41", "09:41"]);
        assert_eq!(cut("09:00:00.000000", "10:00:00.000000", early), ["09:00", "09:00", "10:00", "10:00"]);
        assert_eq!(cut("09:50:00.000000", "10:10:00.000000", early), ["09:50", "10:00", "10:00", "10:10"]);
        assert_eq!(cut("09:30:00.000000", "12:05:00.000000", "11:00:00.000000"), ["09:00", "09:00", "13:00", "13:00"]);
    }

    #[test]
    fn a_moment_lies_in_its_spans() {
        let moment = "2026-01-31 09:30:00.000045";
        assert_eq!(Level::Hour.start(moment), "2026-01-31 09:00:00.000000");
        assert_eq!(Level::Day.start(moment), "2026-01-31 00:00:00.000000");
        assert_eq!(Level::Month.start(moment), "2026-01-01 00:00:00.000000");
    }
}
