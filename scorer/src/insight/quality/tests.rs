//! Metrics against scikit-learn and scipy (`tests/fixtures/quality/make.py`), and edge cases.

use super::*;
use proptest::prelude::*;

#[derive(Deserialize)]
struct Case {
    probabilities: Vec<f64>,
    replied: Vec<u8>,
    k: usize,
    rate: [f64; 3],
    expected: [f64; 3],
    precision_at: Vec<(u64, f64, f64, f64)>,
    lift_at: Vec<(u64, f64, f64, f64)>,
    roc_auc: [f64; 3],
    brier: [f64; 3],
    calibration: Option<Vec<[f64; 2]>>,
}

fn labeled(probabilities: &[f64], replied: &[bool]) -> Vec<LabeledPrediction> {
    let pairs = probabilities.iter().zip(replied);
    pairs.map(|(probability, replied)| LabeledPrediction { probability: *probability, replied: *replied }).collect()
}

fn assert_near(metric: &str, actual: Estimate, expected: [f64; 3]) {
    for (actual, expected) in [actual.value, actual.low, actual.high].into_iter().zip(expected) {
        assert!((actual - expected).abs() < 1e-9, "{metric}: {actual} instead of {expected}");
    }
}

#[test]
fn metrics_and_intervals_match_scikit_learn_and_scipy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../tests/fixtures/quality/cases.json")).unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let replied: Vec<bool> = case.replied.iter().map(|replied| *replied == 1).collect();
        let measured = evaluate(&labeled(&case.probabilities, &replied), Some(case.k)).unwrap();
        assert_near("rate", measured.rate, case.rate);
        assert_near("expected", measured.expected, case.expected);
        assert_near("ROC-AUC", measured.roc_auc.unwrap(), case.roc_auc);
        assert_near("Brier", measured.brier.unwrap(), case.brier);
        assert_eq!(measured.precision_at.len(), case.precision_at.len());
        for ((actual, precision), lift) in measured.precision_at.iter().zip(case.precision_at).zip(case.lift_at) {
            assert_eq!((actual.k, actual.k), (precision.0, lift.0));
            assert_near("precision", actual.rate, [precision.1, precision.2, precision.3]);
            assert_near("lift", actual.lift.unwrap(), [lift.1, lift.2, lift.3]);
        }
        for (actual, expected) in measured.calibration.iter().zip(case.calibration.iter().flatten()) {
            assert!((actual.expected - expected[0]).abs() < 1e-9 && (actual.actual.value - expected[1]).abs() < 1e-9);
        }
        assert!(case.calibration.is_none_or(|expected| expected.len() == measured.calibration.len()));
    }
}

#[test]
fn nothing_to_measure_is_no_evaluate() {
    assert_eq!(evaluate(&[], None), None);
    assert_eq!(evaluate(&labeled(&[f64::NAN, 1.5, -0.1], &[true; 3]), Some(2)), None);
}

#[test]
fn rows_without_a_valid_probability_are_left_out() {
    let measured = evaluate(&labeled(&[0.5, f64::INFINITY, 0.25], &[true, true, false]), None).unwrap();
    assert_eq!((measured.leads, measured.replied, measured.left_out), (2, 1, 1));
}

#[test]
fn a_single_lead_has_a_rate_but_no_auc() {
    let measured = evaluate(&labeled(&[0.5], &[true]), Some(1)).unwrap();
    assert_eq!((measured.roc_auc, measured.brier), (None, None));
    assert_eq!(measured.precision_at.len(), 1);
    assert_eq!(measured.calibration.len(), 1);
}

#[test]
fn a_perfect_order_has_an_interval() {
    let area = evaluate(&labeled(&[0.1, 0.2, 0.8, 0.9], &[false, false, true, true]), None).unwrap().roc_auc.unwrap();
    assert!((area.value, area.high) == (1.0, 1.0) && area.low < 0.5, "{area:?}");
}

#[test]
fn without_replies_there_is_no_lift() {
    let measured = evaluate(&labeled(&[0.1, 0.2, 0.3], &[false; 3]), Some(2)).unwrap();
    assert_eq!((measured.precision_at[0].lift, measured.precision_at[0].rate.low), (None, 0.0));
}

#[test]
fn leads_of_the_same_probability_share_a_bin() {
    let (probabilities, replied) = (vec![0.3; 100], vec![true; 100]);
    let bins = evaluate(&labeled(&probabilities, &replied), None).unwrap().calibration;
    assert_eq!(bins.iter().map(|bin| bin.leads).collect::<Vec<_>>(), [100]);
}

#[test]
fn periods_are_ordered_by_name() {
    let prediction = |start: &str, replied| (start.to_owned(), LabeledPrediction { probability: 0.5, replied });
    let periods =
        evaluate_by_period([prediction("2026-03", true), prediction("2026-01", false), prediction("2026-03", false)]);
    let counts: Vec<_> =
        periods.iter().map(|one| (one.start.as_str(), one.measured.leads, one.measured.replied)).collect();
    assert_eq!(counts, [("2026-01", 1, 0), ("2026-03", 2, 1)]);
}

fn is_sound(estimate: Estimate) -> bool {
    estimate.low <= estimate.value
        && estimate.value <= estimate.high
        && estimate.low.is_finite()
        && estimate.high.is_finite()
}

proptest! {
    #[test]
    fn every_interval_contains_its_value(rows in prop::collection::vec((0u8..12, any::<bool>()), 1..80), k in 0usize..100) {
        let rows: Vec<LabeledPrediction> =
            rows.iter().map(|(step, replied)| LabeledPrediction { probability: f64::from(*step) / 11.0, replied: *replied }).collect();
        let measured = evaluate(&rows, Some(k)).unwrap();
        prop_assert!(is_sound(measured.rate) && is_sound(measured.expected));
        prop_assert!(measured.roc_auc.is_none_or(is_sound) && measured.brier.is_none_or(is_sound));
        for precision in &measured.precision_at {
            prop_assert!(is_sound(precision.rate) && precision.lift.is_none_or(is_sound));
        }
        let bins = &measured.calibration;
        prop_assert_eq!(bins.iter().map(|bin| bin.leads).sum::<u64>(), measured.leads);
        prop_assert!(bins.iter().all(|bin| is_sound(bin.actual) && bin.from <= bin.expected + 1e-12 && bin.expected <= bin.to + 1e-12));
    }
}
