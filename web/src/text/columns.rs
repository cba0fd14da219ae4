//! Texts of the column mapping and of the detected file format.

use super::{tr, tr_str};
use crate::format::count;
use crate::protocol::{FileFormat, SheetInfo, SheetSource};

translations! {
    /// Option of an unmapped column.
    not_read: "not read", "pas lue";
    /// Option of an identifier column.
    own_identifier: "Your own identifier", "Votre propre identifiant";
    /// Heading of the user's columns.
    your_column: "Your column", "Votre colonne";
    /// Heading of the sample cells.
    for_example: "For example", "Par exemple";
    /// Checkbox that stores the mapping.
    remember_mapping: "Remember on this computer what I change here, by the columns’ names",
        "Retenir sur cet ordinateur ce que je change ici, par le nom des colonnes";
    /// Heading of the target fields.
    read_as_heading: "Read as", "Lue comme";
}

/// Summary that unfolds the column mapping.
pub fn columns_read(read: u32, all: u32) -> String {
    let (read, of) = (count(read), count(all));
    match all {
        1 => tr(
            format!("{read} of 1 column is read. Change what it means"),
            format!("{read} colonne lue sur 1. Changer son sens"),
        ),
        _ => tr(
            format!("{read} of {of} columns are read. Change what they mean"),
            format!("{read} colonnes lues sur {of}. Changer leur sens"),
        ),
    }
}

/// Label of a column's target field.
pub fn read_as(column: &str) -> String {
    tr(format!("Read {column:?} as"), format!("Lire {column:?} comme"))
}

/// Confidence of a suggested mapping.
pub fn confidence(confidence: f32) -> &'static str {
    match confidence {
        0.9.. => tr_str("sure", "sûr"),
        0.7.. => tr_str("likely", "probable"),
        _ => tr_str("a guess", "supposé"),
    }
}

/// Number of cells that could not be parsed.
pub fn unparsed_cells(number: u32) -> String {
    match number {
        1 => tr(" 1 cell not understood", " 1 cellule pas comprise"),
        number => {
            tr(format!(" {} cells not understood", count(number)), format!(" {} cellules pas comprises", count(number)))
        }
    }
}

/// Sheet or table that was read, and the number of those that it was chosen from.
pub fn sheet(sheet: &SheetInfo) -> String {
    let SheetInfo { source, name, candidates, .. } = sheet;
    match (source, candidates) {
        (SheetSource::Workbook, 0 | 1) => {
            tr(format!("Read from the sheet “{name}”."), format!("Lu dans la feuille « {name} »."))
        }
        (SheetSource::Workbook, _) => tr(
            format!("Read from the sheet “{name}”, the one of {candidates} with the most cells."),
            format!("Lu dans la feuille « {name} », celle des {candidates} qui a le plus de cellules."),
        ),
        (SheetSource::WebPage, 0 | 1) => tr(
            "The file is a web page; its table was read.".to_owned(),
            "Le fichier est une page web ; son tableau a été lu.".to_owned(),
        ),
        (SheetSource::WebPage, _) => tr(
            format!("The file is a web page; its largest table of {candidates} was read."),
            format!("Le fichier est une page web ; le plus grand de ses {candidates} tableaux a été lu."),
        ),
        (SheetSource::Json, _) if name.is_empty() => tr(
            "The file is JSON; it was read as a list.".to_owned(),
            "Le fichier est du JSON ; il a été lu comme liste.".to_owned(),
        ),
        (SheetSource::Json, 0 | 1) => tr(
            format!("The file is JSON; its list “{name}” was read."),
            format!("Le fichier est du JSON ; sa liste « {name} » a été lue."),
        ),
        (SheetSource::Json, _) => tr(
            format!("The file is JSON; its list “{name}”, the largest of {candidates}, was read."),
            format!("Le fichier est du JSON ; sa liste « {name} », la plus grande de {candidates}, a été lue."),
        ),
    }
}

/// Notes about hidden rows and merged cells of the sheet.
pub fn sheet_details(sheet: &SheetInfo) -> Vec<String> {
    let mut lines = Vec::new();
    match sheet.hidden_rows {
        0 => {}
        1 => lines.push(tr(
            "1 row that is hidden in the file, for example by a filter, was read too.".to_owned(),
            "1 ligne masquée dans le fichier, par exemple par un filtre, a été lue aussi.".to_owned(),
        )),
        rows => lines.push(tr(
            format!("{} rows that are hidden in the file, for example by a filter, were read too.", count(rows)),
            format!("{} lignes masquées dans le fichier, par exemple par un filtre, ont été lues aussi.", count(rows)),
        )),
    }
    if sheet.filled_cells > 0 {
        lines.push(tr(
            format!("Cells merged over several rows count for each of them ({}).", count(sheet.filled_cells)),
            format!(
                "Les cellules fusionnées sur plusieurs lignes comptent pour chacune ({}).",
                count(sheet.filled_cells)
            ),
        ));
    }
    lines
}

/// Notes about an unusual file format.
pub fn file_format(format: &FileFormat) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(encoding) = &format.encoding {
        lines.push(tr(
            format!("The file is written in {encoding}; it was read as such."),
            format!("Le fichier est écrit en {encoding} ; il a été lu comme tel."),
        ));
    }
    if format.header_line > 1.0 {
        lines.push(tr(
            format!("The columns are named on line {}; what stands above it was passed over.", format.header_line),
            format!("Les colonnes sont nommées ligne {} ; ce qui précède a été ignoré.", format.header_line),
        ));
    }
    match format.short_rows {
        0 => {}
        1 => lines.push(tr(
            "1 row has fewer cells than there are columns; the others count as empty.",
            "1 ligne a moins de cellules que de colonnes ; les autres comptent comme vides.",
        )),
        rows => lines.push(tr(
            format!("{} rows have fewer cells than there are columns; the others count as empty.", count(rows)),
            format!("{} lignes ont moins de cellules que de colonnes ; les autres comptent comme vides.", count(rows)),
        )),
    }
    lines
}
