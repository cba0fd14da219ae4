//! Texts of the export panel: files, clipboard, project.

use super::{leads, tr, tr_str};
use crate::format::count;
use crate::protocol::{Export, ExportFormat, ExportScope};

translations! {
    /// Heading of the scopes.
    export_scope: "Which leads", "Quels prospects";
    /// Heading of the formats.
    export_format: "As", "Sous forme de";
    /// Option of the top leads.
    export_top: "The best", "Les meilleurs";
    /// Download button.
    export_download: "Download", "Télécharger";
    /// Copy button.
    copy: "Copy", "Copier";
    /// Confirmation of a copy.
    copied: "Copied", "Copié";
    /// Button that saves the project.
    save_project: "Save as a project", "Enregistrer comme projet";
    /// Explanation of projects.
    project_hint: "A project holds your file, your marks, the columns’ meanings and what you filtered, in one file that you keep. Drop it here to go on. It is not encrypted: keep it as you keep the list itself.",
        "Un projet contient votre fichier, vos suivis, le sens des colonnes et vos filtres, dans un seul fichier que vous gardez. Déposez-le ici pour continuer. Il n’est pas chiffré : gardez-le comme la liste elle-même.";
    /// Download button while an export is pending.
    downloading: "Preparing…", "Préparation…";
    /// Header of the mark column in exports.
    mark_column: "mark", "suivi";
    /// Hint about the spreadsheet format.
    spreadsheet_hint: "Opens in Excel with a double click. Cells that Excel would run as a formula get an apostrophe in front.",
        "S’ouvre dans Excel d’un double clic. Les cellules qu’Excel exécuterait comme formule reçoivent une apostrophe.";
    /// Hint about the plain CSV format.
    data_hint: "Every column of your file untouched, identifiers too, and ours behind them.",
        "Toutes les colonnes de votre fichier intactes, identifiants compris, et les nôtres derrière.";
    /// Hint about the JSON format.
    json_hint: "One object per lead, for programmers.", "Un objet par prospect, pour les programmeurs.";
}

/// Name of a scope, with its number of leads.
pub fn scope(scope: ExportScope, number: u32) -> String {
    let number = leads(number);
    match scope {
        ExportScope::All => tr(format!("All {number}"), format!("Tous : {number}")),
        ExportScope::Found => {
            tr(format!("The {number} that match the filters"), format!("Ceux qui correspondent aux filtres : {number}"))
        }
        ExportScope::Selected => tr(format!("The selected: {number}"), format!("La sélection : {number}")),
        ExportScope::Top(_) => export_top().to_owned(),
    }
}

/// Name of a format.
pub fn format(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::SpreadsheetCsv => tr_str("a CSV for Excel", "CSV pour Excel"),
        ExportFormat::PlainCsv => tr_str("a CSV for a CRM", "CSV pour un CRM"),
        ExportFormat::Json => tr_str("JSON", "JSON"),
    }
}

/// Hint about a format.
pub fn format_hint(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::SpreadsheetCsv => spreadsheet_hint(),
        ExportFormat::PlainCsv => data_hint(),
        ExportFormat::Json => json_hint(),
    }
}

/// Message for more leads than the clipboard limit.
pub fn too_many_to_copy(limit: u32) -> String {
    tr(
        format!("The clipboard takes {} leads at most: select fewer, or download them.", count(limit)),
        format!(
            "Le presse-papiers prend {} prospects au plus : sélectionnez-en moins, ou téléchargez-les.",
            count(limit)
        ),
    )
}

/// File name of an export.
pub fn export_name(what: Export, file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let ranked = tr("ranked", "classes");
    match what {
        Export::Leads { format: ExportFormat::Json, .. } => format!("{stem}-{ranked}.json"),
        Export::Leads { .. } | Export::Clipboard { .. } => format!("{stem}-{ranked}.csv"),
        Export::Rejects => format!("{stem}-{}.csv", tr("not-scored", "non-evalues")),
        Export::Project => format!("{stem}.leadlight"),
    }
}
