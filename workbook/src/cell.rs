//! Text of a cell: plain numbers, ISO 8601 dates.

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};
use std::borrow::Cow;

/// Exclusive upper limit of serial dates: the day after 9999-12-31.
const DAYS_MAX: f64 = 2_958_466.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// Returns the cell's text; empty for an error value.
pub(crate) fn text<'a>(value: &'a DataRef<'_>, is_1904: bool) -> Cow<'a, str> {
    match value {
        DataRef::String(text) | DataRef::DurationIso(text) => text.into(),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).into(),
        DataRef::Int(number) => number.to_string().into(),
        DataRef::Float(number) => self::number(*number).into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(value) if value.is_duration() => duration(value.as_f64()).into(),
        DataRef::DateTime(value) => date_time(value.as_f64(), is_1904).into(),
        DataRef::Error(_) | DataRef::Empty => "".into(),
    }
}

pub(crate) fn number(number: f64) -> String {
    // The sum turns minus zero into zero.
    if number.is_finite() { (number + 0.0).to_string() } else { String::new() }
}

/// Formats a serial date: the date, followed by the time unless it is midnight; below one day the time alone.
pub(crate) fn date_time(days: f64, is_1904: bool) -> String {
    if !(0.0..DAYS_MAX).contains(&days) {
        return number(days);
    }
    // Fractions of days are seldom exact seconds.
    let days = (days * SECONDS_PER_DAY).round() / SECONDS_PER_DAY;
    let value = ExcelDateTime::new(days, ExcelDateTimeType::DateTime, is_1904);
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (days < 1.0, time.as_str()) {
        (true, _) => time,
        (false, "00:00:00") => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

/// Formats hours, minutes and seconds; the hours may exceed 24.
pub(crate) fn duration(days: f64) -> String {
    let seconds = (days * SECONDS_PER_DAY).round();
    if !(0.0..DAYS_MAX * SECONDS_PER_DAY).contains(&seconds) {
        return number(days);
    }
    let seconds = seconds as u64;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
