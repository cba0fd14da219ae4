//! Forms of a level under which people read it as the same: its folded form, and its loose form.
//!
//! Both are part of the model format (`docs/MODEL_FORMAT.md`): a change changes scores.

use super::entity::decode_entities;
use unicode_normalization::UnicodeNormalization;

/// Size limit of a text that is folded, in bytes; longer ones match exactly only.
pub const FOLD_BYTES_MAX: usize = 1_024;

/// Words for `&`, which code spellings leave out or spell out.
const CONJUNCTIONS: [&str; 3] = ["and", "et", "und"];

/// Folds a text: HTML entities decoded, Unicode form NFKC, case folded, characters without width removed, all kinds of white
/// space and control characters as one space, none at the ends. `None` for a text over [`FOLD_BYTES_MAX`].
pub fn fold(text: &str) -> Option<String> {
    if text.len() > FOLD_BYTES_MAX {
        return None;
    }
    let text = decode_entities(text);
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        text.chars().for_each(|character| push_spaced(character.to_ascii_lowercase(), &mut folded));
    } else {
        // To upper case first, which has one form where lower case has several: ß, ſ, final sigma.
        let upper = text.nfkd().flat_map(char::to_uppercase);
        upper.flat_map(char::to_lowercase).nfkc().for_each(|character| push_spaced(character, &mut folded));
    }
    folded.truncate(folded.trim_end().len());
    Some(folded)
}

fn push_spaced(character: char, folded: &mut String) {
    if is_zero_width(character) {
        return;
    }
    if !character.is_whitespace() && !character.is_control() {
        folded.push(character);
    } else if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Soft hyphens, joiners, marks of direction and byte order.
pub fn is_zero_width(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Loose form of a folded text: accents of Latin and Greek letters removed, and words of code spellings, apart by single
/// spaces: punctuation between words and `_` count as spaces, `&` and words for it are left out. In a text with a digit only
/// `_` and spaces separate: 11-50 is not 11 50. Empty when nothing is left.
pub fn loosen(folded: &str) -> String {
    let has_digit = folded.bytes().any(|byte| byte.is_ascii_digit());
    let is_separator = |character: char| match character {
        ' ' | '_' => true,
        '-' | '/' | '&' | ',' | ';' | ':' | '\'' | '"' | '(' | ')' | '|' | '·' | '•' | '`' | '´' => !has_digit,
        '‐'..='―' | '‘'..='‟' | '«' | '»' => !has_digit,
        _ => false,
    };
    let plain = without_accents(folded);
    let words = plain.split(is_separator).filter(|word| !word.is_empty() && !CONJUNCTIONS.contains(word));
    let mut loose = String::with_capacity(plain.len());
    for word in words {
        if !loose.is_empty() {
            loose.push(' ');
        }
        loose.push_str(word);
    }
    loose
}

fn without_accents(folded: &str) -> String {
    if folded.is_ascii() {
        return folded.to_owned();
    }
    let mut plain = String::with_capacity(folded.len());
    for character in folded.nfkd() {
        // Elsewhere a mark makes another letter: Cyrillic й, Japanese が.
        let has_base = || plain.ends_with(|base: char| base.is_ascii_alphabetic() || matches!(base, 'α'..='ω'));
        match character {
            '\u{300}'..='\u{36f}' if has_base() => {}
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'ı' => plain.push('i'),
            'þ' => plain.push_str("th"),
            _ => plain.push(character),
        }
    }
    plain.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folded_forms_ignore_case_spaces_entities_and_unicode_form() {
        for (text, folded) in [
            ("Computer Software", "computer software"),
            ("  COMPUTER\u{a0}\t software\r\n", "computer software"),
            ("Marketing &amp; Advertising", "marketing & advertising"),
            ("Île-de-France", "île-de-france"),
            ("I\u{302}le-de-france", "île-de-france"),
            ("ÎLE-DE-FRANCE\u{200b}\u{1a}", "île-de-france"),
            ("Straße", "strasse"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ｓｏｆｔ", "soft"),
            ("\u{feff}", ""),
        ] {
            assert_eq!(fold(text).unwrap(), folded, "{text:?}");
        }
        assert_eq!(fold(&"x".repeat(FOLD_BYTES_MAX + 1)), None);
    }

    #[test]
    fn loose_forms_ignore_accents_and_code_spellings() {
        for same in [
            &["Computer Software", "COMPUTER_SOFTWARE", "computer-software", "Computer/Software"][..],
            &[
                "Marketing & Advertising",
                "MARKETING_AND_ADVERTISING",
                "Marketing et advertising",
                "marketing-advertising",
            ],
            &["Île-de-France", "ILE DE FRANCE"],
            &["Conseil d’entreprise", "conseil d'entreprise", "Conseil d entreprise"],
            &["Łódź", "lodz"],
            &["Αθήνα", "ΑΘΗΝΑ"],
            &["51_200", "51 200"],
        ] {
            let forms: Vec<String> = same.iter().map(|text| loosen(&fold(text).unwrap())).collect();
            assert!(forms.iter().all(|form| *form == forms[0]), "{forms:?}");
        }
        for [one, other] in
            [["11-50", "11 50"], ["10001+", "10001"], ["C++", "C"], ["й", "и"], ["が", "か"], ["1,5", "1 5"]]
        {
            assert_ne!(loosen(&fold(one).unwrap()), loosen(&fold(other).unwrap()), "{one} {other}");
        }
        assert_eq!(loosen("and"), "");
    }

    proptest! {
        #[test]
        fn forms_are_stable(text in "\\PC{0,40}") {
            let folded = fold(&text).unwrap();
            prop_assert_eq!(fold(&folded.replace('&', "+")).unwrap(), folded.replace('&', "+"));
            let loose = loosen(&folded);
            prop_assert_eq!(&loosen(&loose), &loose);
        }

        #[test]
        fn case_and_spaces_make_no_difference(text in "[a-zà-ýA-ZÀ-Ý ]{1,30}", spaces in "[ \u{a0}\t\u{2009}]{0,3}") {
            let folded = fold(&text).unwrap();
            prop_assert_eq!(fold(&text.to_uppercase()).unwrap(), folded.clone());
            let spaced = format!("{spaces}{}{spaces}", text.to_lowercase().replace(' ', "\u{202f} "));
            prop_assert_eq!(fold(&spaced).unwrap(), folded);
        }
    }
}
