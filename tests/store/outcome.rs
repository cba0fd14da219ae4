//! Outcomes find their predictions, and one person's rows can be deleted.

use crate::place::{Place, on_all};
use crate::row::{answer, at, now, of_lead, prediction};
use prediction_log::record::PredictionRow;
use prediction_log::{Entry, Judged, OutcomeFate, OutcomeRow, Subject, Window};

on_all!(outcomes_belong_to_their_predictions, a_correction_replaces_an_outcome, a_person_is_deleted_everywhere,);

fn outcome(subject: Subject, replied: bool, minutes: i64) -> OutcomeRow {
    OutcomeRow { subject, replied, at: at(minutes), received_at: now() }
}

fn lead(key: &str) -> Subject {
    Subject::Lead(key.to_owned())
}

fn judged(probability: f64, replied: bool, minutes: i64, version: &str) -> Judged {
    Judged { probability, replied, created_at: at(minutes), model_version: version.to_owned() }
}

async fn outcomes_belong_to_their_predictions(place: Place) {
    let (store, writer) = place.open().await;
    let row = |key: &str, minutes: i64, probability: f32, version: &str| PredictionRow {
        created_at: at(minutes),
        probability,
        model_version: version.to_owned(),
        ..of_lead(key)
    };
    let rows = vec![row("a", 0, 0.25, "1"), row("a", 10, 0.5, "2"), row("a", 20, 0.75, "2"), row("b", 5, 0.125, "1")];
    let id = rows[3].id.clone();
    store.log(Entry::new(rows)).await.unwrap();
    let told = vec![
        outcome(lead("a"), true, 15),
        outcome(lead("a"), false, -1),
        outcome(Subject::Prediction(id), false, 30),
        outcome(Subject::Prediction("none".to_owned()), true, 30),
    ];
    use OutcomeFate::{Added, Unmatched};
    assert_eq!(store.add_outcomes(told).await.unwrap(), [Added, Unmatched, Added, Unmatched]);
    let all = store.judged(&Window::all(), None).await.unwrap();
    assert_eq!(all, [judged(0.125, false, 5, "1"), judged(0.5, true, 10, "2")]);
    assert_eq!(store.judged(&Window::all(), Some("2")).await.unwrap(), all[1..]);
    let until = Window { from: at(5), until: at(10) };
    assert_eq!(store.judged(&until, None).await.unwrap(), all[..1]);
    writer.finish().await;
}

async fn a_correction_replaces_an_outcome(place: Place) {
    let (store, writer) = place.open().await;
    let row = PredictionRow { created_at: at(0), probability: 0.5, ..of_lead("a") };
    store.log(Entry::new(vec![row])).await.unwrap();
    use OutcomeFate::{Added, Corrected};
    let twice = vec![outcome(lead("a"), false, 5), outcome(lead("a"), true, 5)];
    assert_eq!(store.add_outcomes(twice).await.unwrap(), [Added, Corrected]);
    assert_eq!(store.judged(&Window::all(), None).await.unwrap(), [judged(0.5, true, 0, "0.1.0")]);
    assert_eq!(store.add_outcomes(vec![outcome(lead("a"), false, 5)]).await.unwrap(), [Corrected]);
    assert_eq!(store.judged(&Window::all(), None).await.unwrap(), [judged(0.5, false, 0, "0.1.0")]);
    // A later outcome counts more than an earlier one.
    assert_eq!(store.add_outcomes(vec![outcome(lead("a"), true, 9)]).await.unwrap(), [Added]);
    assert_eq!(store.judged(&Window::all(), None).await.unwrap(), [judged(0.5, true, 0, "0.1.0")]);
    assert_eq!(place.count("outcomes").await, 2);
    writer.finish().await;
}

async fn a_person_is_deleted_everywhere(place: Place) {
    let (store, writer) = place.open().await;
    let theirs = of_lead("ada \"1\"\n%");
    let id = theirs.id.clone();
    let names_them = Entry { keyed: Some(answer("k1", "names ada 1")), ..Entry::new(vec![theirs, of_lead("ada")]) };
    let other = Entry { keyed: Some(answer("k2", "names ada")), ..Entry::new(vec![of_lead("ada"), prediction()]) };
    store.log(names_them).await.unwrap();
    store.log(other).await.unwrap();
    let told = vec![
        outcome(Subject::Prediction(id), true, 1),
        outcome(lead("ada \"1\"\n%"), true, 2),
        outcome(lead("ada"), true, 3),
    ];
    store.add_outcomes(told).await.unwrap();
    assert_eq!(store.forget("ada \"1\"\n%").await.unwrap(), 1);
    let counts =
        (place.count("prediction_logs").await, place.count("outcomes").await, place.count("keyed_answers").await);
    assert_eq!(counts, (3, 1, 1));
    assert_eq!(store.answered("k1").await.unwrap(), None);
    assert!(store.answered("k2").await.unwrap().is_some());
    assert_eq!(store.forget("nobody").await.unwrap(), 0);
    writer.finish().await;
    if place.is_sqlite() {
        let file = std::fs::read(place.folder.path().join("log.sqlite")).unwrap();
        assert!(!file.windows(5).any(|bytes| bytes == b"ada \""), "overwritten in the file too");
    }
}
