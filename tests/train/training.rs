//! Tests of the trained models.

use super::{packed, plan, synthetic_histories, train};
use scorer::insight::profile::ColumnGroup;
use scorer::lead::Value;
use scorer::lead::schema::Schema;
use scorer::pipeline::{Model, Score, Scorer};
use scorer::train::{ENRICHED_PREFIX, History, TrainError, TrainedModel, fit};

/// Returns a history with a subset of the leads.
fn subset(history: &History, keep: impl Fn(usize) -> bool) -> History {
    let kept = || (0..history.leads.len()).filter(|row| keep(*row));
    History {
        leads: kept().map(|row| history.leads[row].clone()).collect(),
        outcomes: kept().map(|row| history.outcomes[row]).collect(),
        columns: history.columns.clone(),
        ..History::default()
    }
}

/// Returns a history without the fields added by an enrichment step.
fn without_enriched_fields(history: &History) -> History {
    let mut plain = history.clone();
    for (place, field) in Schema::leads().fields().iter().enumerate() {
        if field.name.starts_with(ENRICHED_PREFIX) {
            plain.leads.iter_mut().for_each(|lead| lead.set(place, Value::Missing));
        }
    }
    plain
}

#[test]
fn training_is_deterministic() {
    for history in synthetic_histories() {
        let history = subset(&history, |row| row % 2 == 0);
        let bytes = |models: Vec<TrainedModel>| models.iter().map(packed).collect::<Vec<_>>();
        assert_eq!(bytes(train(&history, &plan(1))), bytes(train(&history, &plan(1))));
    }
}

#[test]
fn each_lead_is_scored_by_the_model_for_its_fields() {
    for history in synthetic_histories() {
        let models = train(&history, &plan(1));
        assert_eq!(models.iter().map(|model| model.suffix).collect::<Vec<_>>(), ["", "-basic"]);
        let files: Vec<_> = models.iter().map(|model| (model.card.name.clone(), packed(model))).collect();
        let scorer = Scorer::open(&files).unwrap();
        assert_eq!(scorer.models().iter().map(Model::version).collect::<Vec<_>>(), ["1", "1-basic"]);
        let models_used = |history: &History| {
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
            values.any(|(field, value)| field.name.starts_with(ENRICHED_PREFIX) && value != Value::Missing)
        };
        assert_eq!(models_used(&subset(&history, enriched)), "model");
        assert_eq!(models_used(&without_enriched_fields(&history)), "model-basic");
    }
}

#[test]
fn a_history_without_enriched_fields_gives_one_model_for_all_leads() {
    for history in synthetic_histories() {
        let models = train(&without_enriched_fields(&history), &plan(1));
        assert_eq!(models.len(), 1);
        assert_eq!((models[0].suffix, models[0].card.requires_any.len()), ("", 0));
        assert!(models[0].card.fields.iter().all(|field| !field.starts_with(ENRICHED_PREFIX)));
    }
}

#[test]
fn the_card_and_the_profile_count_all_leads() {
    for history in synthetic_histories() {
        for model in train(&history, &plan(1)) {
            let leads = history.leads.len() as u64;
            let trained_on = model.card.trained_on.unwrap();
            assert_eq!((trained_on.leads, trained_on.positives), (leads, history.positives() as u64));
            assert_eq!(model.profile.rows(), leads);
            for (layout, column) in model.profile.columns() {
                assert_eq!(column.present() + column.missing(), leads, "{}", layout.title());
            }
            assert!(model.grades.ranges.iter().map(|range| range.leads).sum::<u64>().abs_diff(leads) <= 4);
            let columns_in = |group| {
                model.profile.columns().filter(move |(layout, _)| layout.group == group).map(|(layout, _)| layout)
            };
            let mut fields: Vec<_> = columns_in(ColumnGroup::Field).map(|layout| &layout.name).collect();
            fields.dedup();
            assert_eq!(fields, model.card.fields.iter().collect::<Vec<_>>());
            let features = model.encoder.inputs.iter().flat_map(|input| &input.features).map(|feature| &feature.name);
            assert!(columns_in(ColumnGroup::Feature).map(|layout| &layout.name).eq(features));
            assert_eq!(columns_in(ColumnGroup::Score).count(), 1);
            assert_eq!(model.card.missing_costs.len(), model.card.fields.len());
        }
    }
}

#[test]
fn insufficient_history_is_an_error() {
    for history in synthetic_histories() {
        let few = subset(&history, |row| !history.outcomes[row] || row < 10);
        let result = fit(&few, &plan(1), &mut |_, _| ());
        assert!(matches!(result, Err(TrainError::TooFew { .. })), "{result:?}");
        let mut constant = history.clone();
        let first = constant.leads[0].clone();
        constant.leads.fill(first);
        assert!(matches!(fit(&constant, &plan(1), &mut |_, _| ()), Err(TrainError::NoFeatures)));
        assert!(matches!(fit(&history, &plan(0), &mut |_, _| ()), Err(TrainError::InvalidPlan)));
    }
}

#[test]
fn progress_counts_every_fold() {
    for history in synthetic_histories() {
        let mut calls = Vec::new();
        fit(&without_enriched_fields(&history), &plan(1), &mut |done, total| calls.push((done, total))).unwrap();
        assert_eq!(calls, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    }
}
