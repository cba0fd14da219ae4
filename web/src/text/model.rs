//! Texts of the model card.

use super::{tr, tr_str};
use scorer::insight::card::{Card, Quality};

translations! {
    /// Heading of the model card.
    models: "The model in use", "Le modèle utilisé";
    /// Message while the models are loading.
    loading: "Loading the model…", "Chargement du modèle…";
    /// Button that chooses a custom model.
    choose_model: "Use a model of your own (.onnx)", "Utiliser votre propre modèle (.onnx)";
    /// Checkbox that stores the custom model.
    store_model: "Keep it on this computer", "Le garder sur cet ordinateur";
    /// Button that returns to the site's models.
    site_model: "Use this site’s model again", "Revenir au modèle de ce site";
}

/// Note that a custom model is in use.
pub fn custom_model(name: &str) -> String {
    tr(format!("This is your own model, {name}."), format!("C’est votre propre modèle, {name}."))
}

/// Leads that a model is for.
pub fn model_for(card: &Card) -> &'static str {
    if card.requires_any.is_empty() {
        tr_str(
            "For leads as most exports have them.",
            "Pour les prospects tels que la plupart des exports les donnent.",
        )
    } else {
        tr_str("For leads that have been enriched.", "Pour les prospects enrichis.")
    }
}

/// Prediction target of a model.
pub fn predicts(card: &Card) -> Option<String> {
    let what = card.predicts.trim_end_matches('.');
    (!card.predicts.is_empty()).then(|| tr(format!("It gives {what}."), format!("Il donne : {what}.")))
}

/// Training data of a model.
pub fn trained_on(card: &Card) -> Option<String> {
    let data = card.trained_on.as_ref()?;
    let (leads, replied) = (data.leads, data.positives);
    Some(tr(
        format!("Learned from {leads} past leads, of which {replied} replied. "),
        format!("Appris sur {leads} anciens prospects, dont {replied} ont répondu. "),
    ))
}

/// Evaluation method of a model.
pub fn method(quality: &Quality) -> String {
    tr(format!("How this was measured: {}", quality.method), format!("Comment cela a été mesuré : {}", quality.method))
}

/// ROC-AUC of a model, as a comparison of two leads.
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
    tr(english, french)
}

/// Version of a model.
pub fn version(card: &Card) -> String {
    format!("Version {}.", card.version)
}

/// Name, version and file hash of a model.
pub fn model_id(card: &Card, sha256: &str) -> String {
    let start: String = sha256.chars().take(12).collect();
    let (name, version) = (&card.name, &card.version);
    tr(format!("{name} · version {version} · file {start}…"), format!("{name} · version {version} · fichier {start}…"))
}
