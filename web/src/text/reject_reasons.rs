//! Error messages of rows and fields, and their remedies.

use super::{tr, tr_str};
use crate::format::count;
use crate::protocol::RejectGroup;
use scorer::lead::Fault;
use scorer::lead::csv::Reason;

/// Requirement that a value violates.
pub fn value_error(fault: &Fault) -> String {
    match fault {
        Fault::TooSmall { min } => tr(format!("should be at least {min}"), format!("devrait valoir au moins {min}")),
        Fault::TooLarge { max } => tr(format!("should be at most {max}"), format!("devrait valoir au plus {max}")),
        Fault::Fraction | Fault::NotIntegerText | Fault::NotInteger => {
            tr("should be a whole number", "devrait être un nombre entier")
        }
        Fault::NotFinite => tr("should be a finite number", "devrait être un nombre fini"),
        Fault::NotNumberText | Fault::NotNumber => tr("should be a number", "devrait être un nombre"),
        Fault::NotText => tr("should be a text", "devrait être un texte"),
        Fault::TooLong { max_chars } => tr(
            format!("should have at most {max_chars} characters"),
            format!("devrait avoir au plus {max_chars} caractères"),
        ),
        Fault::LoneSurrogate => tr("should be valid Unicode", "devrait être de l’Unicode valide"),
    }
}

/// Reason of a rejected row.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Cell { fault, shown } => {
            let fault = value_error(fault);
            tr(format!("{fault}, but is {shown}"), format!("{fault}, mais contient {shown}"))
        }
        Reason::Infinite => value_error(&Fault::NotFinite),
        Reason::Width { cells, columns } => tr(
            format!("has {cells} cells where there are {columns} columns"),
            format!("a {cells} cellules pour {columns} colonnes"),
        ),
        Reason::NotUtf8 => tr("is not text in UTF-8", "n’est pas un texte en UTF-8"),
        Reason::TooLong { kilobytes_max } => {
            tr(format!("is longer than {kilobytes_max} KB"), format!("dépasse {kilobytes_max} Ko"))
        }
        Reason::OpenQuote => tr("a quote opens here that is never closed", "un guillemet s’ouvre ici sans se fermer"),
        Reason::Unscored { told } => tr(told.clone(), format!("le modèle n’a pas de réponse ({told})")),
    }
}

/// Heading of a group of rejects.
pub fn reject_group(group: &RejectGroup) -> String {
    let rows = match group.count {
        1 => tr("1 row", "1 ligne"),
        number => tr(format!("{} rows", count(number)), format!("{} lignes", count(number))),
    };
    let kind = group.lines.first().map_or("", |line| reject_kind(&line.reason));
    match &group.column {
        Some(column) => tr(format!("{rows}, column {column}: {kind}"), format!("{rows}, colonne {column} : {kind}")),
        None => tr(format!("{rows}: {kind}"), format!("{rows} : {kind}")),
    }
}

/// Common error of a group.
fn reject_kind(reason: &Reason) -> &'static str {
    match reason {
        Reason::Cell { fault: Fault::TooSmall { .. }, .. } => tr_str("number too small", "nombre trop petit"),
        Reason::Cell { fault: Fault::TooLarge { .. }, .. } => tr_str("number too large", "nombre trop grand"),
        Reason::Cell { fault: Fault::TooLong { .. }, .. } => tr_str("text too long", "texte trop long"),
        Reason::Cell { fault: Fault::NotText | Fault::LoneSurrogate, .. } => tr_str("not a text", "pas un texte"),
        Reason::Cell { .. } | Reason::Infinite => tr_str("not a number", "pas un nombre"),
        Reason::Width { .. } => tr_str("cells out of place", "cellules décalées"),
        Reason::NotUtf8 => tr_str("unreadable characters", "caractères illisibles"),
        Reason::TooLong { .. } => tr_str("row too long", "ligne trop longue"),
        Reason::OpenQuote => tr_str("a quote that is never closed", "un guillemet jamais fermé"),
        Reason::Unscored { .. } => tr_str("no answer from the model", "aucune réponse du modèle"),
    }
}

/// Remedy of a group.
pub fn remedy(reason: &Reason) -> &'static str {
    match reason {
        Reason::Cell { fault: Fault::TooSmall { .. } | Fault::TooLarge { .. }, .. } => tr_str(
            "Correct or empty these cells. If the column means something else, say so under “Change what they mean”.",
            "Corrigez ou videz ces cellules. Si la colonne veut dire autre chose, indiquez-le sous « Changer leur sens ».",
        ),
        Reason::Cell { fault: Fault::TooLong { .. }, .. } => {
            tr_str("Shorten these texts, or empty the cells.", "Raccourcissez ces textes, ou videz les cellules.")
        }
        Reason::Cell { fault: Fault::NotText | Fault::LoneSurrogate, .. } => {
            tr_str("Type these texts anew, or empty the cells.", "Retapez ces textes, ou videz les cellules.")
        }
        Reason::Cell { .. } | Reason::Infinite => tr_str(
            "Leave only a number in these cells, or nothing. If the column is not one of numbers, say so under “Change \
             what they mean”.",
            "Ne laissez qu’un nombre dans ces cellules, ou rien. Si la colonne n’en contient pas, indiquez-le sous \
             « Changer leur sens ».",
        ),
        Reason::Width { .. } => tr_str(
            "A comma, a quote or a line break inside a text has shifted the cells: export the list once more, or put \
             such texts in quotes.",
            "Une virgule, un guillemet ou un retour à la ligne dans un texte a décalé les cellules : exportez la liste \
             encore une fois, ou mettez ces textes entre guillemets.",
        ),
        Reason::NotUtf8 => tr_str(
            "Save the list as “CSV UTF-8” and choose it once more.",
            "Enregistrez la liste en « CSV UTF-8 » et choisissez-la encore une fois.",
        ),
        Reason::TooLong { .. } => tr_str(
            "No lead is as long as that: look for a quote before it that is never closed.",
            "Aucun prospect n’est aussi long : cherchez avant lui un guillemet jamais fermé.",
        ),
        Reason::OpenQuote => tr_str("Close the quote, or remove it.", "Fermez le guillemet, ou retirez-le."),
        Reason::Unscored { .. } => tr_str(
            "Look for unusual numbers in these rows, and empty those cells.",
            "Cherchez des nombres inhabituels dans ces lignes, et videz ces cellules.",
        ),
    }
}
