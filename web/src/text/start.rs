//! Words of the start: what this is, the promise, the file that is being read.

use super::say;
use crate::format::{bytes, count, duration};
use crate::state::Reading;

words! {
    /// What it does.
    claim: "Know whom to write to first.", "Sachez à qui écrire en premier.";
    /// What it does, said once more.
    what: "Give it your list of leads, get it back ranked: the ones most likely to reply on top.",
        "Donnez-lui votre liste de prospects, elle revient classée : les plus susceptibles de répondre en tête.";
    /// The promise.
    promise: "Your file never leaves this computer.", "Votre fichier ne quitte jamais cet ordinateur.";
    /// Opens the explanation of the promise.
    promise_more: "See for yourself", "Vérifiez vous-même";
    /// The drop target.
    drop_here: "Drop a list here", "Déposez une liste ici";
    /// The drop target while a file is over it.
    drop_now: "Let go to rank it", "Lâchez pour la classer";
    /// The drop target before files can be taken.
    drop_later: "One moment: getting ready…", "Un instant : préparation…";
    /// What a file should be like.
    drop_hint: "An export of LinkedIn, HubSpot or Apollo, CSV or Excel (.xlsx): its columns are recognised, and you can correct it.",
        "Un export de LinkedIn, HubSpot ou Apollo, CSV ou Excel (.xlsx) : ses colonnes sont reconnues, et vous pouvez corriger.";
    /// Opens the list of columns.
    which_columns: "Which columns?", "Quelles colonnes ?";
    /// Opens the file chooser.
    choose: "Choose a file", "Choisir un fichier";
    /// Reads the sample.
    sample: "Try 500 sample leads", "Essayer avec 500 prospects";
    /// Opens the form.
    by_hand: "Score one lead", "Évaluer un prospect";
    /// Stops a reading.
    cancel: "Cancel", "Annuler";
    /// Loads the page anew.
    reload: "Reload", "Recharger";
    /// Puts something away.
    close: "Close", "Fermer";
    /// Goes to the start.
    another: "Another file", "Autre fichier";
    /// Goes to the list.
    back_to_list: "Back to the list", "Retour à la liste";
    /// Goes to the start.
    back: "Back", "Retour";
    /// Names the choice of a language.
    languages: "Language", "Langue";
    /// Opens the view of the promise.
    privacy: "Privacy", "Confidentialité";
}

/// `leads.csv`, being read.
pub fn reading(reading: &Reading) -> String {
    if reading.unpacking {
        return say(format!("Unpacking {}", reading.file), format!("Décompression de {}", reading.file));
    }
    say(format!("Reading {}", reading.file), format!("Lecture de {}", reading.file))
}

/// How far a reading is, and from a second on how fast and how long it will still take.
pub fn progress(reading: &Reading) -> String {
    if reading.unpacking {
        let share = (100.0 * reading.bytes / reading.size.max(1.0)).round();
        return say(format!("{share} %"), format!("{share} %"));
    }
    let (rows, read, size) = (super::leads(reading.rows), bytes(reading.bytes), bytes(reading.size));
    let mut text = say(format!("{rows} · {read} of {size}"), format!("{rows} · {read} sur {size}"));
    if reading.elapsed > 1000.0 && reading.bytes > 0.0 {
        let left = duration(reading.elapsed * (reading.size - reading.bytes) / reading.bytes);
        let rate = count((f64::from(reading.rows) / reading.elapsed * 1e3) as u32);
        let english = format!(" · {rate} leads a second · about {left} left");
        text += &say(english, format!(" · {rate} prospects par seconde · encore {left} environ"));
    }
    text
}
