//! [`Timestamp`]: a time in UTC with microseconds, and the one text form that the log stores.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Time in UTC with microseconds, of the years 1 to 9999.
///
/// The text form is `2026-01-31 09:30:00.000000`, as the previous service stored it; it sorts like the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Microseconds since 1970.
    micros: i64,
}

/// Text that is not a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a timestamp should be like 2026-01-31 09:30:00.000000")]
pub struct TimestampError;

/// Layout of the text form; digits replace the zeros.
const TEMPLATE: &[u8; 26] = b"0000-00-00 00:00:00.000000";

impl Timestamp {
    /// 0001-01-01.
    pub const MIN: Timestamp = Timestamp { micros: -62_135_596_800_000_000 };

    /// 9999-01-01.
    pub const MAX: Timestamp = Timestamp { micros: 253_370_764_800_000_000 };

    /// Current time.
    pub fn now() -> Self {
        OffsetDateTime::now_utc().into()
    }

    /// Largest multiple of `step` since 1970 that is not later.
    pub fn floor(self, step: Duration) -> Self {
        let step = i64::try_from(step.whole_microseconds()).unwrap_or(i64::MAX).max(1);
        Timestamp { micros: self.micros.div_euclid(step) * step }
    }

    /// Smallest multiple of `step` since 1970 that is not earlier.
    pub fn ceil(self, step: Duration) -> Self {
        let floor = self.floor(step);
        if floor == self { self } else { floor.saturating_add(step) }
    }

    /// Start of the calendar month.
    pub fn month_start(self) -> Self {
        let date = OffsetDateTime::from(self).date();
        date.replace_day(1).map_or(self, |first| first.midnight().assume_utc().into())
    }

    /// Later by a duration, at most [`Timestamp::MAX`].
    pub fn saturating_add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX);
        Timestamp { micros: self.micros.saturating_add(micros).min(Self::MAX.micros) }
    }

    /// The text form as ASCII bytes.
    fn to_ascii(self) -> [u8; 26] {
        let utc = OffsetDateTime::from(self);
        let (year, month, day) = utc.to_calendar_date();
        let (hour, minute, second, micro) = utc.to_hms_micro();
        let mut text = *TEMPLATE;
        put_digits(&mut text[0..4], year.unsigned_abs());
        put_digits(&mut text[5..7], u32::from(u8::from(month)));
        put_digits(&mut text[8..10], u32::from(day));
        put_digits(&mut text[11..13], u32::from(hour));
        put_digits(&mut text[14..16], u32::from(minute));
        put_digits(&mut text[17..19], u32::from(second));
        put_digits(&mut text[20..26], micro);
        text
    }
}

fn put_digits(text: &mut [u8], mut number: u32) {
    for digit in text.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
}

impl From<OffsetDateTime> for Timestamp {
    /// Truncates to microseconds.
    fn from(time: OffsetDateTime) -> Self {
        let micros = time.unix_timestamp_nanos().div_euclid(1_000);
        Timestamp { micros: i64::try_from(micros).unwrap_or_default().max(Self::MIN.micros) }
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        let nanos = i128::from(timestamp.micros) * 1_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Parses the text form. The fraction may have fewer digits or be missing, as in some rows of the previous service.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text).ok_or(TimestampError)
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let has_layout = bytes.iter().zip(TEMPLATE).all(|(byte, expected)| match expected {
        b'0' => byte.is_ascii_digit(),
        separator => byte == separator,
    });
    if !has_layout || bytes.len() > TEMPLATE.len() || (bytes.len() != 19 && bytes.len() < 21) {
        return None;
    }
    let number = |from: usize, to: usize| bytes[from..to].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    let two_digits = |from: usize| number(from, from + 2) as u8;
    let month = Month::try_from(two_digits(5)).ok()?;
    let date = Date::from_calendar_date(number(0, 4).cast_signed(), month, two_digits(8)).ok()?;
    let micros = bytes.get(20..).map_or(0, |digits| number(20, bytes.len()) * 10_u32.pow(6 - digits.len() as u32));
    let time = Time::from_hms_micro(two_digits(11), two_digits(14), two_digits(17), micros).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(UtcOffset::UTC).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_truncates_to_microseconds() {
        let time = OffsetDateTime::from_unix_timestamp_nanos(1_769_851_800_000_045_999).unwrap();
        assert_eq!(Timestamp::from(time).to_string(), "2026-01-31 09:30:00.000045");
    }

    #[test]
    fn text_form_round_trips() {
        for text in ["2026-01-31 09:30:00.000045", "0001-01-01 00:00:00.000000", "9999-01-01 00:00:00.000000"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01 00:00:00.000000");
        assert_eq!(Timestamp::MAX.to_string(), "9999-01-01 00:00:00.000000");
    }

    #[test]
    fn parses_short_fractions_and_nothing_else() {
        for (text, expected) in [
            ("2026-01-31 09:30:00", "2026-01-31 09:30:00.000000"),
            ("2026-01-31 09:30:00.25", "2026-01-31 09:30:00.250000"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), expected);
        }
        for wrong in [
            "",
            "2026-01-31",
            "2026-01-31 09:30:00.",
            "2026-13-31 09:30:00.000000",
            "2026-01-31T09:30:00.000000",
            "2026-01-31 09:30:00.0000001",
            "2026-01-31 09:30:00.00000é",
        ] {
            assert_eq!(wrong.parse::<Timestamp>(), Err(TimestampError), "{wrong}");
        }
    }

    #[test]
    fn rounds_to_steps_and_months() {
        let time: Timestamp = "2026-01-31 09:30:10.500000".parse().unwrap();
        assert_eq!(time.floor(Duration::HOUR).to_string(), "2026-01-31 09:00:00.000000");
        assert_eq!(time.floor(Duration::DAY).to_string(), "2026-01-31 00:00:00.000000");
        assert_eq!(time.ceil(Duration::MINUTE).to_string(), "2026-01-31 09:31:00.000000");
        assert_eq!(time.floor(Duration::HOUR).ceil(Duration::HOUR), time.floor(Duration::HOUR));
        assert_eq!(time.month_start().to_string(), "2026-01-01 00:00:00.000000");
        assert_eq!(Timestamp::MAX.ceil(Duration::HOUR), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.floor(Duration::DAY), Timestamp::MIN);
    }
}
