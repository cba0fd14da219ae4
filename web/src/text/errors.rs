//! Error messages, each with its remedy.

use super::{field_label, tr};
use crate::format::{bytes, count};
use crate::protocol::{FieldError, FileError};
use crate::state::{EngineError, Notice};

/// Startup error.
pub fn engine_error(error: &EngineError) -> String {
    match error {
        EngineError::AssetMissing { name } => tr(
            format!("A part of this page did not arrive ({name}). Check your connection and reload the page."),
            format!(
                "Une partie de cette page n’est pas arrivée ({name}). Vérifiez votre connexion et rechargez la page."
            ),
        ),
        EngineError::WorkerNotStarted => tr(
            "This browser did not start the part that scores. Reload the page; if that does not help, try a current \
             Chrome, Edge, Firefox or Safari.",
            "Ce navigateur n’a pas lancé la partie qui évalue. Rechargez la page ; si cela n’aide pas, essayez un Chrome, \
             Edge, Firefox ou Safari récent.",
        ),
        EngineError::ModelsRejected { reason } => tr(
            format!("The model on this site cannot be used: {reason}. Tell whoever runs it."),
            format!("Le modèle de ce site est inutilisable : {reason}. Prévenez qui s’en occupe."),
        ),
    }
}

/// Notice.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WorkerRestarted => tr(
            "The part that scores stopped unexpectedly and was started again. Nothing was sent anywhere; please choose \
             your file once more.",
            "La partie qui évalue s’est arrêtée de façon inattendue et a été relancée. Rien n’a été envoyé ; choisissez \
             votre fichier encore une fois.",
        ),
        Notice::Cancelled => tr("Stopped. Nothing was kept of that file.", "Arrêté. Rien de ce fichier n’a été gardé."),
        Notice::FileFailed { file, error, .. } => {
            tr(format!("{file}: {}", file_error(error)), format!("{file} : {}", file_error(error)))
        }
        Notice::ModelRejected { reason } => tr(
            format!("This model cannot be used: {reason}. The one before stays in use."),
            format!("Ce modèle est inutilisable : {reason}. Le précédent reste utilisé."),
        ),
        Notice::ModelChanged => tr(
            "This project was saved with another model: its leads were scored anew with the one in use.",
            "Ce projet a été enregistré avec un autre modèle : ses prospects ont été évalués avec celui utilisé ici.",
        ),
    }
}

/// Import error.
pub fn file_error(error: &FileError) -> String {
    match error {
        FileError::Unavailable => tr(
            "The browser cannot read this file any more. Was it moved, changed or still open in another program? Choose \
             it once more.",
            "Le navigateur ne peut plus lire ce fichier. A-t-il été déplacé, modifié, ou est-il ouvert dans un autre \
             programme ? Choisissez-le encore une fois.",
        ),
        FileError::TooLarge { bytes_max } => too_large(&bytes(*bytes_max)),
        FileError::Empty => tr(
            "The file is empty. Choose a list with one lead per row.",
            "Le fichier est vide. Choisissez une liste avec un prospect par ligne.",
        ),
        FileError::NoRows => tr(
            "The file has column names, but no leads below them.",
            "Le fichier a des noms de colonnes, mais aucun prospect en dessous.",
        ),
        FileError::NotText { hint } => not_text(hint),
        FileError::UnclosedHeaderQuote | FileError::HeaderTooLong | FileError::TooManyColumns => header(error),
        FileError::NoKnownColumn { found, .. } => tr(
            format!(
                "None of the columns is one that the model knows. Found: {found}. Choose below what a column means: \
                 job title, industry, company size or location, for example."
            ),
            format!(
                "Aucune colonne n’est connue du modèle. Trouvé : {found}. Choisissez ci-dessous le sens d’une colonne : \
                 intitulé du poste, secteur, taille de l’entreprise ou lieu, par exemple."
            ),
        ),
        FileError::DuplicateColumn { column } => tr(
            format!("The column “{column}” stands in the file twice. Remove or rename one of the two."),
            format!("La colonne « {column} » figure deux fois dans le fichier. Retirez ou renommez l’une des deux."),
        ),
        FileError::TooManyBrokenRows { line } => tr(
            format!(
                "Too many rows are broken. From line {line} on, quotes open that are never closed: check that every \
                 quoted text ends with a quote."
            ),
            format!(
                "Trop de lignes sont abîmées. À partir de la ligne {line}, des guillemets s’ouvrent sans se fermer : \
                 vérifiez que chaque texte entre guillemets en a deux."
            ),
        ),
        FileError::NoLeads { rows, .. } => no_leads(*rows),
        FileError::ScoringFailed { reason } => tr(
            format!("The model could not score this file: {reason}."),
            format!("Le modèle n’a pas pu évaluer ce fichier : {reason}."),
        ),
        FileError::Workbook { error } => super::formats::workbook(*error),
        FileError::DamagedProject => tr(
            "This project file is damaged or of a newer version. Choose the list that it was made from.",
            "Ce fichier de projet est abîmé ou d’une version plus récente. Choisissez la liste dont il est issu.",
        ),
    }
}

