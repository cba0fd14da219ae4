//! Localized number formats.

use crate::language::{Language, current};

/// 12400 -> `12,400`; in French `12 400`, with a narrow no-break space.
pub fn count(number: u32) -> String {
    let english = scorer::insight::label::count(u64::from(number));
    match current() {
        Language::English => english,
        Language::French => english.replace(',', "\u{202F}"),
    }
}

/// 0.7849 -> `78`, the displayed score.
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
        // Never shows zero.
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
    use crate::language::set_current;

    #[test]
    fn shares_are_rounded() {
        assert_eq!((points(0.7849).as_str(), percent(1.0).as_str()), ("78", "100 %"));
    }

    #[test]
    fn sizes_use_the_fitting_unit() {
        assert_eq!([12.0, 4200.0, 1.532e6, 2e9].map(bytes), ["12 bytes", "4 kB", "1.5 MB", "2.0 GB"]);
    }

    #[test]
    fn durations_lose_precision_with_length() {
        assert_eq!(
            [3.0, 940.0, 9960.0, 59_400.0, 75_000.0].map(duration),
            ["0.1 s", "0.9 s", "10 s", "59 s", "1 min 15 s"]
        );
    }

    #[test]
    fn numbers_are_localized() {
        set_current(Language::French);
        assert_eq!(
            (count(12_400), bytes(1.532e6), duration(940.0)),
            ("12\u{202F}400".into(), "1,5 Mo".into(), "0,9 s".into())
        );
    }
}
