//! Words of what a file's columns were read as, and of how the file was written.

use super::{pick, say};
use crate::agent::{Origin, PickedSheet};
use crate::format::count;

words! {
    /// A column that is kept, but not read.
    not_read: "not read", "pas lue";
    /// The meaning of a column of identifiers.
    own_key: "Your own identifier", "Votre propre identifiant";
    /// Heads the user's columns.
    your_column: "Your column", "Votre colonne";
    /// Heads the examples.
    for_example: "For example", "Par exemple";
    /// Remembers meanings.
    remember_meanings: "Remember on this computer what I change here, by the columns’ names",
        "Retenir sur cet ordinateur ce que je change ici, par le nom des colonnes";
    /// Heads the meanings.
    read_as_head: "Read as", "Lue comme";
}

/// Opens the table of columns.
pub fn columns_read(read: u32, all: u32) -> String {
    let (read, of) = (count(read), count(all));
    match all {
        1 => say(
            format!("{read} of 1 column is read. Change what it means"),
            format!("{read} colonne lue sur 1. Changer son sens"),
        ),
        _ => say(
            format!("{read} of {of} columns are read. Change what they mean"),
            format!("{read} colonnes lues sur {of}. Changer leur sens"),
        ),
    }
}

/// Names the choice of a column's meaning.
pub fn read_as(column: &str) -> String {
    say(format!("Read {column:?} as"), format!("Lire {column:?} comme"))
}

/// How sure a guess is, from a share.
pub fn sure(confidence: f32) -> &'static str {
    match confidence {
        0.9.. => pick("sure", "sûr"),
        0.7.. => pick("likely", "probable"),
        _ => pick("a guess", "supposé"),
    }
}

/// Cells whose words are not known.
pub fn unread(number: u32) -> String {
    match number {
        1 => say(" 1 cell not understood", " 1 cellule pas comprise"),
        number => say(
            format!(" {} cells not understood", count(number)),
            format!(" {} cellules pas comprises", count(number)),
        ),
    }
}

/// Which sheet of a workbook the list was.
pub fn sheet(sheet: &PickedSheet) -> String {
    let PickedSheet { name, among } = sheet;
    match among {
        0 | 1 => say(format!("Read from the sheet “{name}”."), format!("Lu dans la feuille « {name} ».")),
        among => say(
            format!("Read from the sheet “{name}”, the one of {among} with the most cells."),
            format!("Lu dans la feuille « {name} », celle des {among} qui a le plus de cellules."),
        ),
    }
}

/// What had to be guessed of how a file was written; nothing for a usual one.
pub fn origin(origin: &Origin) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(encoding) = &origin.encoding {
        lines.push(say(
            format!("The file is written in {encoding}; it was read as such."),
            format!("Le fichier est écrit en {encoding} ; il a été lu comme tel."),
        ));
    }
    if origin.line > 1.0 {
        lines.push(say(
            format!("The columns are named on line {}; what stands above it was passed over.", origin.line),
            format!("Les colonnes sont nommées ligne {} ; ce qui précède a été ignoré.", origin.line),
        ));
    }
    match origin.short_rows {
        0 => {}
        1 => lines.push(say(
            "1 row has fewer cells than there are columns; the others count as empty.",
            "1 ligne a moins de cellules que de colonnes ; les autres comptent comme vides.",
        )),
        rows => lines.push(say(
            format!("{} rows have fewer cells than there are columns; the others count as empty.", count(rows)),
            format!("{} lignes ont moins de cellules que de colonnes ; les autres comptent comme vides.", count(rows)),
        )),
    }
    lines
}
