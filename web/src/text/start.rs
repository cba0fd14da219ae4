//! Texts of the start page: claim, privacy guarantee, import progress.

use super::tr;
use crate::format::{bytes, count, duration};
use crate::state::ImportProgress;

translations! {
    /// Claim.
    claim: "Know whom to write to first.", "Sachez à qui écrire en premier.";
    /// Explanation of the claim.
    claim_detail: "Give it your list of leads, get it back ranked: the ones most likely to reply on top.",
        "Donnez-lui votre liste de prospects, elle revient classée : les plus susceptibles de répondre en tête.";
    /// Privacy guarantee.
    promise: "Your file never leaves this computer.", "Votre fichier ne quitte jamais cet ordinateur.";
    /// Button that opens the explanation of the guarantee.
    promise_more: "See for yourself", "Vérifiez vous-même";
    /// Title of the drop target.
    drop_here: "Drop a list here", "Déposez une liste ici";
    /// Title of the drop target while a file is dragged over it.
    drop_now: "Let go to rank it", "Lâchez pour la classer";
    /// Title of the drop target before files are accepted.
    drop_later: "One moment: getting ready…", "Un instant : préparation…";
    /// Hint about accepted files.
    drop_hint: "An export of LinkedIn, HubSpot or Apollo, CSV, Excel or JSON: its columns are recognised, and you can correct it.",
        "Un export de LinkedIn, HubSpot ou Apollo, CSV, Excel ou JSON : ses colonnes sont reconnues, et vous pouvez corriger.";
    /// Summary that unfolds the supported columns.
    which_columns: "Which columns?", "Quelles colonnes ?";
    /// Button of the file chooser.
    choose: "Choose a file", "Choisir un fichier";
    /// Button that imports the sample.
    sample: "Try 500 sample leads", "Essayer avec 500 prospects";
    /// Button that opens the form.
    score_one: "Score one lead", "Évaluer un prospect";
    /// Button that cancels the import.
    cancel: "Cancel", "Annuler";
    /// Button that reloads the page.
    reload: "Reload", "Recharger";
    /// Button that closes a message or a panel.
    close: "Close", "Fermer";
    /// Button that opens the start page from the list.
    another_file: "Another file", "Autre fichier";
    /// Button that returns to the list.
    back_to_list: "Back to the list", "Retour à la liste";
    /// Button that returns to the start page.
    back: "Back", "Retour";
    /// Label of the language choice.
    languages: "Language", "Langue";
    /// Link to the privacy page.
    privacy: "Privacy", "Confidentialité";
}

/// Title of an import.
pub fn importing(import: &ImportProgress) -> String {
    if import.unpacking {
        return tr(format!("Unpacking {}", import.file), format!("Décompression de {}", import.file));
    }
    tr(format!("Reading {}", import.file), format!("Lecture de {}", import.file))
}

/// Progress of an import; after one second with speed and remaining time.
pub fn progress(import: &ImportProgress) -> String {
    if import.unpacking {
        let share = (100.0 * import.bytes / import.size.max(1.0)).round();
        return tr(format!("{share} %"), format!("{share} %"));
    }
    let (rows, read, size) = (super::leads(import.rows), bytes(import.bytes), bytes(import.size));
    let mut text = tr(format!("{rows} · {read} of {size}"), format!("{rows} · {read} sur {size}"));
    if import.elapsed_ms > 1000.0 && import.bytes > 0.0 {
        let left = duration(import.elapsed_ms * (import.size - import.bytes) / import.bytes);
        let rate = count((f64::from(import.rows) / import.elapsed_ms * 1e3) as u32);
        let english = format!(" · {rate} leads a second · about {left} left");
        text += &tr(english, format!(" · {rate} prospects par seconde · encore {left} environ"));
    }
    text
}
