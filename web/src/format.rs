//! Numbers as people read them, in the page's language.
//!
//! Owns number forms. May not know what the numbers mean.

use crate::language::{Language, current};

/// 12400 -> `12,400`; in French `12 400`, with a narrow space that does not break.
pub fn count(number: u32) -> String {
    let english = scorer::insight::label::count(u64::from(number));
    match current() {
        Language::English => english,
        Language::French => english.replace(',', "\u{202F}"),
    }
}

/// 0.7849 -> `78`: a share as a whole number from 0 to 100.
pub fn points(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// 0.7849 -> `78 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// 1532000 -> `1.5 MB`, `1,5 Mo`.
pub fn bytes(size: f64) -> String {
    let (number, unit) = match size {
        size if size < 1e3 => (format!("{size:.0}"), ["bytes", "octets"]),
        size if size < 1e6 => (format!("{:.0}", size / 1e3), ["kB", "ko"]),
        size if size < 1e9 => (decimal(size / 1e6), ["MB", "Mo"]),
        size => (decimal(size / 1e9), ["GB", "Go"]),
    };
    format!("{number} {}", unit[current() as usize])
}

/// Milliseconds: 90 -> `0.1 s`, 75000 -> `1 min 15 s`.
pub fn duration(ms: f64) -> String {
    let seconds = ms / 1e3;
    if seconds < 9.95 {
        // Nothing that was done took no time at all.
        return format!("{} s", decimal(seconds.max(0.1)));
    }
    let whole = seconds.round() as u32;
    if whole < 60 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

fn decimal(number: f64) -> String {
    let english = format!("{number:.1}");
    match current() {
        Language::English => english,
        Language::French => english.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::speak;

    #[test]
    fn shares_are_whole() {
        assert_eq!((points(0.7849).as_str(), percent(1.0).as_str()), ("78", "100 %"));
    }

    #[test]
    fn sizes_take_the_unit_that_fits() {
        assert_eq!([12.0, 4200.0, 1.532e6, 2e9].map(bytes), ["12 bytes", "4 kB", "1.5 MB", "2.0 GB"]);
    }

    #[test]
    fn times_are_as_exact_as_one_cares() {
        assert_eq!(
            [3.0, 940.0, 9960.0, 59_400.0, 75_000.0].map(duration),
            ["0.1 s", "0.9 s", "10 s", "59 s", "1 min 15 s"]
        );
    }

    #[test]
    fn in_french_numbers_are_written_as_the_french_do() {
        speak(Language::French);
        assert_eq!(
            (count(12_400), bytes(1.532e6), duration(940.0)),
            ("12\u{202F}400".into(), "1,5 Mo".into(), "0,9 s".into())
        );
    }
}
