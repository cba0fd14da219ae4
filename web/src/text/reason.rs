//! Words of what is wrong with a row or a field, and of what to do about it.

use super::{pick, say};
use crate::agent::RejectGroup;
use crate::format::count;
use scorer::lead::ValueError;
use scorer::lead::csv::RejectReason;

/// What a value should be.
pub fn fault(fault: &ValueError) -> String {
    match fault {
        ValueError::TooSmall { min } => {
            say(format!("should be at least {min}"), format!("devrait valoir au moins {min}"))
        }
        ValueError::TooLarge { max } => {
            say(format!("should be at most {max}"), format!("devrait valoir au plus {max}"))
        }
        ValueError::Fraction | ValueError::NotIntegerText | ValueError::NotInteger => {
            say("should be a whole number", "devrait être un nombre entier")
        }
        ValueError::NotFinite => say("should be a finite number", "devrait être un nombre fini"),
        ValueError::NotNumberText | ValueError::NotNumber => say("should be a number", "devrait être un nombre"),
        ValueError::NotText => say("should be a text", "devrait être un texte"),
        ValueError::TooLong { max_chars } => say(
            format!("should have at most {max_chars} characters"),
            format!("devrait avoir au plus {max_chars} caractères"),
        ),
        ValueError::LoneSurrogate => say("should be valid Unicode", "devrait être de l’Unicode valide"),
    }
}

/// What is wrong with a row.
pub fn reason(reason: &RejectReason) -> String {
    match reason {
        RejectReason::Cell { error, shown } => {
            let fault = self::fault(error);
            say(format!("{fault}, but is {shown}"), format!("{fault}, mais contient {shown}"))
        }
        RejectReason::Infinite => fault(&ValueError::NotFinite),
        RejectReason::Width { cells, columns } => say(
            format!("has {cells} cells where there are {columns} columns"),
            format!("a {cells} cellules pour {columns} colonnes"),
        ),
        RejectReason::NotUtf8 => say("is not text in UTF-8", "n’est pas un texte en UTF-8"),
        RejectReason::TooLong { kilobytes_max } => {
            say(format!("is longer than {kilobytes_max} KB"), format!("dépasse {kilobytes_max} Ko"))
        }
        RejectReason::OpenQuote => {
            say("a quote opens here that is never closed", "un guillemet s’ouvre ici sans se fermer")
        }
        RejectReason::Unscored { message } => say(message.clone(), format!("le modèle n’a pas de réponse ({message})")),
    }
}

/// Heads rows that have the same thing wrong.
pub fn reject_group(group: &RejectGroup) -> String {
    let rows = match group.count {
        1 => say("1 row", "1 ligne"),
        number => say(format!("{} rows", count(number)), format!("{} lignes", count(number))),
    };
    let what = group.lines.first().map_or("", |line| kind(&line.reason));
    match &group.column {
        Some(column) => say(format!("{rows}, column {column}: {what}"), format!("{rows}, colonne {column} : {what}")),
        None => say(format!("{rows}: {what}"), format!("{rows} : {what}")),
    }
}

/// What rows of one kind have in common.
fn kind(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::Cell { error: ValueError::TooSmall { .. }, .. } => pick("number too small", "nombre trop petit"),
        RejectReason::Cell { error: ValueError::TooLarge { .. }, .. } => pick("number too large", "nombre trop grand"),
        RejectReason::Cell { error: ValueError::TooLong { .. }, .. } => pick("text too long", "texte trop long"),
        RejectReason::Cell { error: ValueError::NotText | ValueError::LoneSurrogate, .. } => {
            pick("not a text", "pas un texte")
        }
        RejectReason::Cell { .. } | RejectReason::Infinite => pick("not a number", "pas un nombre"),
        RejectReason::Width { .. } => pick("cells out of place", "cellules décalées"),
        RejectReason::NotUtf8 => pick("unreadable characters", "caractères illisibles"),
        RejectReason::TooLong { .. } => pick("row too long", "ligne trop longue"),
        RejectReason::OpenQuote => pick("a quote that is never closed", "un guillemet jamais fermé"),
        RejectReason::Unscored { .. } => pick("no answer from the model", "aucune réponse du modèle"),
    }
}

/// What to do about it.
pub fn remedy(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::Cell { error: ValueError::TooSmall { .. } | ValueError::TooLarge { .. }, .. } => pick(
            "Correct or empty these cells. If the column means something else, say so under “Change what they mean”.",
            "Corrigez ou videz ces cellules. Si la colonne veut dire autre chose, indiquez-le sous « Changer leur sens ».",
        ),
        RejectReason::Cell { error: ValueError::TooLong { .. }, .. } => {
            pick("Shorten these texts, or empty the cells.", "Raccourcissez ces textes, ou videz les cellules.")
        }
        RejectReason::Cell { error: ValueError::NotText | ValueError::LoneSurrogate, .. } => {
            pick("Type these texts anew, or empty the cells.", "Retapez ces textes, ou videz les cellules.")
        }
        RejectReason::Cell { .. } | RejectReason::Infinite => pick(
            "Leave only a number in these cells, or nothing. If the column is not one of numbers, say so under “Change \
             what they mean”.",
            "Ne laissez qu’un nombre dans ces cellules, ou rien. Si la colonne n’en contient pas, indiquez-le sous \
             « Changer leur sens ».",
        ),
        RejectReason::Width { .. } => pick(
            "A comma, a quote or a line break inside a text has shifted the cells: export the list once more, or put \
             such texts in quotes.",
            "Une virgule, un guillemet ou un retour à la ligne dans un texte a décalé les cellules : exportez la liste \
             encore une fois, ou mettez ces textes entre guillemets.",
        ),
        RejectReason::NotUtf8 => pick(
            "Save the list as “CSV UTF-8” and choose it once more.",
            "Enregistrez la liste en « CSV UTF-8 » et choisissez-la encore une fois.",
        ),
        RejectReason::TooLong { .. } => pick(
            "No lead is as long as that: look for a quote before it that is never closed.",
            "Aucun prospect n’est aussi long : cherchez avant lui un guillemet jamais fermé.",
        ),
        RejectReason::OpenQuote => pick("Close the quote, or remove it.", "Fermez le guillemet, ou retirez-le."),
        RejectReason::Unscored { .. } => pick(
            "Look for unusual numbers in these rows, and empty those cells.",
            "Cherchez des nombres inhabituels dans ces lignes, et videz ces cellules.",
        ),
    }
}
