//! Timestamps as minutes since 1970: UTC, in the formats of the log and of RFC 3339. Dates follow Hinnant's civil calendar.

/// Length of `2026-01-31 09:30`.
const DISPLAY_LEN: usize = 16;

/// Formats a timestamp for display: `2026-01-31 09:30`.
pub(super) fn display(text: &str) -> String {
    text.chars().take(DISPLAY_LEN).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// Parses a timestamp to minutes since 1970; a date alone is its midnight, a year and month their first day. `None` where
/// the text is not a timestamp.
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut numbers = [1970, 1, 1, 0, 0];
    let parts = text.get(..text.len().min(DISPLAY_LEN))?.split(['-', ' ', 'T', ':']);
    for (index, part) in parts.enumerate() {
        let number: i64 = part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *numbers.get_mut(index)? = number;
    }
    let [year, month, day, hour, minute] = numbers;
    let is_valid = (1..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute);
    is_valid.then(|| (days_from_civil(year, month, day) * 24 + hour) * 60 + minute)
}

/// Formats minutes since 1970 as the log does.
pub(super) fn format(minutes: i64) -> String {
    let (days, minute) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:00.000000", minute / 60, minute % 60)
}

/// Axis label: the time of day where all timestamps are of one day, else month and day, else (without a day) the text.
pub(super) fn axis_label(text: &str, within_a_day: bool) -> String {
    match (within_a_day, text.get(11..16), text.get(5..10)) {
        (true, Some(hour), _) => hour.to_owned(),
        (false, _, Some(day)) => day.to_owned(),
        _ => text.chars().take(DISPLAY_LEN).collect(),
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_formats_parse_alike() {
        assert_eq!(parse("1970-01-02 00:01:59.000000"), Some(1_441));
        assert_eq!(parse("2026-01-31T09:30:00Z"), parse("2026-01-31 09:30:00.000000"));
        assert_eq!(parse("2026-01-31T09:30:00Z"), Some(1_769_851_800 / 60));
        assert_eq!(parse("2000-03"), parse("2000-03-01 00:00"));
        assert_eq!(display("2026-01-31T09:30:00Z"), "2026-01-31 09:30");
    }

    #[test]
    fn other_texts_do_not_parse() {
        for wrong in
            ["", "soon", "2026-13-01", "2026-01-31 24:00", "-026-01-01", "2026-01-31 09:3é", "20260-1-1-1-1-1-1"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_timestamp_round_trips(minute in -900_000_000i64..4_000_000_000) {
            prop_assert_eq!(parse(&format(minute)), Some(minute));
        }

        #[test]
        fn any_text_is_accepted(text in ".{0,30}") {
            parse(&text);
            display(&text);
            axis_label(&text, text.len() % 2 == 0);
        }
    }
}
