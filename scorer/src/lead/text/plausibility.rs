//! Plausibility of decoded text: how well its characters outside of ASCII fit between their neighbours.
//!
//! Letters stand next to letters of their own script, in words whose case makes sense; signs stand apart from them. Read in
//! a wrong code page, text has signs within words and capitals behind small letters.

/// Letters that Western European languages write with accents.
const WESTERN: &str = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ";

/// Script of a letter.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Other,
}

/// Plausibility of each character: positive for likely ones, negative for unlikely ones, 0 for ASCII.
pub(super) fn character_scores(text: &str) -> impl Iterator<Item = (char, i64)> {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let mut previous = None;
    text.chars().zip(next).map(move |(character, next)| {
        let score = if character.is_ascii() { 0 } else { character_score(previous, character, next) };
        previous = Some(character);
        (character, score)
    })
}

fn character_score(previous: Option<char>, character: char, next: Option<char>) -> i64 {
    match character {
        char::REPLACEMENT_CHARACTER => -8,
        _ if character.is_control() => -8,
        _ if character.is_alphabetic() => letter_score(previous, character, next),
        _ => sign_score(previous, character, next),
    }
}

fn letter_score(previous: Option<char>, letter: char, next: Option<char>) -> i64 {
    let neighbours = || previous.into_iter().chain(next).filter(|neighbour| neighbour.is_alphabetic());
    if neighbours().any(|neighbour| script(neighbour) != script(letter)) || matches!(letter, 'ª' | 'º' | 'ƒ' | 'ı')
    {
        return -3;
    }
    let is = |neighbour: Option<char>, class: fn(char) -> bool| neighbour.is_some_and(class);
    let breaks_case = (letter.is_uppercase() && is(previous, char::is_lowercase))
        || (letter.is_lowercase() && is(next, char::is_uppercase));
    if breaks_case {
        return -3;
    }
    if is(previous, char::is_numeric) || is(next, char::is_numeric) {
        return -1;
    }
    if neighbours().next().is_none() {
        return 0;
    }
    // Three accented letters in a row are another script, read in a Latin code page.
    let is_accented = |neighbour: char| !neighbour.is_ascii() && script(neighbour) == Script::Latin;
    if is_accented(letter) && previous.is_some_and(is_accented) && next.is_some_and(is_accented) {
        return -2;
    }
    if WESTERN.contains(letter) { 3 } else { common_score(letter) }
}

/// Score of a letter with a fitting neighbour, lower for letters that few languages have.
fn common_score(letter: char) -> i64 {
    match letter {
        'А'..='я' | 'Ё' | 'ё' | 'І' | 'і' | 'Ї' | 'ї' | 'Є' | 'є' => 2,
        '\u{400}'..='\u{4FF}' => 1,
        _ => 2,
    }
}

/// Score of punctuation and symbols.
fn sign_score(previous: Option<char>, sign: char, next: Option<char>) -> i64 {
    let is_letter = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphabetic);
    let is_inside_word = is_letter(previous) && is_letter(next);
    match sign {
        '\u{A0}' | '\u{202F}' | '\u{3000}' => 3,
        '’' => {
            if is_letter(previous) {
                4
            } else {
                0
            }
        }
        '“' | '«' | '‘' | '„' if !is_letter(previous) => 3,
        '”' | '»' if !is_letter(next) => 3,
        '–' | '—' if is_letter(previous) == is_letter(next) && !is_inside_word => 3,
        '–' | '—' if !is_inside_word => 0,
        '…' | '•' | '·' if !is_inside_word => 3,
        '€' | '£' | '°' | '®' | '™' | '©' | '²' | '№' if !is_inside_word => 2,
        // Punctuation of East Asian scripts.
        '\u{3001}'..='\u{303F}' | '\u{FF01}'..='\u{FF65}' => 1,
        _ if is_inside_word => -3,
        _ if is_letter(previous) || is_letter(next) => -2,
        _ => -1,
    }
}

fn script(letter: char) -> Script {
    match letter {
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{370}'..='\u{3FF}' => Script::Greek,
        '\u{400}'..='\u{52F}' => Script::Cyrillic,
        _ => Script::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(text: &str) -> i64 {
        character_scores(text).map(|(_, score)| score).sum()
    }

    #[test]
    fn words_are_more_plausible_than_their_misreadings() {
        for (right, wrong) in [
            ("Société Générale", "SociÈtÈ GÈnÈrale"),
            ("Intitulé du poste", "IntitulŽ du poste"),
            ("Français", "Fran‡ais"),
            ("don’t", "donít"),
            ("Руководитель", "Ðóêîâîäèòåëü"),
            ("10\u{A0}000", "10á000"),
            ("Руководитель", "–уководитель"),
        ] {
            assert!(total(right) > total(wrong), "{right} {} {wrong} {}", total(right), total(wrong));
        }
    }

    #[test]
    fn ascii_has_no_say() {
        assert_eq!(total("Head of Sales, 51-200"), 0);
    }
}
