//! The text of a cell: numbers as they are meant, dates as ISO has them.
//!
//! May not know where the cell stands, or how CSV is written.

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};
use std::borrow::Cow;

/// Days from the first one that spreadsheets know to the end of the year 9999.
const DAYS_MAX: f64 = 2_958_466.0;
const DAY: f64 = 86_400.0;

/// The text; empty for an error.
pub(crate) fn text<'a>(value: &'a DataRef<'_>, is_1904: bool) -> Cow<'a, str> {
    match value {
        DataRef::String(text) | DataRef::DurationIso(text) => text.into(),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).into(),
        DataRef::Int(number) => number.to_string().into(),
        DataRef::Float(number) => self::number(*number).into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(moment) if moment.is_duration() => duration(moment.as_f64()).into(),
        DataRef::DateTime(moment) => self::moment(moment.as_f64(), is_1904).into(),
        DataRef::Error(_) | DataRef::Empty => "".into(),
    }
}

fn number(number: f64) -> String {
    // Minus zero is zero to whoever wrote it.
    if number.is_finite() { (number + 0.0).to_string() } else { String::new() }
}

/// A day, with its time when there is any; below one day it is a time alone.
fn moment(days: f64, is_1904: bool) -> String {
    if !(0.0..DAYS_MAX).contains(&days) {
        return number(days);
    }
    // Fractions of days are seldom whole seconds to the last bit.
    let days = (days * DAY).round() / DAY;
    let moment = ExcelDateTime::new(days, ExcelDateTimeType::DateTime, is_1904);
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (days < 1.0, time.as_str()) {
        (true, _) => time,
        (false, "00:00:00") => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

/// Hours, which may be more than a day has.
fn duration(days: f64) -> String {
    let seconds = (days * DAY).round();
    if !(0.0..DAYS_MAX * DAY).contains(&seconds) {
        return number(days);
    }
    let seconds = seconds as u64;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
