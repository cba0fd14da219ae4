//! Texts of the encoding and the dialect of a file.

use super::tr;
use crate::protocol::{FileDialect, FileEncoding};

translations! {
    /// Label of the choice of an encoding.
    choose_encoding: "Read the file as", "Lire le fichier en";
    /// Option of the detected encoding.
    detected_encoding: "detected", "détecté";
}

/// Encodings to choose from, by label, with their names in English and French.
pub const ENCODINGS: [(&str, [&str; 2]); 22] = [
    ("utf-8", ["UTF-8", "UTF-8"]),
    ("windows-1252", ["Western European (Windows)", "Europe occidentale (Windows)"]),
    ("macintosh", ["Western European (Mac)", "Europe occidentale (Mac)"]),
    ("ibm850", ["Western European (MS-DOS)", "Europe occidentale (MS-DOS)"]),
    ("windows-1250", ["Central European (Windows)", "Europe centrale (Windows)"]),
    ("x-mac-ce", ["Central European (Mac)", "Europe centrale (Mac)"]),
    ("ibm852", ["Central European (MS-DOS)", "Europe centrale (MS-DOS)"]),
    ("windows-1251", ["Cyrillic (Windows)", "Cyrillique (Windows)"]),
    ("x-mac-cyrillic", ["Cyrillic (Mac)", "Cyrillique (Mac)"]),
    ("koi8-u", ["Cyrillic (KOI8)", "Cyrillique (KOI8)"]),
    ("ibm866", ["Cyrillic (MS-DOS)", "Cyrillique (MS-DOS)"]),
    ("windows-1253", ["Greek", "Grec"]),
    ("windows-1254", ["Turkish", "Turc"]),
    ("windows-1255", ["Hebrew", "Hébreu"]),
    ("windows-1256", ["Arabic", "Arabe"]),
    ("windows-1257", ["Baltic", "Balte"]),
    ("windows-1258", ["Vietnamese", "Vietnamien"]),
    ("windows-874", ["Thai", "Thaï"]),
    ("shift_jis", ["Japanese (Shift JIS)", "Japonais (Shift JIS)"]),
    ("gbk", ["Chinese, simplified (GBK)", "Chinois simplifié (GBK)"]),
    ("big5", ["Chinese, traditional (Big5)", "Chinois traditionnel (Big5)"]),
    ("euc-kr", ["Korean", "Coréen"]),
];

/// Name of an encoding in the choice.
pub fn encoding_name([english, french]: [&str; 2]) -> String {
    tr(english, french)
}

/// Note on the encoding in which the file was read.
pub fn encoding_note(encoding: &FileEncoding) -> String {
    let FileEncoding { name, guessed, has_replaced, .. } = encoding;
    if *has_replaced {
        return tr(
            format!(
                "The file was read as {name}, but has letters that {name} lacks (shown as \u{FFFD}): it is probably another."
            ),
            format!(
                "Le fichier a été lu en {name}, mais {name} n’a pas toutes ses lettres (affichées \u{FFFD}) : c’est sans doute un autre."
            ),
        );
    }
    if *guessed {
        return tr(
            format!(
                "The file does not say how its letters are written; {name} was guessed. Letters may be wrong: check names and accents."
            ),
            format!(
                "Le fichier ne dit pas comment ses lettres sont codées ; {name} a été supposé. Vérifiez les noms et les accents."
            ),
        );
    }
    tr(
        format!("The file is written in {name}; it was read as such."),
        format!("Le fichier est écrit en {name} ; il a été lu comme tel."),
    )
}

/// Notes on an unusual dialect.
pub fn dialect(dialect: &FileDialect) -> Vec<String> {
    let spaces = || tr("Spaces around cells were dropped.", "Les espaces autour des cellules ont été retirées.");
    let lines = || {
        tr(
            "Each line stands in quotes as a whole; the rows within them were read.",
            "Chaque ligne est entière entre guillemets ; les lignes qu’ils contiennent ont été lues.",
        )
    };
    let flags = [dialect.skips_spaces.then(spaces), dialect.wraps_lines.then(lines)];
    let quotes = [dialect.quote.map(quote), dialect.escape.map(escape)];
    delimiters(dialect).into_iter().chain(quotes.into_iter().chain(flags).flatten()).collect()
}

fn delimiters(dialect: &FileDialect) -> Option<String> {
    let rows = character(dialect.delimiter?);
    Some(match dialect.header_delimiter.map(character) {
        Some(header) => tr(
            format!("The column names are separated by {header}, the rows by {rows}; each was read by its own."),
            format!(
                "Les noms de colonnes sont séparés par {header}, les lignes par {rows} ; lus chacun selon le sien."
            ),
        ),
        None => tr(
            format!("The cells were taken to be separated by {rows}."),
            format!("Les cellules ont été supposées séparées par {rows}."),
        ),
    })
}

fn quote(quote: char) -> String {
    let quote = character(quote);
    tr(
        format!("{quote} around cells was read as a quote."),
        format!("{quote} autour des cellules a été lu comme guillemet."),
    )
}

fn escape(escape: char) -> String {
    let escape = character(escape);
    tr(
        format!("{escape} before a quote was dropped: it only marks the quote as text."),
        format!("{escape} devant un guillemet a été retiré : il le marque seulement comme texte."),
    )
}

fn character(character: char) -> String {
    match character {
        '\t' => tr("tabs", "des tabulations"),
        ' ' => tr("spaces", "des espaces"),
        character if character.is_control() => format!("U+{:04X}", u32::from(character)),
        character => tr(format!("“{character}”"), format!("« {character} »")),
    }
}
