//! Words that people and tools write into cells that hold nothing, and the cleaning of a cell's ends.
//!
//! Must not depend on fields, files or models: a level of a model may be one of these words.

use super::level::{fold, is_zero_width, loosen};

/// Longest cell that may be such a word, in bytes.
const CELL_BYTES_MAX: usize = 40;

/// Words in lower case without accents, in brackets or dashes of any kind.
const WORDS: [&str; 119] = [
    "n/a",
    "n.a.",
    "n.a",
    "na",
    "n/c",
    "n.c.",
    "n.c",
    "nc",
    "n/d",
    "n.d.",
    "n.d",
    "n/k",
    "k.a.",
    "k.a",
    "s/o",
    "s/d",
    "nan",
    "nil",
    "none",
    "null",
    "undefined",
    "undef",
    "unknown",
    "unspecified",
    "undisclosed",
    "missing",
    "missing value",
    "empty",
    "blank",
    "nothing",
    "no data",
    "no value",
    "no info",
    "no information",
    "no answer",
    "not available",
    "not applicable",
    "not provided",
    "not specified",
    "not set",
    "not disclosed",
    "not given",
    "not found",
    "not known",
    "not defined",
    "not assigned",
    "not entered",
    "information not available",
    "data not available",
    "to be determined",
    "to be completed",
    "to be defined",
    "to be confirmed",
    "tbd",
    "tbc",
    "tba",
    "select",
    "select one",
    "select an option",
    "please select",
    "please choose",
    "choose",
    "choose one",
    "choose an option",
    "loading",
    "object object",
    "vide",
    "aucun",
    "aucune",
    "neant",
    "inconnu",
    "inconnue",
    "non renseigne",
    "non renseignee",
    "non communique",
    "non precise",
    "non precisee",
    "non specifie",
    "non defini",
    "non disponible",
    "non applicable",
    "sans objet",
    "pas de donnees",
    "a completer",
    "a definir",
    "a renseigner",
    "choisir",
    "selectionner",
    "selectionnez",
    "leer",
    "unbekannt",
    "keine",
    "keine angabe",
    "keine angaben",
    "nicht angegeben",
    "nicht verfugbar",
    "nicht bekannt",
    "bitte wahlen",
    "ohne angabe",
    "sin datos",
    "sin informacion",
    "sin especificar",
    "no disponible",
    "no especificado",
    "desconocido",
    "vacio",
    "ninguno",
    "ninguna",
    "nao informado",
    "nao disponivel",
    "desconhecido",
    "nessuno",
    "non disponibile",
    "non specificato",
    "sconosciuto",
    "onbekend",
    "niet beschikbaar",
    "geen",
    "\\n",
];

/// Error values of spreadsheets that do not end with `!` or `?`.
const ERROR_VALUES: [&str; 6] = ["#N/A", "#N/D", "#NV", "#N/B", "#GETTING_DATA", "#NULL"];

/// Bits of the filter: one per hash of a word.
const FILTER_BITS: usize = 4_096;

/// Hashes of the words, so that most cells need no comparison.
const FILTER: [u64; FILTER_BITS / 64] = {
    let mut bits = [0; FILTER_BITS / 64];
    let mut index = 0;
    while index < WORDS.len() {
        let bit = filter_bit(WORDS[index].as_bytes());
        bits[bit / 64] |= 1 << (bit % 64);
        index += 1;
    }
    bits
};

/// Hash of a text by its length and three of its letters.
const fn filter_bit(text: &[u8]) -> usize {
    let (first, last) = (text[0] | 0x20, text[text.len() - 1] | 0x20);
    let middle = text[text.len() / 2] | 0x20;
    let key = (text.len() as u32) << 24 | (first as u32) << 16 | (middle as u32) << 8 | last as u32;
    (key.wrapping_mul(0x9E37_79B1) >> 20) as usize % FILTER_BITS
}

/// True when a trimmed cell is a word for nothing: `N/A`, `#REF!`, `--`, `(blank)`, `Select...`. The empty cell is none.
pub fn is_missing_word(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    if bytes.len() > CELL_BYTES_MAX || first.is_ascii_digit() {
        return false;
    }
    let is_split = bytes.len() < 8 && bytes.contains(&b'/');
    if first.is_ascii_alphabetic() && last.is_ascii_alphabetic() && cell.is_ascii() && !is_split {
        let bit = filter_bit(bytes);
        return FILTER[bit / 64] & (1 << (bit % 64)) != 0 && is_word(cell);
    }
    is_error_value(cell) || is_word(cell)
}

