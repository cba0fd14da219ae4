//! Error messages of rows and fields, and their remedies.

use super::{tr, tr_str};
use crate::format::count;
use crate::protocol::RejectGroup;
use scorer::lead::ValueError;
use scorer::lead::csv::RejectReason;

/// Requirement that a value violates.
pub fn value_error(error: &ValueError) -> String {
    match error {
        ValueError::TooSmall { min } => {
            tr(format!("should be at least {min}"), format!("devrait valoir au moins {min}"))
        }
        ValueError::TooLarge { max } => tr(format!("should be at most {max}"), format!("devrait valoir au plus {max}")),
        ValueError::Fraction | ValueError::NotIntegerText | ValueError::NotInteger => {
            tr("should be a whole number", "devrait être un nombre entier")
        }
        ValueError::NotFinite => tr("should be a finite number", "devrait être un nombre fini"),
        ValueError::NotNumberText | ValueError::NotNumber => tr("should be a number", "devrait être un nombre"),
        ValueError::NotText => tr("should be a text", "devrait être un texte"),
        ValueError::TooLong { max_chars } => tr(
            format!("should have at most {max_chars} characters"),
            format!("devrait avoir au plus {max_chars} caractères"),
        ),
        ValueError::LoneSurrogate => tr("should be valid Unicode", "devrait être de l’Unicode valide"),
    }
}

/// Reason of a rejected row.
pub fn reason(reason: &RejectReason) -> String {
    match reason {
        RejectReason::Cell { error, shown } => {
            let error = value_error(error);
            tr(format!("{error}, but is {shown}"), format!("{error}, mais contient {shown}"))
        }
        RejectReason::Infinite => value_error(&ValueError::NotFinite),
        RejectReason::Width { cells, columns } => tr(
            format!("has {cells} cells where there are {columns} columns"),
            format!("a {cells} cellules pour {columns} colonnes"),
        ),
        RejectReason::NotUtf8 => tr("is not text in UTF-8", "n’est pas un texte en UTF-8"),
        RejectReason::TooLong { kilobytes_max } => {
            tr(format!("is longer than {kilobytes_max} KB"), format!("dépasse {kilobytes_max} Ko"))
        }
        RejectReason::OpenQuote => {
            tr("a quote opens here that is never closed", "un guillemet s’ouvre ici sans se fermer")
        }
        RejectReason::Unscored { message } => tr(message.clone(), format!("le modèle n’a pas de réponse ({message})")),
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
fn reject_kind(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::Cell { error: ValueError::TooSmall { .. }, .. } => {
            tr_str("number too small", "nombre trop petit")
        }
        RejectReason::Cell { error: ValueError::TooLarge { .. }, .. } => {
            tr_str("number too large", "nombre trop grand")
        }
        RejectReason::Cell { error: ValueError::TooLong { .. }, .. } => tr_str("text too long", "texte trop long"),
        RejectReason::Cell { error: ValueError::NotText | ValueError::LoneSurrogate, .. } => {
            tr_str("not a text", "pas un texte")
        }
        RejectReason::Cell { .. } | RejectReason::Infinite => tr_str("not a number", "pas un nombre"),
        RejectReason::Width { .. } => tr_str("cells out of place", "cellules décalées"),
        RejectReason::NotUtf8 => tr_str("unreadable characters", "caractères illisibles"),
        RejectReason::TooLong { .. } => tr_str("row too long", "ligne trop longue"),
        RejectReason::OpenQuote => tr_str("a quote that is never closed", "un guillemet jamais fermé"),
        RejectReason::Unscored { .. } => tr_str("no answer from the model", "aucune réponse du modèle"),
    }
}

/// Remedy of a group.
pub fn remedy(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::Cell { error: ValueError::TooSmall { .. } | ValueError::TooLarge { .. }, .. } => tr_str(
            "Correct or empty these cells. If the column means something else, say so under “Change what they mean”.",
            "Corrigez ou videz ces cellules. Si la colonne veut dire autre chose, indiquez-le sous « Changer leur sens ».",
        ),
        RejectReason::Cell { error: ValueError::TooLong { .. }, .. } => {
            tr_str("Shorten these texts, or empty the cells.", "Raccourcissez ces textes, ou videz les cellules.")
        }
        RejectReason::Cell { error: ValueError::NotText | ValueError::LoneSurrogate, .. } => {
            tr_str("Type these texts anew, or empty the cells.", "Retapez ces textes, ou videz les cellules.")
        }
        RejectReason::Cell { .. } | RejectReason::Infinite => tr_str(
            "Leave only a number in these cells, or nothing. If the column is not one of numbers, say so under “Change \
             what they mean”.",
            "Ne laissez qu’un nombre dans ces cellules, ou rien. Si la colonne n’en contient pas, indiquez-le sous \
             « Changer leur sens ».",
        ),
        RejectReason::Width { .. } => tr_str(
            "A comma, a quote or a line break inside a text has shifted the cells: export the list once more, or put \
             such texts in quotes.",
            "Une virgule, un guillemet ou un retour à la ligne dans un texte a décalé les cellules : exportez la liste \
             encore une fois, ou mettez ces textes entre guillemets.",
        ),
        RejectReason::NotUtf8 => tr_str(
            "Save the list as “CSV UTF-8” and choose it once more.",
            "Enregistrez la liste en « CSV UTF-8 » et choisissez-la encore une fois.",
        ),
        RejectReason::TooLong { .. } => tr_str(
            "No lead is as long as that: look for a quote before it that is never closed.",
            "Aucun prospect n’est aussi long : cherchez avant lui un guillemet jamais fermé.",
        ),
        RejectReason::OpenQuote => tr_str("Close the quote, or remove it.", "Fermez le guillemet, ou retirez-le."),
        RejectReason::Unscored { .. } => tr_str(
            "Look for unusual numbers in these rows, and empty those cells.",
            "Cherchez des nombres inhabituels dans ces lignes, et videz ces cellules.",
        ),
    }
}
