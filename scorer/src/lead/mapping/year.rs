//! Years of foundation, from dates and numbers.

/// Years that a company may be founded in.
const YEARS: std::ops::Range<u32> = 1_000..3_000;

/// The only four-digit year in a text: in 2015, 2015-06-01, 01/06/2015, June 2015, 2 015.
pub(super) fn year(text: &str) -> Option<u32> {
    let groups = text.split(|character: char| !character.is_ascii_digit()).filter(|group| group.len() == 4);
    let mut years = groups.filter_map(|group| group.parse().ok()).filter(|year| YEARS.contains(year));
    match (years.next(), years.next()) {
        (Some(year), None) => Some(year),
        (None, _) => grouped_year(text),
        _ => None,
    }
}

/// A year that a spreadsheet wrote with a separator of thousands.
fn grouped_year(text: &str) -> Option<u32> {
    let mut characters = text.trim().chars();
    let thousand = characters.next().filter(char::is_ascii_digit)?;
    characters.next().filter(|separator| matches!(separator, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\''))?;
    let rest = characters.as_str();
    let is_group = rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    is_group.then(|| format!("{thousand}{rest}").parse().ok()).flatten().filter(|year| YEARS.contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_found_in_dates() {
        for cell in [
            "2015",
            "2015-06-01",
            "01/06/2015",
            "June 2015",
            "2015.0",
            "01.06.2015",
            "2 015",
            "2,015",
            "2015-06-01T00:00:00.000Z",
        ] {
            assert_eq!(year(cell), Some(2015), "{cell}");
        }
        for cell in ["2015 / 2016", "15", "", "123,456", "9999", "since long"] {
            assert_eq!(year(cell), None, "{cell}");
        }
    }
}
