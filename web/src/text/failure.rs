//! Words of what went wrong, and what to do about it.

use super::{field_label, say};
use crate::agent::{Failure, FieldFault, WorkbookFault};
use crate::format::{bytes, count};
use crate::state::{Notice, Stop};

/// Why leads cannot be scored at all.
pub fn stop(stop: &Stop) -> String {
    match stop {
        Stop::Unfetched { name } => say(
            format!("A part of this page did not arrive ({name}). Check your connection and reload the page."),
            format!(
                "Une partie de cette page n’est pas arrivée ({name}). Vérifiez votre connexion et rechargez la page."
            ),
        ),
        Stop::Unstarted => say(
            "This browser did not start the part that scores. Reload the page; if that does not help, try a current \
             Chrome, Edge, Firefox or Safari.",
            "Ce navigateur n’a pas lancé la partie qui évalue. Rechargez la page ; si cela n’aide pas, essayez un Chrome, \
             Edge, Firefox ou Safari récent.",
        ),
        Stop::Models { reason } => say(
            format!("The model on this site cannot be used: {reason}. Tell whoever runs it."),
            format!("Le modèle de ce site est inutilisable : {reason}. Prévenez qui s’en occupe."),
        ),
    }
}

/// Something to tell.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Restarted => say(
            "The part that scores stopped unexpectedly and was started again. Nothing was sent anywhere; please choose \
             your file once more.",
            "La partie qui évalue s’est arrêtée de façon inattendue et a été relancée. Rien n’a été envoyé ; choisissez \
             votre fichier encore une fois.",
        ),
        Notice::Cancelled => {
            say("Stopped. Nothing was kept of that file.", "Arrêté. Rien de ce fichier n’a été gardé.")
        }
        Notice::Unreadable { file, failure, .. } => {
            say(format!("{file}: {}", self::failure(failure)), format!("{file} : {}", self::failure(failure)))
        }
        Notice::ModelRefused { reason } => say(
            format!("This model cannot be used: {reason}. The one before stays in use."),
            format!("Ce modèle est inutilisable : {reason}. Le précédent reste utilisé."),
        ),
        Notice::ModelChanged => say(
            "This project was saved with another model: its leads were scored anew with the one in use.",
            "Ce projet a été enregistré avec un autre modèle : ses prospects ont été évalués avec celui utilisé ici.",
        ),
    }
}

/// Why a file gives no list, and what to do.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Unavailable => say(
            "The browser cannot read this file any more. Was it moved, changed or still open in another program? Choose \
             it once more.",
            "Le navigateur ne peut plus lire ce fichier. A-t-il été déplacé, modifié, ou est-il ouvert dans un autre \
             programme ? Choisissez-le encore une fois.",
        ),
        Failure::TooLarge { bytes_max } => too_large(&bytes(*bytes_max)),
        Failure::Empty => say(
            "The file is empty. Choose a list with one lead per row.",
            "Le fichier est vide. Choisissez une liste avec un prospect par ligne.",
        ),
        Failure::NoRows => say(
            "The file has column names, but no leads below them.",
            "Le fichier a des noms de colonnes, mais aucun prospect en dessous.",
        ),
        Failure::NotText { hint } => not_text(hint),
        Failure::OpenHeader | Failure::HeaderTooLong | Failure::TooManyColumns => header(failure),
        Failure::NoKnownColumn { found } => say(
            format!(
                "None of the columns is one that the model knows. Found: {found}. Known are, for example, jobtitle, \
                 industry, companysize and location: rename your columns to these in the first line."
            ),
            format!(
                "Aucune colonne n’est connue du modèle. Trouvé : {found}. Sont connues, par exemple, jobtitle, industry, \
                 companysize et location : renommez ainsi vos colonnes dans la première ligne."
            ),
        ),
        Failure::DuplicateColumn { column } => say(
            format!("The column “{column}” stands in the file twice. Remove or rename one of the two."),
            format!("La colonne « {column} » figure deux fois dans le fichier. Retirez ou renommez l’une des deux."),
        ),
        Failure::TooBroken { line } => say(
            format!(
                "Too many rows are broken. From line {line} on, quotes open that are never closed: check that every \
                 quoted text ends with a quote."
            ),
            format!(
                "Trop de lignes sont abîmées. À partir de la ligne {line}, des guillemets s’ouvrent sans se fermer : \
                 vérifiez que chaque texte entre guillemets en a deux."
            ),
        ),
        Failure::NoLeads { rows, .. } => no_leads(*rows),
        Failure::Unscored { reason } => say(
            format!("The model could not score this file: {reason}."),
            format!("Le modèle n’a pas pu évaluer ce fichier : {reason}."),
        ),
        Failure::Workbook { fault } => workbook(*fault),
        Failure::BrokenProject => say(
            "This project file is damaged or of a newer version. Choose the list that it was made from.",
            "Ce fichier de projet est abîmé ou d’une version plus récente. Choisissez la liste dont il est issu.",
        ),
    }
}

