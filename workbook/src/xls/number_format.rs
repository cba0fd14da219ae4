//! Kinds of number formats: dates and durations are stored as numbers of days.

/// Kind of a number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    Number,
    /// Date, time or both.
    DateTime,
    /// Hours, minutes or seconds beyond a day.
    Duration,
}

impl NumberKind {
    /// Returns the kind of a built-in format.
    pub(super) fn built_in(index: u16) -> NumberKind {
        match index {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => NumberKind::DateTime,
            46 => NumberKind::Duration,
            _ => NumberKind::Number,
        }
    }

    /// Returns the kind of a format code, by its letters outside of quotes and brackets.
    pub(super) fn custom(code: &str) -> NumberKind {
        let (mut in_quotes, mut bracket) = (false, None::<String>);
        let mut characters = code.chars().map(|character| character.to_ascii_lowercase());
        while let Some(character) = characters.next() {
            match (character, bracket.as_mut()) {
                // The next character is shown as it is.
                ('\\' | '_' | '*', None) if !in_quotes => drop(characters.next()),
                ('"', None) => in_quotes = !in_quotes,
                _ if in_quotes => {}
                ('[', None) => bracket = Some(String::new()),
                (']', Some(name)) if matches!(name.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") => {
                    return NumberKind::Duration;
                }
                (']', Some(_)) => bracket = None,
                (_, Some(name)) => name.push(character),
                ('d' | 'm' | 'y' | 'h' | 's', None) => return NumberKind::DateTime,
                // Only the first section counts, that of positive numbers.
                (';', None) => break,
                _ => {}
            }
        }
        NumberKind::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_known_by_their_letters() {
        for (code, kind) in [
            ("General", NumberKind::Number),
            ("0.00%", NumberKind::Number),
            ("#,##0 \"days\"", NumberKind::Number),
            ("[Red]0;[Red]-0", NumberKind::Number),
            ("0\\d", NumberKind::Number),
            ("_-* #,##0\\ _€_-", NumberKind::Number),
            ("dd/mm/yyyy", NumberKind::DateTime),
            ("[$-40C]d mmmm yyyy", NumberKind::DateTime),
            ("hh:mm", NumberKind::DateTime),
            ("[h]:mm:ss", NumberKind::Duration),
        ] {
            assert_eq!(NumberKind::custom(code), kind, "{code}");
        }
    }
}
