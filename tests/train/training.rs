//! What a training gives.

use super::{packed, plan, synthetic, train};
use scorer::insight::profile::ColumnGroup;
use scorer::lead::Value;
use scorer::lead::schema::Schema;
use scorer::pipeline::{Model, Score, Scorer};
use scorer::train::{ENRICHED, Fitted, History, TrainError, fit};

/// A history with some of the leads of another.
fn some(history: &History, keep: impl Fn(usize) -> bool) -> History {
    let kept = || (0..history.leads.len()).filter(|row| keep(*row));
    History {
        leads: kept().map(|row| history.leads[row].clone()).collect(),
        outcomes: kept().map(|row| history.outcomes[row]).collect(),
        columns: history.columns.clone(),
        ..History::default()
    }
}

/// A history without the fields that an enrichment step adds.
fn plain(history: &History) -> History {
    let mut plain = history.clone();
    for (place, field) in Schema::leads().fields().iter().enumerate() {
        if field.name.starts_with(ENRICHED) {
            plain.leads.iter_mut().for_each(|lead| lead.set(place, Value::Missing));
        }
    }
    plain
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    for history in synthetic() {
        let history = some(&history, |row| row % 2 == 0);
        let bytes = |models: Vec<Fitted>| models.iter().map(packed).collect::<Vec<_>>();
        assert_eq!(bytes(train(&history, &plan(1))), bytes(train(&history, &plan(1))));
    }
}

#[test]
fn each_lead_is_scored_by_the_model_for_what_it_has() {
    for history in synthetic() {
        let models = train(&history, &plan(1));
        assert_eq!(models.iter().map(|model| model.suffix).collect::<Vec<_>>(), ["", "-basic"]);
        let files: Vec<_> = models.iter().map(|model| (model.card.name.clone(), packed(model))).collect();
        let scorer = Scorer::open(&files).unwrap();
        assert_eq!(scorer.models().iter().map(Model::version).collect::<Vec<_>>(), ["1", "1-basic"]);
        let name_of = |history: &History| {
            let scores: Vec<Score> = scorer.score(&history.leads).unwrap().into_iter().map(Result::unwrap).collect();
            let mut names: Vec<&str> =
                scores.iter().map(|score| scorer.models()[score.model].card().name.as_str()).collect();
            assert!(scores.iter().all(|score| (0.0..=1.0).contains(&score.probability) && score.grade.is_some()));
            names.sort_unstable();
            names.dedup();
            names.join(" ")
        };
        let enriched = |row: usize| {
            let fields = Schema::leads();
            let mut values = fields.fields().iter().zip(history.leads[row].values());
            values.any(|(field, value)| field.name.starts_with(ENRICHED) && value != Value::Missing)
        };
        assert_eq!(name_of(&some(&history, enriched)), "model");
        assert_eq!(name_of(&plain(&history)), "model-basic");
    }
}

#[test]
fn a_history_without_enriched_fields_gives_one_model_for_all_leads() {
    for history in synthetic() {
        let models = train(&plain(&history), &plan(1));
        assert_eq!(models.len(), 1);
        assert_eq!((models[0].suffix, models[0].card.requires_any.len()), ("", 0));
        assert!(models[0].card.fields.iter().all(|field| !field.starts_with(ENRICHED)));
    }
}

#[test]
fn the_card_and_the_profile_count_all_leads() {
    for history in synthetic() {
        for model in train(&history, &plan(1)) {
            let leads = history.leads.len() as u64;
            let trained_on = model.card.trained_on.unwrap();
            assert_eq!((trained_on.leads, trained_on.positives), (leads, history.positives() as u64));
            assert_eq!(model.profile.rows(), leads);
            for (layout, column) in model.profile.columns() {
                assert_eq!(column.present() + column.missing(), leads, "{}", layout.title());
            }
            assert!(model.grades.ranges.iter().map(|range| range.leads).sum::<u64>().abs_diff(leads) <= 4);
            let of = |group| {
                model.profile.columns().filter(move |(layout, _)| layout.group == group).map(|(layout, _)| layout)
            };
            let mut fields: Vec<_> = of(ColumnGroup::Field).map(|layout| &layout.name).collect();
            fields.dedup();
            assert_eq!(fields, model.card.fields.iter().collect::<Vec<_>>());
            let features = model.encoder.inputs.iter().flat_map(|input| &input.features).map(|feature| &feature.name);
            assert!(of(ColumnGroup::Feature).map(|layout| &layout.name).eq(features));
            assert_eq!(of(ColumnGroup::Score).count(), 1);
            assert_eq!(model.card.missing_costs.len(), model.card.fields.len());
        }
    }
}

#[test]
fn too_little_to_learn_from_is_told() {
    for history in synthetic() {
        let few = some(&history, |row| !history.outcomes[row] || row < 10);
        let refused = fit(&few, &plan(1), &mut |_, _| ());
        assert!(matches!(refused, Err(TrainError::TooFew { .. })), "{refused:?}");
        let mut alike = history.clone();
        let first = alike.leads[0].clone();
        alike.leads.fill(first);
        assert!(matches!(fit(&alike, &plan(1), &mut |_, _| ()), Err(TrainError::NoFeatures)));
        assert!(matches!(fit(&history, &plan(0), &mut |_, _| ()), Err(TrainError::Plan)));
    }
}

#[test]
fn progress_counts_every_fold() {
    for history in synthetic() {
        let mut told = Vec::new();
        fit(&plain(&history), &plan(1), &mut |done, total| told.push((done, total))).unwrap();
        assert_eq!(told, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    }
}
