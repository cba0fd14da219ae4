//! Converts exported cells to the contract's values: company sizes and types, years, numbers with separators, levels.
//!
//! A cell that is not recognized stays as it is.

use super::alias::normalize_name;
use crate::lead::schema::{Field, FieldKind};
use std::borrow::Cow;

/// LinkedIn's company size brackets: upper bound and level of the contract.
const SIZES: [(u64, &str); 8] = [
    (10, "2-10"),
    (50, "11-50"),
    (200, "51-200"),
    (500, "201-500"),
    (1_000, "501-1000"),
    (5_000, "1001-5000"),
    (10_000, "5001-10000"),
    (u64::MAX, "10001+"),
];

/// Company types with their normalized aliases.
const TYPES: &[(&str, &[&str])] = &[
    (
        "Privately Held",
        &["private", "privatelyheld", "privatecompany", "privee", "entrepriseprivee", "societeprivee", "nonpublic"],
    ),
    (
        "Public Company",
        &[
            "public",
            "publiccompany",
            "publiclytraded",
            "publiclyheld",
            "listed",
            "cotee",
            "societecotee",
            "entreprisecotee",
        ],
    ),
    (
        "Nonprofit",
        &["nonprofit", "nonprofitorganization", "notforprofit", "association", "ong", "ngo", "sansbutlucratif", "asbl"],
    ),
    ("Partnership", &["partnership", "partenariat", "societedepersonnes"]),
    ("Self-Employed", &["selfemployed", "freelance", "independant", "travailleurindependant"]),
    ("Self-Owned", &["selfowned"]),
    ("Sole Proprietorship", &["soleproprietorship", "soleproprietor", "entrepriseindividuelle"]),
    (
        "Government Agency",
        &[
            "government",
            "governmentagency",
            "publicsector",
            "administrationpublique",
            "secteurpublic",
            "agencegouvernementale",
        ],
    ),
    (
        "Educational Institution",
        &["educational", "educationalinstitution", "education", "school", "university", "etablissementdenseignement"],
    ),
];

/// Result of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion<'a> {
    /// Value of the contract.
    Recognized(Cow<'a, str>),
    /// The cell, unchanged.
    Unrecognized(&'a str),
}

/// Converts a cell for a field.
pub fn convert<'a>(cell: &'a str, field: &Field) -> Conversion<'a> {
    let trimmed = cell.trim();
    if trimmed.is_empty() {
        return Conversion::Recognized(Cow::Borrowed(""));
    }
    let recognized: Option<Cow<'a, str>> = match (&field.kind, field.name.as_str()) {
        (_, "companysize") => company_size(trimmed).map(Cow::Borrowed),
        (_, "companytype") => company_type(trimmed).map(Cow::Borrowed),
        (_, "companyfoundedon") => year(trimmed).map(|year| Cow::Owned(year.to_string())),
        (FieldKind::Category { levels }, _) => levels
            .iter()
            .find(|level| normalize_name(level) == normalize_name(trimmed))
            .map(|level| Cow::Borrowed(*level)),
        (FieldKind::Integer { .. } | FieldKind::Number { .. }, _) => number(trimmed).map(Cow::Owned),
        (FieldKind::Text { .. }, _) => Some(Cow::Borrowed(trimmed)),
    };
    recognized.map_or(Conversion::Unrecognized(cell), Conversion::Recognized)
}

fn company_type(text: &str) -> Option<&'static str> {
    let normalized = normalize_name(text);
    TYPES.iter().find(|(_, names)| names.contains(&normalized.as_str())).map(|(level, _)| *level)
}

/// Bracket that contains a number of employees or a range of them; `None` when a range spans several brackets.
fn company_size(text: &str) -> Option<&'static str> {
    if text == "1-10" {
        // A level of the contract that is no LinkedIn bracket.
        return Some("1-10");
    }
    let lower = text.to_lowercase();
    let numbers = whole_numbers(&lower)?;
    let bracket = |people: u64| SIZES.iter().position(|(most, _)| people <= *most);
    let index = match numbers.as_slice() {
        [least] if is_open_ended(&lower) => (*least >= 10_000).then_some(SIZES.len() - 1)?,
        [people] => bracket(*people)?,
        [least, most] if least <= most => {
            let index = bracket(*most)?;
            // Some write 10-50 for 11-50.
            (bracket(*least + 1)? == index).then_some(index)?
        }
        _ => return None,
    };
    SIZES.get(index).map(|(_, level)| *level)
}

fn is_open_ended(text: &str) -> bool {
    text.contains('+') || ["more", "over", "plus", ">"].iter().any(|word| text.contains(word))
}

