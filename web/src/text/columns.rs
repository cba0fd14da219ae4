//! Texts of the column mapping and of the detected file format.

use super::{dialect, tr, tr_str};
use crate::format::count;
use crate::protocol::{FileFormat, SheetInfo, SheetSource, UnseenValues};
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
    let missing_words =
        number_note(counts.missing_words, ("such as N/A taken as empty", "du genre N/A prises pour vides"));
    let completed = (column.fallback > 0)
        .then(|| number_note(counts.completed, ("used where others are empty", "lues là où d’autres sont vides")))
        .flatten();
    format.chain([completed, missing_words, unwrapped, ambiguous].into_iter().flatten()).collect()
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

/// Number of values that the model has never seen, with the most common ones.
pub fn unseen_values(unseen: &UnseenValues) -> String {
    let number = count(unseen.cells);
    let examples: Vec<String> =
        unseen.most_common.iter().map(|(value, cells)| format!("{value} ({})", count(*cells))).collect();
    let examples = examples.join(" · ");
    match unseen.cells {
        1 => tr(
            format!(" 1 value unknown to the model: {examples}"),
            format!(" 1 valeur inconnue du modèle : {examples}"),
        ),
        _ => tr(
            format!(" {number} values unknown to the model: {examples}"),
            format!(" {number} valeurs inconnues du modèle : {examples}"),
        ),
    }
}

/// Number of columns with values that the model has never seen.
pub fn columns_with_unseen_values(number: u32) -> String {
    match number {
        1 => tr(
            "1 column has values that the model does not know; they count as rare ones.",
            "1 colonne a des valeurs que le modèle ne connaît pas ; elles comptent comme rares.",
        ),
        number => tr(
            format!("{number} columns have values that the model does not know; they count as rare ones."),
            format!("{number} colonnes ont des valeurs que le modèle ne connaît pas ; elles comptent comme rares."),
        ),
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
    lines.extend(format.dialect.iter().flat_map(dialect));
    if format.header_line > 1.0 {
        lines.push(tr(
            format!("The columns are named on line {}; what stands above it was passed over.", format.header_line),
            format!("Les colonnes sont nommées ligne {} ; ce qui précède a été ignoré.", format.header_line),
        ));
    }
    lines.extend(cleaned(format));
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

/// Notes about rows that hold no lead and cells that were decoded.
fn cleaned(format: &FileFormat) -> Vec<String> {
    let mut lines = Vec::new();
    let shown: Vec<String> = format.skipped_lines.iter().map(f64::to_string).collect();
    let more = if format.skipped_rows as usize > shown.len() { "…" } else { "" };
    let shown = shown.join(", ");
    match format.skipped_rows {
        0 => {}
        1 => lines.push(tr(
            format!("1 row holds no lead (empty, total or header) and was passed over: line {shown}."),
            format!("1 ligne sans prospect (vide, total ou en-tête) a été ignorée : ligne {shown}."),
        )),
        rows => lines.push(tr(
            format!(
                "{} rows hold no lead (empty, total or header) and were passed over: lines {shown}{more}",
                count(rows)
            ),
            format!(
                "{} lignes sans prospect (vides, totaux ou en-têtes) ont été ignorées : lignes {shown}{more}",
                count(rows)
            ),
        )),
    }
    match format.html_cells {
        0 => {}
        1 => lines.push(tr(
            "1 cell had HTML codes such as &amp;, which were read as characters.",
            "1 cellule contenait des codes HTML comme &amp;, lus comme des caractères.",
        )),
        cells => lines.push(tr(
            format!("{} cells had HTML codes such as &amp;, which were read as characters.", count(cells)),
            format!("{} cellules contenaient des codes HTML comme &amp;, lus comme des caractères.", count(cells)),
        )),
    }
    lines
}
