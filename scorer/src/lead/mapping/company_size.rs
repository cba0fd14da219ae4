//! Company sizes: LinkedIn's brackets from head counts, ranges and INSEE's labels and codes.

use super::name::{normalize_name, push_base};

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

/// Codes of INSEE's brackets ("tranche d'effectifs salariés") with their level; units without employees have none.
const INSEE_CODES: [(&str, &str); 16] = [
    ("NN", ""),
    ("00", ""),
    ("01", "2-10"),
    ("02", "2-10"),
    ("03", "2-10"),
    ("11", "11-50"),
    ("12", "11-50"),
    ("21", "51-200"),
    ("22", "51-200"),
    ("31", "201-500"),
    ("32", "201-500"),
    ("41", "501-1000"),
    ("42", "1001-5000"),
    ("51", "1001-5000"),
    ("52", "5001-10000"),
    ("53", "10001+"),
];

/// Cells that show a column of codes by their values alone.
const CODES_MIN: usize = 6;

/// Normalized phrases for a company without employees.
const NOBODY: [&str; 6] = ["nonemployeu", "sanssalarie", "aucunsalarie", "pasdesalarie", "noemployees", "sinempleados"];

/// Words about employees, without accents.
const EMPLOYEES: &[&str] = &[
    "employees",
    "employee",
    "employes",
    "employe",
    "salaries",
    "salarie",
    "people",
    "persons",
    "personnes",
    "personne",
    "collaborateurs",
    "collaborateur",
    "effectif",
    "effectifs",
    "staff",
    "headcount",
    "fte",
    "ftes",
    "etp",
    "workers",
    "members",
    "mitarbeiter",
    "mitarbeitende",
    "mitarbeiterinnen",
    "beschaftigte",
    "angestellte",
    "personen",
    "empleados",
    "empleadas",
    "trabajadores",
    "personas",
    "dipendenti",
    "addetti",
    "persone",
    "funcionarios",
    "empregados",
    "colaboradores",
    "pessoas",
    "medewerkers",
    "werknemers",
];

/// Words of ranges and estimates, and endings of words for employees.
const CONNECTORS: &[&str] = &[
    "e",
    "es",
    "s",
    "innen",
    "c",
    "to",
    "from",
    "between",
    "and",
    "or",
    "than",
    "of",
    "at",
    "a",
    "de",
    "du",
    "des",
    "et",
    "ou",
    "entre",
    "en",
    "von",
    "zwischen",
    "und",
    "oder",
    "als",
    "y",
    "o",
    "da",
    "di",
    "tra",
    "fra",
    "van",
    "tussen",
    "about",
    "approx",
    "approximately",
    "environ",
    "circa",
    "ca",
    "env",
    "etwa",
    "rund",
    "aprox",
];

/// Words for a number and more.
const MORE: &[&str] =
    &["more", "over", "plus", "above", "max", "mehr", "uber", "ab", "mas", "oltre", "piu", "mais", "meer", "least"];

/// Words for less than a number.
const LESS: &[&str] = &["less", "fewer", "under", "below", "moins", "weniger", "unter", "menos", "meno", "minder"];

/// Words for a number at most, when no other number stands before them.
const UP_TO: &[&str] = &["bis", "hasta", "fino", "ate", "tot", "jusqu", "jusqua", "up"];

/// Numbers of employees in a text, and how they limit the head count.
#[derive(Debug, Default)]
struct Phrase {
    numbers: Vec<u64>,
    more: bool,
    less: bool,
    up_to: bool,
    /// True when a word is about employees.
    has_words: bool,
}

/// Level of a head count or of a range, empty for a company without employees. A range takes the bracket that contains it
/// but for its first value at most; `None` when it spans several.
pub(super) fn company_size(text: &str) -> Option<&'static str> {
    if text == "1-10" {
        // A level of the contract that is no LinkedIn bracket.
        return Some("1-10");
    }
    if is_nobody(text) {
        return Some("");
    }
    let phrase = Phrase::parse(text)?;
    let index = match *phrase.numbers.as_slice() {
        [0] => return Some(""),
        [least] if phrase.more => (least >= 10_000).then_some(SIZES.len() - 1)?,
        [most] if phrase.less => range(1, most.checked_sub(1)?)?,
        [most] if phrase.up_to => range(1, most)?,
        [people] => bracket(people)?,
        [least, most] => range(least, most)?,
        _ => return None,
    };
    SIZES.get(index).map(|(_, level)| *level)
}

/// True for a range, or a number and more, that names employees or has the bounds of a known bracket: a head count even in
/// a column of any name.
pub(super) fn is_bracket(text: &str) -> bool {
    const KNOWN: [(u64, u64); 14] = [
        (1, 10),
        (2, 10),
        (11, 50),
        (51, 100),
        (51, 200),
        (101, 250),
        (201, 500),
        (251, 500),
        (500, 999),
        (501, 1_000),
        (1_000, 4_999),
        (1_001, 5_000),
        (5_000, 9_999),
        (5_001, 10_000),
    ];
    let Some(phrase) = Phrase::parse(text) else { return is_nobody(text) };
    match *phrase.numbers.as_slice() {
        [least] if phrase.more => phrase.has_words || matches!(least, 10_000 | 10_001),
        [least, most] => phrase.has_words || KNOWN.contains(&(least, most)),
        [_] => phrase.has_words,
        _ => false,
    }
}

