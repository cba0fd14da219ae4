//! Decodes HTML entities in column names, as web forms export them.

use std::borrow::Cow;

/// Longest name of an entity.
const NAME_MAX: usize = 8;

/// Entities that are no letter with an accent.
const NAMED: [(&str, &str); 21] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("rdquo", "”"),
    ("ldquo", "“"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("middot", "·"),
    ("hellip", "…"),
    ("deg", "°"),
    ("szlig", "ß"),
    ("oelig", "œ"),
    ("aelig", "æ"),
    ("ordm", "º"),
];

/// Names of accents behind a letter, with their combining characters.
const ACCENTS: [(&str, char); 8] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circ", '\u{302}'),
    ("uml", '\u{308}'),
    ("tilde", '\u{303}'),
    ("cedil", '\u{327}'),
    ("ring", '\u{30a}'),
    ("caron", '\u{30c}'),
];

/// Text with its entities decoded; accented letters become a letter and a combining accent.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((character, length)) => {
                decoded.push_str(&character);
                rest = &rest[length..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Text of the entity at the start, and its length there.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(NAME_MAX + 2).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let decoded = match name.strip_prefix('#') {
        Some(number) => numeric(number)?.to_string(),
        None => named(name)?,
    };
    Some((decoded, end + 1))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|character| !character.is_control())
}

fn named(name: &str) -> Option<String> {
    if let Some((_, text)) = NAMED.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
        return Some((*text).to_owned());
    }
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let (_, accent) = ACCENTS.iter().find(|(accent, _)| name.get(1..) == Some(*accent))?;
    Some([letter, *accent].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entities_are_decoded() {
        assert_eq!(decode("Intitul&eacute; &amp; r&ocirc;le"), "Intitule\u{301} & ro\u{302}le");
        assert_eq!(decode("caf&#233; &#xE9; &szlig;"), "café é ß");
        for text in ["R&D", "a & b;", "&;", "&nothing;", "&#;", "&#xD800;", "&"] {
            assert_eq!(decode(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_decoded(text in "[&#x;a-z0-9é]{0,30}") {
            let _ = decode(&text);
        }
    }
}
