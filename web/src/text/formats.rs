//! Errors of files that are no CSV, each with its remedy.

use super::tr;
use crate::protocol::WorkbookError;
use file_format::UnsupportedFormat;

/// Error of a conversion.
pub(super) fn workbook(error: WorkbookError) -> String {
    match error {
        WorkbookError::PasswordProtected => tr(
            "This workbook is protected by a password. Save a copy without one, or the sheet as “CSV UTF-8”.",
            "Ce classeur est protégé par un mot de passe. Enregistrez une copie sans, ou la feuille en « CSV UTF-8 ».",
        ),
        WorkbookError::Unsupported { format } => unsupported(format).to_owned(),
        WorkbookError::TooLarge => tr(
            "This file is larger than this page can unpack. Save its sheet as “CSV UTF-8” and choose that.",
            "Ce fichier est plus grand que ce que cette page peut décompresser. Enregistrez la feuille en « CSV UTF-8 ».",
        ),
        WorkbookError::NoTable => tr(
            "This is a web page without a table. Export the list as CSV or Excel where it comes from.",
            "C’est une page web sans tableau. Exportez la liste en CSV ou Excel là d’où elle vient.",
        ),
        WorkbookError::MalformedJson { line } => tr(
            format!("This is JSON, but broken in line {line}. Export it anew."),
            format!("C’est du JSON, mais abîmé à la ligne {line}. Exportez-le à nouveau."),
        ),
        WorkbookError::NoRecords => tr(
            "This is JSON without a list of leads. Export the list as CSV.",
            "C’est du JSON sans liste de prospects. Exportez la liste en CSV.",
        ),
        WorkbookError::TooManyColumns => tr(
            "This file has more columns than a list of leads can have (4,096). Export only those of the leads.",
            "Ce fichier a plus de colonnes qu’une liste de prospects ne peut en avoir (4 096). N’exportez que les leurs.",
        ),
        _ => tr(
            "This file is damaged. Open it in your spreadsheet and save it anew, or save its sheet as “CSV UTF-8”.",
            "Ce fichier est abîmé. Ouvrez-le dans votre tableur et enregistrez-le à nouveau, ou en « CSV UTF-8 ».",
        ),
    }
}

/// Format that holds no readable table, and the remedy.
fn unsupported(format: UnsupportedFormat) -> String {
    let (english, french) = match format {
        UnsupportedFormat::Archive => (
            "This is an archive or a compressed file. Unpack it and choose the list in it.",
            "C’est une archive ou un fichier compressé. Décompressez-la et choisissez la liste.",
        ),
        UnsupportedFormat::AppleNumbers => (
            "This is a Numbers spreadsheet. Export it from Numbers as CSV or Excel (.xlsx).",
            "C’est une feuille Numbers. Exportez-la depuis Numbers en CSV ou Excel (.xlsx).",
        ),
        UnsupportedFormat::BinaryWorkbook => (
            "This is a binary workbook (.xlsb). Save it in Excel as .xlsx.",
            "C’est un classeur binaire (.xlsb). Enregistrez-le dans Excel en .xlsx.",
        ),
        UnsupportedFormat::LegacyWorkbook => (
            "This workbook is of a very old format. Open it in your spreadsheet and save it as .xlsx.",
            "Ce classeur est d’un format très ancien. Ouvrez-le dans votre tableur et enregistrez-le en .xlsx.",
        ),
        UnsupportedFormat::TextDocument
        | UnsupportedFormat::Presentation
        | UnsupportedFormat::AppleDocument
        | UnsupportedFormat::OfficeDocument
        | UnsupportedFormat::RichText => (
            "This is a document, but no spreadsheet. Copy its table to a spreadsheet and save that as .xlsx.",
            "C’est un document, mais pas un tableur. Copiez son tableau dans un tableur et enregistrez en .xlsx.",
        ),
        UnsupportedFormat::Email => (
            "This is an e-mail. Save its attachment and choose that.",
            "C’est un e-mail. Enregistrez sa pièce jointe et choisissez-la.",
        ),
        UnsupportedFormat::Pdf | UnsupportedFormat::Image => (
            "This is a picture or a PDF document. Export the list as CSV or Excel where it comes from.",
            "C’est une image ou un document PDF. Exportez la liste en CSV ou Excel là d’où elle vient.",
        ),
        UnsupportedFormat::WebArchive => (
            "This is a web archive (.mht). Open it in your spreadsheet and save it as .xlsx.",
            "C’est une archive web (.mht). Ouvrez-la dans votre tableur et enregistrez-la en .xlsx.",
        ),
        UnsupportedFormat::ColumnarData | UnsupportedFormat::Database => (
            "This is a database or a data file. Export its table as CSV.",
            "C’est une base de données ou un fichier de données. Exportez sa table en CSV.",
        ),
        UnsupportedFormat::Contacts => (
            "These are contacts as vCards (.vcf). Export them as CSV.",
            "Ce sont des contacts en vCard (.vcf). Exportez-les en CSV.",
        ),
        UnsupportedFormat::OtherXml => (
            "This is XML, but no spreadsheet. Export the list as CSV or Excel (.xlsx).",
            "C’est du XML, mais pas une feuille de calcul. Exportez la liste en CSV ou Excel (.xlsx).",
        ),
    };
    tr(english, french)
}