fn workbook(fault: WorkbookFault) -> String {
    match fault {
        WorkbookFault::Protected => say(
            "This workbook is protected by a password. Save a copy without one, or the sheet as “CSV UTF-8”.",
            "Ce classeur est protégé par un mot de passe. Enregistrez une copie sans, ou la feuille en « CSV UTF-8 ».",
        ),
        WorkbookFault::OldFormat => say(
            "This file is of the format before .xlsx. Open it in your spreadsheet and save it as .xlsx.",
            "Ce fichier est au format d’avant .xlsx. Ouvrez-le dans votre tableur et enregistrez-le en .xlsx.",
        ),
        WorkbookFault::NoWorkbook => say(
            "This is an archive, but no workbook (.xlsx). Unpack it and choose the list in it.",
            "C’est une archive, mais pas un classeur (.xlsx). Décompressez-la et choisissez la liste.",
        ),
        WorkbookFault::TooLarge => say(
            "This workbook is larger than this page can unpack. Save its sheet as “CSV UTF-8” and choose that.",
            "Ce classeur est plus grand que ce que cette page peut décompresser. Enregistrez la feuille en « CSV UTF-8 ».",
        ),
        _ => say(
            "This workbook is damaged. Open it in your spreadsheet and save it anew, or save its sheet as “CSV UTF-8”.",
            "Ce classeur est abîmé. Ouvrez-le dans votre tableur et enregistrez-le à nouveau, ou en « CSV UTF-8 ».",
        ),
    }
}

fn too_large(most: &str) -> String {
    say(
        format!(
            "The file is larger than this page can hold ({most}). Split it, or rank it on the command line: leadlight \
             score leads.csv -o ranked.csv."
        ),
        format!(
            "Le fichier est plus grand que ce que cette page peut tenir ({most}). Coupez-le, ou classez-le en ligne de \
             commande : leadlight score leads.csv -o ranked.csv."
        ),
    )
}

fn not_text(hint: &str) -> String {
    if hint.is_empty() {
        return say(
            "This is not a CSV text. Save your list as “CSV UTF-8” and choose that.",
            "Ce n’est pas un texte CSV. Enregistrez votre liste en « CSV UTF-8 » et choisissez ce fichier.",
        );
    }
    say(
        format!("This is not a CSV text{hint}. What is needed is a list with one lead per row."),
        format!("Ce n’est pas un texte CSV{hint}. Il faut une liste avec un prospect par ligne."),
    )
}

fn header(failure: &Failure) -> String {
    match failure {
        Failure::OpenHeader => say(
            "In the first line a quote opens that is never closed. Every quoted column name must end with a quote.",
            "Dans la première ligne, un guillemet s’ouvre sans se fermer. Chaque nom de colonne entre guillemets doit en \
             avoir deux.",
        ),
        Failure::HeaderTooLong => say(
            "The first line does not end within a megabyte. A CSV has its column names there, separated by commas.",
            "La première ligne ne finit pas avant un mégaoctet. Un CSV y a ses noms de colonnes, séparés par des virgules.",
        ),
        _ => say(
            "The file has more columns than a list of leads can have (4,096). Is it a CSV with one lead per row?",
            "Le fichier a plus de colonnes qu’une liste de prospects ne peut en avoir (4 096). Est-ce bien un CSV avec un \
             prospect par ligne ?",
        ),
    }
}

fn no_leads(rows: u32) -> String {
    match rows {
        1 => say(
            "The only row holds no usable lead; below is the reason.",
            "La seule ligne ne contient pas de prospect utilisable ; voici pourquoi.",
        ),
        rows => say(
            format!("None of the {} rows holds a usable lead; below are the reasons.", count(rows)),
            format!("Aucune des {} lignes ne contient de prospect utilisable ; voici pourquoi.", count(rows)),
        ),
    }
}

/// One thing that is wrong in the form.
pub fn field_fault(fault: &FieldFault) -> String {
    match fault {
        FieldFault::Field { field, fault } => format!("{} {}.", field_label(field), super::fault(fault)),
        FieldFault::Lead { reason } => say(
            format!("The lead cannot be scored: {reason}."),
            format!("Ce prospect ne peut pas être évalué : {reason}."),
        ),
    }
}