/// Level of an INSEE code, whose leading zero a spreadsheet may have removed.
pub(super) fn insee_size(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let padded = if text.len() == 1 { format!("0{text}") } else { text.to_ascii_uppercase() };
    INSEE_CODES.iter().find(|(code, _)| *code == padded).map(|(_, level)| *level)
}

/// True when the cells of a column are INSEE codes: no head count is written as they are, or the column is named after the
/// brackets, or there are many and no other number.
pub(super) fn are_insee_codes<'c>(name: &str, cells: impl Iterator<Item = &'c str>) -> bool {
    let (mut count, mut is_written_as_code) = (0, false);
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        if insee_size(cell).is_none() {
            return false;
        }
        is_written_as_code |= cell.eq_ignore_ascii_case("NN") || (cell.len() == 2 && cell.starts_with('0'));
        count += 1;
    }
    count > 0 && (is_written_as_code || normalize_name(name).contains("tranche") || count >= CODES_MIN)
}

fn bracket(people: u64) -> Option<usize> {
    SIZES.iter().position(|(most, _)| people <= *most)
}

/// Bracket of a range. Some write 10-50 for 11-50, so its first value may belong to the bracket below.
fn range(least: u64, most: u64) -> Option<usize> {
    let index = bracket(most)?;
    (least <= most && bracket((least + 1).min(most))? == index).then_some(index)
}

fn is_nobody(text: &str) -> bool {
    let name = normalize_name(text);
    NOBODY.iter().any(|phrase| name.contains(phrase))
}

impl Phrase {
    /// Parses a text without its brackets; `None` when it has words that are not about employees or ranges.
    fn parse(text: &str) -> Option<Self> {
        let text = plain(text);
        let mut phrase =
            Phrase { more: text.contains(['+', '>', '≥']), less: text.contains('<'), ..Phrase::default() };
        phrase.up_to = text.contains('≤');
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            rest = if first.is_ascii_digit() {
                let (number, behind) = head_count(rest)?;
                phrase.numbers.push(number);
                behind
            } else if first.is_alphabetic() {
                let end = rest.find(|character: char| !character.is_alphabetic()).unwrap_or(rest.len());
                phrase.add_word(&rest[..end])?;
                &rest[end..]
            } else {
                &rest[first.len_utf8()..]
            };
        }
        (1..=2).contains(&phrase.numbers.len()).then_some(phrase)
    }

    fn add_word(&mut self, word: &str) -> Option<()> {
        let is = |words: &[&str]| words.contains(&word);
        match word {
            _ if is(MORE) => self.more = true,
            _ if is(LESS) => self.less = true,
            _ if is(UP_TO) => self.up_to |= self.numbers.is_empty(),
            _ if is(EMPLOYEES) => self.has_words = true,
            _ if is(CONNECTORS) => {}
            _ => return None,
        }
        Some(())
    }
}

/// Text in lower case, without accents and without text in brackets; other signs stay.
fn plain(text: &str) -> String {
    let (mut depth, mut plain) = (0_u32, String::with_capacity(text.len()));
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if character.is_alphabetic() => push_base(character, &mut plain),
            _ => plain.push(character),
        }
    }
    plain
}

