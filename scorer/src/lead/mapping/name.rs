//! Normalizes names of columns and values for comparison.

use super::html_entity;

/// Normalizes a name: letters and digits in lower case, without accents and without text in brackets. "# Employees (est.)"
/// becomes "employees", "Intitul&eacute; du poste" becomes "intituleduposte".
pub fn normalize_name(name: &str) -> String {
    let name = html_entity::decode(name);
    let mut depth = 0_u32;
    let mut normalized = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if character.is_ascii_alphanumeric() => normalized.push(character.to_ascii_lowercase()),
            _ => character.to_lowercase().for_each(|lower| push_base(lower, &mut normalized)),
        }
    }
    normalized
}

/// Text in brackets of a name, normalized: "company" in "City (Company)".
pub(super) fn bracketed(name: &str) -> Option<String> {
    let start = name.find(['(', '['])?;
    let end = name.rfind([')', ']'])?;
    name.get(start + 1..end).map(normalize_name).filter(|text| !text.is_empty())
}

/// Words of a text: letters and digits in lower case, without accents, with one space between words.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        let length = words.len();
        push_base(character, &mut words);
        let is_mark = matches!(character, '\u{300}'..='\u{36f}');
        if words.len() == length && !is_mark && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// Adds a letter in lower case without its accent, or a digit.
pub(super) fn push_base(lower: char, text: &mut String) {
    text.push(match lower {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'š' | 'ś' => 's',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        'ß' => return text.push_str("ss"),
        'œ' => return text.push_str("oe"),
        'æ' => return text.push_str("ae"),
        _ if lower.is_alphanumeric() => lower,
        // Combining accents among others.
        _ => return,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_are_removed() {
        for (name, normalized) in [
            ("# Employees", "employees"),
            ("Secteur d’activité", "secteurdactivite"),
            (" Company_Size (range) ", "companysize"),
            ("Societe\u{301}", "societe"),
            ("N° [x]", "n"),
            ("Intitul&eacute; du poste", "intituleduposte"),
            ("Unternehmensgröße", "unternehmensgrosse"),
            ("=\"Title\"", "title"),
        ] {
            assert_eq!(normalize_name(name), normalized, "{name}");
        }
        assert_eq!(bracketed("City (Company)").as_deref(), Some("company"));
        assert_eq!(bracketed("City"), None);
        assert_eq!(words(" Directrice – Générale, R&D "), "directrice generale r d");
        assert_eq!(words("Societe\u{301}"), "societe");
    }
}
