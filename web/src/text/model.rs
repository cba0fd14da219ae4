//! Words of the models in use.

use super::{pick, say};
use scorer::insight::card::{Card, Quality};

words! {
    /// The models.
    models: "The model in use", "Le modèle utilisé";
    /// While parts are loaded.
    loading: "Loading the model…", "Chargement du modèle…";
    /// Opens the file chooser for a model.
    choose_model: "Use a model of your own (.onnx)", "Utiliser votre propre modèle (.onnx)";
    /// Keeps the user's own model.
    keep_model: "Keep it on this computer", "Le garder sur cet ordinateur";
    /// Goes back to the site's models.
    site_model: "Use this site’s model again", "Revenir au modèle de ce site";
}

/// The user's own model is in use.
pub fn own_model(name: &str) -> String {
    say(format!("This is your own model, {name}."), format!("C’est votre propre modèle, {name}."))
}

/// Which leads a model is for.
pub fn model_for(card: &Card) -> &'static str {
    if card.requires_any.is_empty() {
        pick("For leads as most exports have them.", "Pour les prospects tels que la plupart des exports les donnent.")
    } else {
        pick("For leads that have been enriched.", "Pour les prospects enrichis.")
    }
}

/// What a model gives.
pub fn predicts(card: &Card) -> Option<String> {
    let what = card.predicts.trim_end_matches('.');
    (!card.predicts.is_empty()).then(|| say(format!("It gives {what}."), format!("Il donne : {what}.")))
}

/// From what a model learned.
pub fn trained_on(card: &Card) -> Option<String> {
    let data = card.trained_on.as_ref()?;
    let (leads, replied) = (data.leads, data.positives);
    Some(say(
        format!("Learned from {leads} past leads, of which {replied} replied. "),
        format!("Appris sur {leads} anciens prospects, dont {replied} ont répondu. "),
    ))
}

/// How a model's figures were worked out.
pub fn method(quality: &Quality) -> String {
    say(format!("How this was measured: {}", quality.method), format!("Comment cela a été mesuré : {}", quality.method))
}

/// How good a model is, against chance.
pub fn quality(quality: &Quality) -> String {
    let of_100 = |share: f64| format!("{:.0}", share * 100.0);
    let (mean, std) = (quality.roc_auc.mean, quality.roc_auc.std);
    let is_weak = mean - std <= 0.5;
    let (first, more_or_less) = (of_100(mean), of_100(std));
    let english = format!(
        "Of two leads, one that replied and one that did not, it puts the right one first {first} times in 100, give or \
         take {more_or_less}. Chance is 50.{}",
        if is_weak { " That may be no better than chance." } else { "" }
    );
    let french = format!(
        "De deux prospects, l’un qui a répondu et l’autre non, il met le bon en premier {first} fois sur 100, à \
         {more_or_less} près. Le hasard donne 50.{}",
        if is_weak { " Ce n’est peut-être pas mieux que le hasard." } else { "" }
    );
    say(english, french)
}

/// Which of several trainings a model comes from.
pub fn version(card: &Card) -> String {
    format!("Version {}.", card.version)
}

/// A model's name, version and file.
pub fn model_id(card: &Card, sha256: &str) -> String {
    let start: String = sha256.chars().take(12).collect();
    let (name, version) = (&card.name, &card.version);
    say(format!("{name} · version {version} · file {start}…"), format!("{name} · version {version} · fichier {start}…"))
}
