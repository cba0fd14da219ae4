//! Moments as minutes, so that they can be put on an axis: UTC, in the forms that the log and RFC 3339 have.
//!
//! Owns reading and writing them (days after Hinnant's civil calendar). May not know a clock.

/// How much of a moment is shown: date, hour and minute.
const SHOWN: usize = 16;

/// A moment for people: `2026-01-31 09:30`.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// Minutes since the beginning of 1970; a date alone is its midnight, a year and a month their first day. `None` where
/// the text is no moment.
pub(super) fn minutes(text: &str) -> Option<i64> {
    let mut numbers = [1970, 1, 1, 0, 0];
    let parts = text.get(..text.len().min(SHOWN))?.split(['-', ' ', 'T', ':']);
    for (place, part) in parts.enumerate() {
        let number: i64 = part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *numbers.get_mut(place)? = number;
    }
    let [year, month, day, hour, minute] = numbers;
    let is_moment = (1..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute);
    is_moment.then(|| (days(year, month, day) * 24 + hour) * 60 + minute)
}

/// The moment so many minutes after the beginning of 1970, as the log writes it.
pub(super) fn text(minutes: i64) -> String {
    let (days, minute) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:00.000000", minute / 60, minute % 60)
}

/// Of a label on an axis: the hour where all moments are of one day, else the day, else (without a day) the text.
pub(super) fn label(text: &str, within_a_day: bool) -> String {
    match (within_a_day, text.get(11..16), text.get(5..10)) {
        (true, Some(hour), _) => hour.to_owned(),
        (false, _, Some(day)) => day.to_owned(),
        _ => text.chars().take(SHOWN).collect(),
    }
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_are_the_same_moment() {
        assert_eq!(minutes("1970-01-02 00:01:59.000000"), Some(1_441));
        assert_eq!(minutes("2026-01-31T09:30:00Z"), minutes("2026-01-31 09:30:00.000000"));
        assert_eq!(minutes("2026-01-31T09:30:00Z"), Some(1_769_851_800 / 60));
        assert_eq!(minutes("2000-03"), minutes("2000-03-01 00:00"));
        assert_eq!(shown("2026-01-31T09:30:00Z"), "2026-01-31 09:30");
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for wrong in
            ["", "soon", "2026-13-01", "2026-01-31 24:00", "-026-01-01", "2026-01-31 09:3é", "20260-1-1-1-1-1-1"]
        {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_moment_reads_back_the_same(minute in -900_000_000i64..4_000_000_000) {
            prop_assert_eq!(minutes(&text(minute)), Some(minute));
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,30}") {
            minutes(&text);
            shown(&text);
            label(&text, text.len() % 2 == 0);
        }
    }
}
