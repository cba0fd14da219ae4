//! Outcomes are joined to predictions; one lead's rows can be erased.

use crate::fixtures::{at, idempotency_record, now, prediction, prediction_of};
use crate::test_database::{TestDatabase, on_all};
use prediction_log::{
    LogEntry, OutcomeRow, OutcomeStatus, OutcomeSubject, PredictionOutcome, PredictionRow, TimeWindow,
};

on_all!(outcomes_are_joined_to_predictions, a_correction_replaces_an_outcome, erasure_deletes_a_lead_everywhere,);

fn outcome(subject: OutcomeSubject, replied: bool, minutes: i64) -> OutcomeRow {
    OutcomeRow { subject, replied, at: at(minutes), received_at: now() }
}

fn lead(key: &str) -> OutcomeSubject {
    OutcomeSubject::Lead(key.to_owned())
}

fn judged(probability: f64, replied: bool, minutes: i64, version: &str) -> PredictionOutcome {
    PredictionOutcome { probability, replied, created_at: at(minutes), model_version: version.to_owned() }
}

async fn outcomes_are_joined_to_predictions(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let row = |key: &str, minutes: i64, probability: f32, version: &str| PredictionRow {
        created_at: at(minutes),
        probability,
        model_version: version.to_owned(),
        ..prediction_of(key)
    };
    let rows = vec![row("a", 0, 0.25, "1"), row("a", 10, 0.5, "2"), row("a", 20, 0.75, "2"), row("b", 5, 0.125, "1")];
    let id = rows[3].id.clone();
    store.log(LogEntry::new(rows)).await.unwrap();
    let outcomes = vec![
        outcome(lead("a"), true, 15),
        outcome(lead("a"), false, -1),
        outcome(OutcomeSubject::Prediction(id), false, 30),
        outcome(OutcomeSubject::Prediction("none".to_owned()), true, 30),
    ];
    use OutcomeStatus::{Added, Unmatched};
    assert_eq!(store.add_outcomes(outcomes).await.unwrap(), [Added, Unmatched, Added, Unmatched]);
    let all = store.prediction_outcomes(&TimeWindow::all(), None).await.unwrap();
    assert_eq!(all, [judged(0.125, false, 5, "1"), judged(0.5, true, 10, "2")]);
    assert_eq!(store.prediction_outcomes(&TimeWindow::all(), Some("2")).await.unwrap(), all[1..]);
    let until = TimeWindow { from: at(5), until: at(10) };
    assert_eq!(store.prediction_outcomes(&until, None).await.unwrap(), all[..1]);
    writer.finish().await;
}

async fn a_correction_replaces_an_outcome(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let row = PredictionRow { created_at: at(0), probability: 0.5, ..prediction_of("a") };
    store.log(LogEntry::new(vec![row])).await.unwrap();
    use OutcomeStatus::{Added, Corrected};
    let twice = vec![outcome(lead("a"), false, 5), outcome(lead("a"), true, 5)];
    assert_eq!(store.add_outcomes(twice).await.unwrap(), [Added, Corrected]);
    assert_eq!(store.prediction_outcomes(&TimeWindow::all(), None).await.unwrap(), [judged(0.5, true, 0, "0.1.0")]);
    assert_eq!(store.add_outcomes(vec![outcome(lead("a"), false, 5)]).await.unwrap(), [Corrected]);
    assert_eq!(store.prediction_outcomes(&TimeWindow::all(), None).await.unwrap(), [judged(0.5, false, 0, "0.1.0")]);
    // A later outcome counts more than an earlier one.
    assert_eq!(store.add_outcomes(vec![outcome(lead("a"), true, 9)]).await.unwrap(), [Added]);
    assert_eq!(store.prediction_outcomes(&TimeWindow::all(), None).await.unwrap(), [judged(0.5, true, 0, "0.1.0")]);
    assert_eq!(database.count("outcomes").await, 2);
    writer.finish().await;
}

async fn erasure_deletes_a_lead_everywhere(database: TestDatabase) {
    let (store, writer) = database.open().await;
    let theirs = prediction_of("ada \"1\"\n%");
    let id = theirs.id.clone();
    let names_them = LogEntry {
        idempotency: Some(idempotency_record("k1", "names ada 1")),
        ..LogEntry::new(vec![theirs, prediction_of("ada")])
    };
    let other = LogEntry {
        idempotency: Some(idempotency_record("k2", "names ada")),
        ..LogEntry::new(vec![prediction_of("ada"), prediction()])
    };
    store.log(names_them).await.unwrap();
    store.log(other).await.unwrap();
    let outcomes = vec![
        outcome(OutcomeSubject::Prediction(id), true, 1),
        outcome(lead("ada \"1\"\n%"), true, 2),
        outcome(lead("ada"), true, 3),
    ];
    store.add_outcomes(outcomes).await.unwrap();
    assert_eq!(store.erase_lead("ada \"1\"\n%").await.unwrap(), 1);
    let counts = (
        database.count("prediction_logs").await,
        database.count("outcomes").await,
        database.count("keyed_answers").await,
    );
    assert_eq!(counts, (3, 1, 1));
    assert_eq!(store.idempotency_record("k1").await.unwrap(), None);
    assert!(store.idempotency_record("k2").await.unwrap().is_some());
    assert_eq!(store.erase_lead("nobody").await.unwrap(), 0);
    writer.finish().await;
    if database.is_sqlite() {
        let file = std::fs::read(database.folder.path().join("log.sqlite")).unwrap();
        assert!(!file.windows(5).any(|bytes| bytes == b"ada \""), "overwritten in the file too");
    }
}
