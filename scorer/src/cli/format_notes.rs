//! Notes on the detected format of a list: what had to be guessed, and how to change it.

use crate::lead::csv::Dialect;
use crate::lead::import::FileFormat;
use crate::lead::text::EncodingBasis;

/// Delimiters that need no mention.
const COMMON_DELIMITERS: &[u8] = b",;\t|";

/// Notes on the encoding; none for UTF-8.
pub(super) fn encoding_notes(format: &FileFormat) -> Vec<String> {
    let detected = format.encoding;
    let (name, label) = (detected.encoding.name(), detected.encoding.label());
    let guess = "if letters are wrong, name the encoding with --encoding";
    let mut notes = match detected.basis {
        EncodingBasis::Guessed => vec![format!("read as {name} (guessed: {label}); {guess}")],
        EncodingBasis::GuessedFromStart => {
            vec![format!("read as {name} (guessed from the first accented letters: {label}); {guess}")]
        }
        EncodingBasis::Chosen => vec![format!("read as {name}, as chosen")],
        EncodingBasis::Certain if label == "UTF-8" => Vec::new(),
        EncodingBasis::Certain => vec![format!("read as {name}")],
    };
    if detected.has_replaced {
        notes.push(format!("some bytes are no letters in {name} and were replaced by \u{FFFD}: it may be wrong"));
    }
    notes
}

/// Notes on a dialect other than that of RFC 4180 with a common delimiter.
pub(super) fn dialect_notes(format: &FileFormat) -> Vec<String> {
    let Dialect { delimiter, quote, escape, skips_spaces, wraps_lines } = format.dialect;
    let mut notes = Vec::new();
    if let Some(header) = format.header_delimiter {
        let (header, rows) = (shown(header), shown(delimiter));
        notes.push(format!("the header is separated by {header}, its rows by {rows}: each was read by its own"));
    } else if !COMMON_DELIMITERS.contains(&delimiter) {
        notes.push(format!("read as separated by {}; if that is wrong, use --delimiter", shown(delimiter)));
    }
    if quote != b'"' {
        notes.push(format!("read as quoted by {}", shown(quote)));
    }
    if let Some(escape) = escape {
        notes.push(format!("{} before a quote was read as an escape", shown(escape)));
    }
    if skips_spaces {
        notes.push("spaces around cells were dropped, since quotes follow them".to_owned());
    }
    if wraps_lines {
        notes.push("each line is in quotes as a whole; the rows within them were read".to_owned());
    }
    notes
}

fn shown(byte: u8) -> String {
    match byte {
        b'\t' => "tabs".to_owned(),
        b' ' => "spaces".to_owned(),
        0..=0x1F => format!("the character {byte:#04X}"),
        _ => format!("`{}`", char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::import::{ImportOptions, ImportReader};
    use crate::lead::schema::Schema;

    fn notes(list: &[u8]) -> Vec<String> {
        let mut reader = ImportReader::new(Schema::leads(), ImportOptions::default());
        reader.push(list, &mut |_| {}).unwrap();
        let (_, format) = reader.finish(&mut |_| {}).unwrap();
        [encoding_notes(&format), dialect_notes(&format)].concat()
    }

    #[test]
    fn plain_lists_have_no_notes() {
        assert_eq!(notes("Title;Industry\nChargé;Software\n".as_bytes()), Vec::<String>::new());
    }

    #[test]
    fn guesses_are_mentioned_with_their_remedy() {
        let mac = notes(b"Intitul\x8E du poste;Secteur d'activit\x8E\nCharg\x8E;Software\n");
        assert!(mac[0].contains("Mac OS Roman (guessed: macintosh)") && mac[0].contains("--encoding"), "{mac:?}");
        let rare = notes(b"Title^Industry\nCTO^Software\nCEO^Retail\n");
        assert!(rare[0].contains("separated by `^`") && rare[0].contains("--delimiter"), "{rare:?}");
        let wrapped = notes(b"\"Title,Industry\"\n\"CTO,\"\"Software, Internet\"\"\"\n");
        assert!(wrapped[0].contains("in quotes as a whole"), "{wrapped:?}");
        let other = notes(b"Title,Industry\nCTO;Software\nCEO;Retail\n");
        assert!(other[0].contains("header is separated by `,`, its rows by `;`"), "{other:?}");
    }
}
