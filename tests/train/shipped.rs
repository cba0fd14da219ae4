//! Tests of the shipped models.

use super::{packed, root, shared_histories, train};
use scorer::insight::profile::{CAPACITY, ColumnGroup, LevelKey, Profile, ProfileLayout};
use scorer::lead::schema::Schema;
use scorer::pipeline::{Model, Scorer};
use scorer::train::{History, LEADS_MIN, SEED, TrainingPlan, report};
use std::fs;
use std::sync::Arc;

/// Reads the shipped model files listed in the index that the web page reads.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let folder = root().join("models");
    let names: Vec<String> = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
    names.into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

/// True when a model's profile equals that of this history, so that it was fitted to it or to one with equal counts.
pub(crate) fn is_fitted_to(model: &Model, history: &History) -> bool {
    let reference = model.profile().unwrap();
    let schema = Schema::leads();
    let layout = ProfileLayout::new(reference.layout().columns().to_vec(), CAPACITY);
    let binding = layout.bind(&schema, LevelKey::new([0; 16]));
    let mut own = Profile::empty(Arc::new(layout));
    own.add_leads(&binding, &history.leads);
    let own = own.suppress_rare(LEADS_MIN as u64, reference.layout().capacity());
    let fields = |profile: &Profile| {
        let of_fields = profile.columns().filter(|(layout, _)| layout.group == ColumnGroup::Field);
        of_fields.map(|(layout, column)| (layout.clone(), column.clone())).collect::<Vec<_>>()
    };
    let same = fields(&own) == fields(reference);
    if !same {
        eprintln!("SKIPPED: a history of {} leads is not the one of {}", history.leads.len(), model.name());
    }
    same
}

#[test]
fn index_lists_every_model_and_each_has_its_card() {
    let folder = root().join("models");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut present: Vec<String> = entries.filter(|name| name.ends_with(".onnx")).collect();
    let mut listed: Vec<String> = files().into_iter().map(|(name, _)| name).collect();
    present.sort();
    listed.sort();
    assert_eq!(present, listed);
    for (name, file) in files() {
        let model = Model::open(&name, &file).unwrap();
        let card = fs::read_to_string(folder.join(&name).with_extension("md")).unwrap();
        assert_eq!(card, report::card(model.card(), model.grades()), "{name}");
    }
}

#[test]
fn shipped_models_beat_a_constant_prediction() {
    let models = Scorer::open(&files()).unwrap();
    for model in models.models() {
        let quality = model.card().quality.as_ref().unwrap();
        assert!(quality.roc_auc.mean >= 0.62 && quality.log_loss.mean < 0.67, "{quality:?}");
        assert!(quality.log_loss.mean < quality.constant_log_loss);
    }
}

/// Training is reproducible: the same history gives the shipped files, byte for byte.
#[test]
fn training_reproduces_the_shipped_models() {
    for history in shared_histories() {
        let shipped: Vec<(Vec<u8>, Model)> =
            files().into_iter().map(|(name, file)| (file.clone(), Model::open(&name, &file).unwrap())).collect();
        if !shipped.iter().all(|(_, model)| is_fitted_to(model, &history)) {
            continue;
        }
        let card = shipped[0].1.card();
        let plan = TrainingPlan {
            name: card.name.clone(),
            version: card.version.clone(),
            outcome: card.predicts.trim_start_matches("the probability that ").to_owned(),
            seed: SEED,
            folds: 5,
            repeats: 10,
        };
        for (fitted, (file, _)) in train(&history, &plan).iter().zip(&shipped) {
            assert!(
                packed(fitted) == *file,
                "{} has other bytes than the shipped file: train it again",
                fitted.card.name
            );
        }
    }
}