fn too_large(limit: &str) -> String {
    tr(
        format!(
            "The file is larger than this page can hold ({limit}). Split it, or rank it on the command line: leadlight \
             score leads.csv -o ranked.csv."
        ),
        format!(
            "Le fichier est plus grand que ce que cette page peut tenir ({limit}). Coupez-le, ou classez-le en ligne de \
             commande : leadlight score leads.csv -o ranked.csv."
        ),
    )
}

fn not_text(hint: &str) -> String {
    if hint.is_empty() {
        return tr(
            "This is not a CSV text. Save your list as “CSV UTF-8” and choose that.",
            "Ce n’est pas un texte CSV. Enregistrez votre liste en « CSV UTF-8 » et choisissez ce fichier.",
        );
    }
    tr(
        format!("This is not a CSV text{hint}. What is needed is a list with one lead per row."),
        format!("Ce n’est pas un texte CSV{hint}. Il faut une liste avec un prospect par ligne."),
    )
}

fn header(error: &FileError) -> String {
    match error {
        FileError::UnclosedHeaderQuote => tr(
            "In the first line a quote opens that is never closed. Every quoted column name must end with a quote.",
            "Dans la première ligne, un guillemet s’ouvre sans se fermer. Chaque nom de colonne entre guillemets doit en \
             avoir deux.",
        ),
        FileError::HeaderTooLong => tr(
            "The first line does not end within a megabyte. A CSV has its column names there, separated by commas.",
            "La première ligne ne finit pas avant un mégaoctet. Un CSV y a ses noms de colonnes, séparés par des virgules.",
        ),
        _ => tr(
            "The file has more columns than a list of leads can have (4,096). Is it a CSV with one lead per row?",
            "Le fichier a plus de colonnes qu’une liste de prospects ne peut en avoir (4 096). Est-ce bien un CSV avec un \
             prospect par ligne ?",
        ),
    }
}

fn no_leads(rows: u32) -> String {
    match rows {
        1 => tr(
            "The only row holds no usable lead; below is the reason.",
            "La seule ligne ne contient pas de prospect utilisable ; voici pourquoi.",
        ),
        rows => tr(
            format!("None of the {} rows holds a usable lead; below are the reasons.", count(rows)),
            format!("Aucune des {} lignes ne contient de prospect utilisable ; voici pourquoi.", count(rows)),
        ),
    }
}

/// Validation error of the form.
pub fn field_error(error: &FieldError) -> String {
    match error {
        FieldError::Field { field, error } => format!("{} {}.", field_label(field), super::value_error(error)),
        FieldError::Lead { reason } => tr(
            format!("The lead cannot be scored: {reason}."),
            format!("Ce prospect ne peut pas être évalué : {reason}."),
        ),
    }
}