/// Numbers in a text, with thousands separators and a `k` suffix; `None` when it has words that are not about employees or
/// ranges.
fn whole_numbers(text: &str) -> Option<Vec<u64>> {
    const WORDS: [&str; 17] = [
        "employees",
        "employee",
        "employes",
        "employés",
        "salaries",
        "salariés",
        "people",
        "personnes",
        "to",
        "à",
        "a",
        "more",
        "than",
        "over",
        "plus",
        "de",
        "and",
    ];
    let (mut numbers, mut word, mut digits, mut gap) = (Vec::new(), String::new(), None::<u64>, false);
    let ends_word = |word: &mut String| WORDS.contains(&std::mem::take(word).as_str());
    for character in text.chars().chain([' ', '\n']) {
        let digit = character.to_digit(10).map(u64::from);
        if let Some(digit) = digit {
            if !word.is_empty() && !ends_word(&mut word) {
                return None;
            }
            digits = Some(digits.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            gap = false;
        } else if digits.is_some() && !gap && matches!(character, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\'') {
            // Taken as a thousands separator: digits that follow continue the number.
            gap = true;
        } else if character == 'k' && digits.is_some() && word.is_empty() {
            digits = digits.map(|digits| digits.saturating_mul(1_000));
            gap = false;
        } else {
            numbers.extend(digits.take());
            gap = false;
            if character.is_alphabetic() {
                word.push(character);
            } else if !word.is_empty() && !ends_word(&mut word) {
                return None;
            }
        }
    }
    (1..=2).contains(&numbers.len()).then_some(numbers)
}

/// The only four-digit year in a text: in 2015, 2015-06-01, 01/06/2015, June 2015.
fn year(text: &str) -> Option<u32> {
    let groups = text.split(|character: char| !character.is_ascii_digit()).filter(|group| group.len() == 4);
    let mut years = groups.filter_map(|group| group.parse().ok()).filter(|year| (1_000..3_000).contains(year));
    let year = years.next()?;
    years.next().is_none().then_some(year)
}

/// Normalizes a number with thousands separators, a decimal comma or a percent sign.
fn number(text: &str) -> Option<String> {
    let is_space = |character: char| matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\'');
    let bare: String =
        text.strip_suffix('%').unwrap_or(text).chars().filter(|character| !is_space(*character)).collect();
    let (commas, points) = (bare.matches(',').count(), bare.matches('.').count());
    let groups = |separator: char| {
        let mut groups = bare.split(separator);
        let first = groups.next().is_some_and(|group| (1..=3).contains(&group.trim_start_matches(['+', '-']).len()));
        first && groups.all(|group| group.split(['.', ',']).next().is_some_and(|digits| digits.len() == 3))
    };
    let normalized = match (commas, points) {
        (0, 0 | 1) => bare,
        (1, 0) if !groups(',') => bare.replace(',', "."),
        (_, 0 | 1) if groups(',') => bare.replace(',', ""),
        (0 | 1, _) if groups('.') => bare.replace('.', "").replace(',', "."),
        _ => return None,
    };
    normalized.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| normalized)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;

    fn converted(field: &str, cell: &str) -> Option<String> {
        let schema = Schema::leads();
        let field = &schema.fields()[schema.position(field).unwrap()];
        match convert(cell, field) {
            Conversion::Recognized(text) => Some(text.into_owned()),
            Conversion::Unrecognized(text) => {
                assert_eq!(text, cell);
                None
            }
        }
    }

    #[test]
    fn company_sizes_map_to_their_bracket() {
        for (cell, level) in [
            ("37", "11-50"),
            ("11 - 50", "11-50"),
            ("51–200 employees", "51-200"),
            ("1,001-5,000", "1001-5000"),
            ("1k-5k", "1001-5000"),
            ("10 000+", "10001+"),
            ("10,001+", "10001+"),
            ("21-50", "11-50"),
            ("10-50", "11-50"),
            ("51 to 200", "51-200"),
            ("de 201 à 500 salariés", "201-500"),
            ("1", "2-10"),
            ("2-10", "2-10"),
            ("1-10", "1-10"),
            ("more than 10000", "10001+"),
            ("1\u{202f}250", "1001-5000"),
            ("4000.", "1001-5000"),
        ] {
            assert_eq!(converted("companysize", cell).as_deref(), Some(level), "{cell}");
        }
    }

    #[test]
    fn ambiguous_company_sizes_are_not_recognized() {
        for cell in ["11-500", "500+", "large", "50-11", "1-2-3", "Series B 50", "99999999999999999999999"] {
            assert_eq!(converted("companysize", cell), None, "{cell}");
        }
        assert_eq!(converted("companysize", "  ").as_deref(), Some(""));
    }

    #[test]
    fn types_years_and_numbers_are_recognized() {
        assert_eq!(converted("companytype", "privately held").as_deref(), Some("Privately Held"));
        assert_eq!(converted("companytype", "Société cotée").as_deref(), Some("Public Company"));
        assert_eq!(converted("companytype", "LLC"), None);
        for cell in ["2015", "2015-06-01", "01/06/2015", "June 2015", "2015.0"] {
            assert_eq!(converted("companyfoundedon", cell).as_deref(), Some("2015"), "{cell}");
        }
        assert_eq!(converted("companyfoundedon", "2015 / 2016"), None);
        for (cell, number) in [
            ("75", "75"),
            ("0,5", "0.5"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1 234", "1234"),
            ("75 %", "75"),
            ("1,234", "1234"),
        ] {
            assert_eq!(converted("llm_quality", cell).as_deref(), Some(number), "{cell}");
        }
        assert_eq!(converted("llm_quality", "1,2,3"), None);
        assert_eq!(converted("llm_seniority", "c-level").as_deref(), Some("C-Level"));
        assert_eq!(converted("jobtitle", "  CTO ").as_deref(), Some("CTO"));
    }
}