/// Compares with the words, without what surrounds them.
fn is_word(cell: &str) -> bool {
    let Some(folded) = fold(cell) else { return false };
    let core = folded.trim_matches(is_wrapper);
    if core.is_empty() {
        return true;
    }
    let plain = if core.is_ascii() { core.to_owned() } else { loosen(core) };
    let letters = |text: &'_ str| text.chars().filter(|character| *character != ' ').collect::<String>();
    let plain = letters(&plain);
    let same = |word: &&str| word.len() >= plain.len() && letters(word) == plain;
    WORDS.iter().any(same)
}

/// Brackets, dashes and dots around a word.
fn is_wrapper(character: char) -> bool {
    matches!(
        character,
        '-' | '‐'
            ..='―'
                | '−'
                | '_'
                | '*'
                | '.'
                | '…'
                | ':'
                | '?'
                | '!'
                | '~'
                | '='
                | '"'
                | '\''
                | '`'
                | ' '
                | ','
                | ';'
                | '<'
                | '>'
                | '('
                | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '/'
                | '|'
    )
}

/// Error values of spreadsheets in all their languages: `#DIV/0!`, `#NAME?`, `#VALEUR!`.
fn is_error_value(cell: &str) -> bool {
    let Some(name) = cell.strip_prefix('#') else { return false };
    let Some(name) = name.strip_suffix(['!', '?']) else { return ERROR_VALUES.contains(&cell) };
    let name = name.strip_prefix('¡').unwrap_or(name);
    !name.is_empty() && name.chars().all(|character| character.is_uppercase() || matches!(character, '/' | '0' | '_'))
}

/// Trims white space, control characters and characters without width.
pub fn trim_cell(cell: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_plain(cell.as_bytes().first()) && is_plain(cell.as_bytes().last()) {
        return cell;
    }
    cell.trim_matches(|character: char| character.is_whitespace() || character.is_control() || is_zero_width(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_recognized_in_any_dress() {
        for cell in [
            "N/A",
            "n/a",
            "NA",
            "n.a.",
            "N / A",
            "#N/A",
            "#REF!",
            "#NAME?",
            "#VALUE!",
            "#DIV/0!",
            "#ERROR!",
            "#VALEUR!",
            "#¡REF!",
            "#NV",
            "null",
            "NULL",
            "<null>",
            "None",
            "(none)",
            "- None -",
            "--None--",
            "[none]",
            "nan",
            "NaN",
            "-",
            "--",
            "—",
            "–",
            "...",
            "?",
            "\\N",
            "(blank)",
            "(empty)",
            "Loading...",
            "Select",
            "Select...",
            "-- Select --",
            "Please select",
            "undefined",
            "[object Object]",
            "Not available",
            "Not provided",
            "not specified",
            "Non renseigné",
            "NON RENSEIGNÉ",
            "non renseigne",
            "k. A.",
            "sin datos",
            "Não informado",
            "nicht verfügbar",
            "n/c",
            "NC",
            "Unknown",
            "à compléter",
            "Missing Value",
        ] {
            assert!(is_missing_word(cell), "{cell}");
        }
    }

    #[test]
    fn values_are_no_words_for_nothing() {
        for cell in [
            "",
            "Other",
            "others",
            "France",
            "Navy",
            "Nonprofit",
            "None of your business",
            "Nan Goldin",
            "Selection",
            "0",
            "-1",
            "1-10",
            "10001+",
            "#hiring",
            "#1!",
            "C#",
            "NCR",
            "No",
            "A-B",
            "Null Island",
            "Unknown Worlds",
            "Blank Street",
            "Naples",
            "CTO",
            "é",
            "Loading dock",
        ] {
            assert!(!is_missing_word(cell), "{cell}");
        }
    }

    #[test]
    fn ends_of_cells_are_trimmed() {
        for (cell, trimmed) in [("a", "a"), (" \u{a0}a b\u{200b}\t", "a b"), ("\u{1a}", ""), ("", ""), ("é ", "é")] {
            assert_eq!(trim_cell(cell), trimmed, "{cell:?}");
        }
    }
}
