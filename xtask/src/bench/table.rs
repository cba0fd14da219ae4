//! Markdown tables with aligned columns, and the formats of seconds and ratios.

/// A table with the first column aligned to the left, all others to the right.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let wide = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count(), 3]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..header.len()).map(wide).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate();
        let padded =
            cells.map(|(at, (cell, wide))| if at == 0 { format!("{cell:<wide$}") } else { format!("{cell:>wide$}") });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().enumerate().map(|(at, wide)| match at {
        0 => "-".repeat(*wide),
        _ => "-".repeat(wide - 1) + ":",
    });
    let head: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let lines = [line(&head), line(&rule.collect::<Vec<_>>())].into_iter().chain(rows.iter().map(|row| line(row)));
    lines.collect()
}

/// Three significant digits and a unit that fits.
pub(super) fn seconds(seconds: f64) -> String {
    let (value, unit) = match seconds {
        seconds if seconds >= 1.0 => (seconds, "s"),
        seconds if seconds >= 1e-3 => (seconds * 1e3, "ms"),
        seconds if seconds >= 1e-6 => (seconds * 1e6, "µs"),
        seconds => (seconds * 1e9, "ns"),
    };
    format!("{} {unit}", digits(value))
}

/// A ratio with three significant digits.
pub(super) fn ratio(ratio: f64) -> String {
    format!("{} ×", digits(ratio))
}

/// Three significant digits, or all digits of the integer part.
fn digits(value: f64) -> String {
    let places = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["µ".to_owned(), "1".to_owned()], vec!["longer".to_owned(), "12.5 ms".to_owned()]];
        let expected = "\
| who    |    time |
| ------ | ------: |
| µ      |       1 |
| longer | 12.5 ms |
";
        assert_eq!(table(&["who", "time"], &rows), expected);
    }

    #[test]
    fn numbers_have_three_digits_and_the_unit_that_fits() {
        let forms =
            [(12.345, "12.3 s"), (0.6471, "647 ms"), (0.00999, "9.99 ms"), (0.0000125, "12.5 µs"), (5e-8, "50.0 ns")];
        for (value, form) in forms {
            assert_eq!(seconds(value), form);
        }
        assert_eq!(
            (ratio(1.0), ratio(0.256), ratio(31.26), ratio(1234.0)),
            ("1.00 ×".into(), "0.26 ×".into(), "31.3 ×".into(), "1234 ×".into())
        );
    }
}
