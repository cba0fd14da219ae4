//! Texts of the column mapping and of the detected file format.

use super::{tr, tr_str};
use crate::format::count;
use crate::protocol::{FileFormat, SheetInfo};
use scorer::lead::csv::CellCounts;
use scorer::lead::mapping::{CellFormat, ColumnMapping, DecimalSign, Evidence};

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
fn confidence(confidence: f32) -> &'static str {
    match confidence {
        0.9.. => tr_str("sure", "sûr"),
        0.7.. => tr_str("likely", "probable"),
        _ => tr_str("a guess", "supposé"),
    }
}

/// Evidence for the target of a column; empty for its own name, the user's choice, and no target.
pub fn evidence(evidence: Evidence, sure: f32) -> String {
    match evidence {
        Evidence::Name => confidence(sure).to_owned(),
        Evidence::Values => tr("likely, by its values", "probable, d’après ses valeurs"),
        Evidence::Exact | Evidence::Manual | Evidence::None => String::new(),
    }
}

/// Option that reads a column where another one of the same field is empty.
pub fn completes(field: &str, first: &str) -> String {
    tr(format!("{field}, where “{first}” is empty"), format!("{field}, là où « {first} » est vide"))
}

/// Notes on the cells of a column that were not read as they are.
pub fn column_notes(column: &ColumnMapping, counts: CellCounts) -> Vec<String> {
    let CellFormat { decimal, fractions, insee_codes } = column.format;
    let decimal = match decimal {
        DecimalSign::Comma => Some(tr_str("decimal comma", "virgule décimale")),
        DecimalSign::Mixed => Some(tr_str("decimal commas and points", "virgules et points décimaux")),
        DecimalSign::Point | DecimalSign::Undecided => None,
    };
    let fractions = fractions.then(|| tr_str("0.75 read as 75", "0,75 lu comme 75"));
    let codes = insee_codes.then(|| tr_str("read as codes of INSEE", "lus comme codes de l’INSEE"));
    let format = [decimal, fractions, codes].into_iter().flatten().map(str::to_owned);
    let unwrapped = number_note(counts.unwrapped, ("without quotes", "sans guillemets"));
    let ambiguous = number_note(
        counts.ambiguous,
        ("with two readings: a point is decimal", "à deux lectures : le point est décimal"),
    );
    let completed = (column.fallback > 0)
        .then(|| number_note(counts.completed, ("used where others are empty", "lues là où d’autres sont vides")))
        .flatten();
    format.chain([completed, unwrapped, ambiguous].into_iter().flatten()).collect()
}

/// Number of cells with a remark in English and French; `None` for 0.
fn number_note(number: u64, (english, french): (&str, &str)) -> Option<String> {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    match number {
        0 => None,
        1 => Some(tr(format!("1 cell {english}"), format!("1 cellule {french}"))),
        _ => Some(tr(format!("{} cells {english}", count(number)), format!("{} cellules {french}", count(number)))),
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

/// Sheet that was read, and the number of sheets that it was chosen from.
pub fn sheet(sheet: &SheetInfo) -> String {
    let SheetInfo { name, candidates } = sheet;
    match candidates {
        0 | 1 => tr(format!("Read from the sheet “{name}”."), format!("Lu dans la feuille « {name} ».")),
        _ => tr(
            format!("Read from the sheet “{name}”, the one of {candidates} with the most cells."),
            format!("Lu dans la feuille « {name} », celle des {candidates} qui a le plus de cellules."),
        ),
    }
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
