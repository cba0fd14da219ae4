//! Decodes the HTML entities that web tools leave in exported cells: numeric ones, the named characters of Latin-1, and
//! punctuation.

use std::borrow::Cow;

/// Names of the characters from U+00A0 to U+00FF, in order.
const LATIN_1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy",
    "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm",
    "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig",
    "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve",
    "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN",
    "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc",
    "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml",
    "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// Other names, with their characters.
const OTHERS: [(&str, char); 30] = [
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("hellip", '…'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("euro", '€'),
    ("trade", '™'),
];

/// Length limit of an entity between `&` and `;`, in bytes.
const NAME_BYTES_MAX: usize = 8;

/// Decodes entities that end with a semicolon; anything else is kept. Twice, because some exports encode what was encoded
/// before (`&amp;eacute;`).
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    match decode_once(text) {
        None => Cow::Borrowed(text),
        Some(once) => Cow::Owned(decode_once(&once).unwrap_or(once)),
    }
}

/// The decoded text; `None` when it has no entity.
fn decode_once(text: &str) -> Option<String> {
    let mut decoded = None::<String>;
    // Bytes of the text that were copied.
    let mut done = 0;
    for (at, _) in text.match_indices('&') {
        let Some((length, character)) = text.get(at + 1..).and_then(entity) else { continue };
        let out = decoded.get_or_insert_default();
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push(character);
        done = at + 1 + length;
    }
    let rest = text.get(done..).unwrap_or_default();
    decoded.map(|decoded| decoded + rest)
}

/// The entity at the start of a text, behind its `&`: its length with the semicolon, and its character.
fn entity(text: &str) -> Option<(usize, char)> {
    let end = text.bytes().take(NAME_BYTES_MAX + 1).position(|byte| byte == b';')?;
    let name = text.get(..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => numeric(number)?,
        None => named(name)?,
    };
    Some((end + 1, character))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|character| !character.is_control() || character.is_whitespace())
}

fn named(name: &str) -> Option<char> {
    if let Some(place) = LATIN_1.iter().position(|known| *known == name) {
        return char::from_u32(0xA0 + place as u32);
    }
    OTHERS.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded() {
        for (text, decoded) in [
            ("Marketing &amp; Advertising", "Marketing & Advertising"),
            ("Intitul&eacute; d&rsquo;activit&#233;s &#x2013; fin", "Intitulé d’activités – fin"),
            ("&nbsp;&yuml;&ETH;&szlig;", "\u{a0}ÿÐß"),
            ("&amp;eacute;", "é"),
            ("&amp;amp;amp;", "&amp;"),
            ("&&amp;;", "&&;"),
        ] {
            assert_eq!(decode_entities(text), decoded, "{text}");
        }
    }

    #[test]
    fn everything_else_is_kept() {
        for text in
            ["R&D; more", "AT&T", "&amp", "&unknown;", "&#0;", "&#xD800;", "&#99999999;", "&;", "&#;", "& amp;", "é&é;"]
        {
            assert!(matches!(decode_entities(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