/// Number at the start of a text, and the text behind it. Three digits behind a separator continue it; fewer are decimals,
/// which are dropped. A `k` multiplies by a thousand.
fn head_count(text: &str) -> Option<(u64, &str)> {
    /// Digits of a number that is a head count.
    const DIGITS_MAX: usize = 12;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(text);
    let (mut number, mut rest) = (text[..first].to_owned(), &text[first..]);
    let mut decimals = String::new();
    while let Some(separator) =
        rest.chars().next().filter(|sign| matches!(sign, ',' | '.' | '\'' | '’') || sign.is_whitespace())
    {
        let behind = &rest[separator.len_utf8()..];
        let length = digits(behind);
        if length == 3 && first <= 3 {
            number.push_str(&behind[..3]);
        } else if length > 0 && matches!(separator, ',' | '.') {
            decimals = behind[..length].to_owned();
        } else {
            break;
        }
        rest = &behind[length..];
        if !decimals.is_empty() {
            break;
        }
    }
    let is_thousands = rest.starts_with('k') && !rest[1..].starts_with(char::is_alphabetic);
    if is_thousands {
        number.push_str(&format!("{decimals:0<3}")[..3]);
        rest = &rest[1..];
    }
    (number.len() <= DIGITS_MAX).then(|| number.parse().ok()).flatten().map(|number| (number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn company_sizes_map_to_their_bracket() {
        for (cell, level) in [
            ("37", "11-50"),
            ("37.0", "11-50"),
            ("11 - 50", "11-50"),
            ("51–200 employees", "51-200"),
            ("1,001-5,000", "1001-5000"),
            ("1.001-5.000", "1001-5000"),
            ("1k-5k", "1001-5000"),
            ("1.5k", "1001-5000"),
            ("10k+", "10001+"),
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
            ("1.200", "1001-5000"),
            ("500 - 999", "501-1000"),
            ("c_00051_00100", "51-200"),
            ("c_10001_max", "10001+"),
            ("10 salarié·e·s", "2-10"),
            ("10 salarié(e)s", "2-10"),
            ("moins de 10 salariés", "2-10"),
            ("bis 10 Mitarbeiter", "2-10"),
            ("51 bis 200 Mitarbeitende", "51-200"),
            ("Über 10.000 Beschäftigte", "10001+"),
            ("más de 10.000 empleados", "10001+"),
            ("da 11 a 50 dipendenti", "11-50"),
            ("de 11 até 50 funcionários", "11-50"),
            ("11 tot 50 medewerkers", "11-50"),
            ("ca. 300", "201-500"),
            ("0", ""),
        ] {
            assert_eq!(company_size(cell), Some(level), "{cell}");
        }
    }

    #[test]
    fn inexact_company_sizes_are_not_recognized() {
        for cell in [
            "11-500",
            "500+",
            "large",
            "50-11",
            "1-2-3",
            "Series B 50",
            "99999999999999999999999",
            "less than 100",
            "101-250",
            "",
            "-",
            "2015-06-01",
        ] {
            assert_eq!(company_size(cell), None, "{cell}");
        }
    }

    #[test]
    fn every_label_of_insee_has_a_bracket() {
        let labels = [
            "Unité non employeuse (pas de salarié au cours de l'année de référence)",
            "0 salarié",
            "1 ou 2 salariés",
            "3 à 5 salariés",
            "6 à 9 salariés",
            "10 à 19 salariés",
            "20 à 49 salariés",
            "50 à 99 salariés",
            "100 à 199 salariés",
            "200 à 249 salariés",
            "250 à 499 salariés",
            "500 à 999 salariés",
            "1 000 à 1 999 salariés",
            "2 000 à 4 999 salariés",
            "5 000 à 9 999 salariés",
            "10 000 salariés et plus",
        ];
        for (label, (code, level)) in labels.iter().zip(INSEE_CODES) {
            assert_eq!(company_size(label), Some(level), "{label}");
            assert_eq!(insee_size(code), Some(level), "{code}");
        }
        assert_eq!(company_size("Entre 2 000 et 4 999 salariés"), Some("1001-5000"));
        assert_eq!(company_size("Plus de 10 000 salariés"), Some("10001+"));
        assert_eq!((insee_size("1"), insee_size("nn"), insee_size("53.0")), (Some("2-10"), Some(""), Some("10001+")));
    }

    #[test]
    fn columns_of_insee_codes_are_recognized_as_a_whole() {
        let are = |name: &str, cells: &[&str]| are_insee_codes(name, cells.iter().copied());
        assert!(are("Effectif", &["NN", "12", "", "53"]));
        assert!(are("Effectif", &["01", "12"]));
        assert!(are("trancheEffectifsUniteLegale", &["21"]));
        assert!(are("Effectif", &["11", "12", "21", "22", "31", "11"]));
        assert!(!are("Effectif", &["11", "12"]));
        assert!(!are("Tranche d'effectif", &["11", "13"]));
        assert!(!are("Tranche d'effectif", &["", " "]));
    }

    #[test]
    fn brackets_are_known_in_columns_of_any_name() {
        for cell in ["51-200", "11 - 50", "10,001+", "3 à 5 salariés", "35 employees", "Unité non employeuse"] {
            assert!(is_bracket(cell), "{cell}");
        }
        for cell in ["37", "18-24", "1-3", "2015-2016", "50+", "CTO"] {
            assert!(!is_bracket(cell), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn head_counts_in_any_notation_have_one_bracket(
            people in 1_u64..2_000_000,
            separator in prop::sample::select(vec!["", ",", ".", " ", "\u{a0}", "\u{202f}", "'"]),
            suffix in prop::sample::select(vec!["", " salariés", " employees", " Mitarbeiter", " empleados", " dipendenti"]),
        ) {
            let digits = people.to_string();
            let grouped: String = digits.char_indices().map(|(at, digit)| {
                let starts_group = at > 0 && (digits.len() - at) % 3 == 0;
                format!("{}{digit}", if starts_group { separator } else { "" })
            }).collect();
            let expected = SIZES[bracket(people).unwrap()].1;
            prop_assert_eq!(company_size(&format!("{grouped}{suffix}")), Some(expected));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            let _ = (company_size(&text), is_bracket(&text), insee_size(&text));
        }
    }
}
