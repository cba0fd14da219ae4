//! Words of what a user takes out of the page: files, the clipboard, the project.

use super::{leads, pick, say};
use crate::agent::{Export, FileForm, Which};
use crate::format::count;

words! {
    /// Heads what can be taken out.
    take_which: "Which leads", "Quels prospects";
    /// Heads the forms.
    take_form: "As", "Sous forme de";
    /// Those best by score.
    take_best: "The best", "Les meilleurs";
    /// Makes the file.
    take_file: "Download", "Télécharger";
    /// Puts them on the clipboard.
    copy: "Copy", "Copier";
    /// It is on the clipboard.
    copied: "Copied", "Copié";
    /// Saves the project.
    save_project: "Save as a project", "Enregistrer comme projet";
    /// What a project is.
    project_hint: "A project holds your file, your marks, the columns’ meanings and what you filtered, in one file that you keep. Drop it here to go on. It is not encrypted: keep it as you keep the list itself.",
        "Un projet contient votre fichier, vos suivis, le sens des colonnes et vos filtres, dans un seul fichier que vous gardez. Déposez-le ici pour continuer. Il n’est pas chiffré : gardez-le comme la liste elle-même.";
    /// While a download is being made.
    downloading: "Preparing…", "Préparation…";
    /// Name of the column of marks.
    mark_column: "mark", "suivi";
    /// What a spreadsheet's file does to cells that look like formulas.
    spreadsheet_hint: "Opens in Excel with a double click. Cells that Excel would run as a formula get an apostrophe in front.",
        "S’ouvre dans Excel d’un double clic. Les cellules qu’Excel exécuterait comme formule reçoivent une apostrophe.";
    /// What a file for other programs is.
    data_hint: "Every column of your file untouched, identifiers too, and ours behind them.",
        "Toutes les colonnes de votre fichier intactes, identifiants compris, et les nôtres derrière.";
    /// What a file of objects is.
    json_hint: "One object per lead, for programmers.", "Un objet par prospect, pour les programmeurs.";
}

/// Which leads, with how many that are.
pub fn which(which: Which, number: u32) -> String {
    let number = leads(number);
    match which {
        Which::All => say(format!("All {number}"), format!("Tous : {number}")),
        Which::Found => say(
            format!("The {number} that match the filters"),
            format!("Ceux qui correspondent aux filtres : {number}"),
        ),
        Which::Selected => say(format!("The selected: {number}"), format!("La sélection : {number}")),
        Which::Best(_) => take_best().to_owned(),
    }
}

/// A form of a file.
pub fn form(form: FileForm) -> &'static str {
    match form {
        FileForm::Spreadsheet => pick("a CSV for Excel", "CSV pour Excel"),
        FileForm::Data => pick("a CSV for a CRM", "CSV pour un CRM"),
        FileForm::Json => pick("JSON", "JSON"),
    }
}

/// What a form is good for.
pub fn form_hint(form: FileForm) -> &'static str {
    match form {
        FileForm::Spreadsheet => spreadsheet_hint(),
        FileForm::Data => data_hint(),
        FileForm::Json => json_hint(),
    }
}

/// More leads than the clipboard takes.
pub fn too_many_to_copy(most: u32) -> String {
    say(
        format!("The clipboard takes {} leads at most: select fewer, or download them.", count(most)),
        format!(
            "Le presse-papiers prend {} prospects au plus : sélectionnez-en moins, ou téléchargez-les.",
            count(most)
        ),
    )
}

/// The file name for what a user keeps of a file.
pub fn export_name(what: Export, file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let ranked = say("ranked", "classes");
    match what {
        Export::Leads { form: FileForm::Json, .. } => format!("{stem}-{ranked}.json"),
        Export::Leads { .. } | Export::Clipboard { .. } => format!("{stem}-{ranked}.csv"),
        Export::Rejects => format!("{stem}-{}.csv", say("not-scored", "non-evalues")),
        Export::Project => format!("{stem}.leadlight"),
    }
}
