//! Numbers as people read them.
//!
//! Owns number forms in English. May not know what the numbers mean.

/// 12400 -> `12,400`.
pub fn count(number: u32) -> String {
    scorer::insight::label::count(u64::from(number))
}

/// 0.7849 -> `78`: a share as a whole number from 0 to 100.
pub fn points(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// 0.7849 -> `78 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// 1532000 -> `1.5 MB`.
pub fn bytes(size: f64) -> String {
    match size {
        size if size < 1e3 => format!("{size:.0} bytes"),
        size if size < 1e6 => format!("{:.0} kB", size / 1e3),
        size if size < 1e9 => format!("{:.1} MB", size / 1e6),
        size => format!("{:.1} GB", size / 1e9),
    }
}

/// Milliseconds: 90 -> `0.1 s`, 75000 -> `1 min 15 s`.
pub fn duration(ms: f64) -> String {
    let seconds = ms / 1e3;
    if seconds < 9.95 {
        // Nothing that was done took no time at all.
        return format!("{:.1} s", seconds.max(0.1));
    }
    let whole = seconds.round() as u32;
    if whole < 60 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
