//! Every test and distance against scipy, numpy and Evidently on the golden sets, and edge cases.

use super::column_pair::PairedCount;
use super::kolmogorov_smirnov::{asymptotic, exact};
use super::*;
use crate::insight::profile::{ProfileLayout, Quantity};
use crate::lead::csv::{Cells, Dialect, for_each_record};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn key() -> LevelKey {
    LevelKey::new([3; 16])
}

/// Folders of golden sets: the project's and the shared one.
fn golden_folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let shared = shared.join("drift_golden");
    if !shared.is_dir() {
        eprintln!("SKIPPED: no golden sets in {}", shared.display());
    }
    [root.join("tests/fixtures/drift"), shared].into_iter().filter(|folder| folder.is_dir()).collect()
}

fn golden_sets() -> Vec<PathBuf> {
    let entries = golden_folders()
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut sets: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
    sets.sort();
    sets
}

/// Parses JSON written by Python, where NaN is a bare word or a text.
fn read_json(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text.replace(": NaN", ": \"nan\"")).unwrap()
}

fn number(value: &Json) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn read_table(path: &Path) -> Vec<(String, Vec<String>)> {
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    let mut sink = |_, cells: Cells<'_>| {
        match columns.first() {
            None => columns = cells.iter().map(|cell| (cell.to_owned(), Vec::new())).collect(),
            Some(_) => columns.iter_mut().zip(cells.iter()).for_each(|(column, cell)| column.1.push(cell.to_owned())),
        }
        Ok(())
    };
    for_each_record(&std::fs::read(path).unwrap(), Dialect::default(), &mut sink).unwrap();
    columns
}

fn profile(cells: &[String], kind: ColumnKind, group: ColumnGroup) -> Profile {
    let column = match kind {
        ColumnKind::Number => ColumnLayout { is_f32: false, ..ColumnLayout::number(group, "x", Quantity::Value) },
        ColumnKind::Category => ColumnLayout::category(group, "x", Vec::new()),
    };
    let mut profile = Profile::empty(Arc::new(ProfileLayout::new(vec![column], usize::MAX)));
    if kind == ColumnKind::Number {
        profile.add_numbers(0, cells.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)));
    } else {
        // Numbers are the same level in every notation.
        let value = |cell: &String| match cell.parse::<f64>() {
            Ok(number) => number.is_finite().then(|| (number + 0.0).to_string()),
            Err(_) => Some(cell.clone()).filter(|cell| !cell.is_empty()),
        };
        for cell in cells.iter().map(value) {
            profile.add_value(0, cell.as_deref().map_or(crate::lead::Value::Missing, crate::lead::Value::Text), key());
        }
    }
    profile
}

fn pair(reference: &Profile, current: &Profile) -> ColumnPair {
    ColumnPair::new(reference.columns().next().unwrap(), current.columns().next().unwrap(), key())
}

/// True within 1e-9, relative for large numbers.
fn is_near(got: f64, expected: f64) -> bool {
    let same = got == expected || got.is_nan() && expected.is_nan();
    same || (got - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

/// True for p-values within a relative 1e-6, down to the resolution of one minus a probability.
fn is_p_near(got: f64, expected: f64) -> bool {
    is_near(got, expected) && (got - expected).abs() <= 1e-6 * expected.abs() + 1e-15
        || got.is_nan() && expected.is_nan()
}

#[test]
fn tests_and_distances_match_scipy_and_evidently() {
    let mut checked = 0;
    for set in golden_sets() {
        let expected = read_json(&set.join("expected.json"));
        let (reference, current) = (read_table(&set.join("reference.csv")), read_table(&set.join("current.csv")));
        for ((name, reference), (_, current)) in reference.iter().zip(&current) {
            let expected = &expected["columns"][name];
            let context = format!("{} {name}", set.display());
            let mut check = |name: &str, actual: f64, expected: &Json, near: fn(f64, f64) -> bool| {
                if !expected.is_null() {
                    checked += 1;
                    let expected = number(expected);
                    assert!(near(actual, expected), "{context}: {name} {actual:e} instead of {expected:e}");
                }
            };
            let profile = |cells, kind| profile(cells, kind, ColumnGroup::Feature);
            let pair = |kind| pair(&profile(reference, kind), &profile(current, kind));
            if !expected["ks"].is_null() {
                let pair = pair(ColumnKind::Number);
                let (n, m) = (pair.n, pair.m);
                let result = kolmogorov_smirnov::test(&pair.counts, n, m);
                check("KS", result.statistic, &expected["ks"]["statistic"], is_near);
                check("KS p", result.p_value, &expected["ks"]["p_auto"], is_p_near);
                check("KS exact", exact(result.statistic, n, m).1, &expected["ks"]["p_exact"], is_p_near);
                check("KS asymptotic", asymptotic(result.statistic, n, m), &expected["ks"]["p_asymp"], is_p_near);
                check("Wasserstein", distance::wasserstein(&pair), &expected["wasserstein"]["normed"], is_near);
                check("JS", distance::jensen_shannon(&pair), &expected["jensenshannon_numerical"], is_near);
                check("PSI", distance::stability_index(&pair), &expected["psi_numerical"], is_near);
            }
            let pair = pair(ColumnKind::Category);
            check("chi-square", chi_square::p_value(&pair.counts, pair.n, pair.m), &expected["chi2_p"], is_p_near);
            check("JS of levels", distance::jensen_shannon(&pair), &expected["jensenshannon_categorical"], is_near);
            check("PSI of levels", distance::stability_index(&pair), &expected["psi_categorical"], is_near);
        }
    }
    assert!(checked > 0);
}

#[test]
fn the_kolmogorov_smirnov_test_matches_scipy() {
    for grid in golden_folders().iter().map(|folder| folder.join("ks_grid.json")).filter(|grid| grid.is_file()) {
        for case in read_json(&grid).as_array().unwrap() {
            let (n, m) = (case["n"].as_u64().unwrap(), case["m"].as_u64().unwrap());
            let distance = number(&case["statistic"]);
            let near = |name: &str, actual: f64, expected: &Json| {
                let expected = number(expected);
                assert!(is_p_near(actual, expected), "{n} {m} {distance}: {name} {actual:e} instead of {expected:e}");
            };
            if !case["p_exact"].is_null() {
                near("exact", exact(distance, n, m).1, &case["p_exact"]);
            }
            near("asymptotic", asymptotic(distance, n, m), &case["p_asymp"]);
            if let (Some(x), Some(y)) = (case["x"].as_array(), case["y"].as_array()) {
                let cells = |values: &[Json]| values.iter().map(|value| number(value).to_string()).collect::<Vec<_>>();
                let scores = |values: &[Json]| profile(&cells(values), ColumnKind::Number, ColumnGroup::Score);
                let (reference, current) = (scores(x), scores(y));
                let column = compare(&reference, &current, &DriftOptions::new(key())).score.unwrap();
                assert_eq!((column.test, column.reference_count), (Some(DriftTest::KolmogorovSmirnov), n));
                near("test", column.score.unwrap_or(f64::NAN), &case["p_auto"]);
                let result = kolmogorov_smirnov::test(&pair(&reference, &current).counts, n, m);
                assert!(is_near(result.statistic, distance));
            }
        }
    }
}

/// The first feature, or else the first field.
fn first_column(reference: &Profile, current: &Profile) -> ColumnDrift {
    let report = compare(reference, current, &DriftOptions::new(key()));
    report.features.or(report.fields).unwrap().columns.remove(0)
}

fn compare_cells(reference: &[&str], current: &[&str], kind: ColumnKind) -> ColumnDrift {
    let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let profile = |list: &[&str]| profile(&cells(list), kind, ColumnGroup::Feature);
    first_column(&profile(reference), &profile(current))
}

#[test]
fn a_column_without_values_has_no_test_but_missing_drift() {
    let column = compare_cells(&["1"; 40], &[""; 40], ColumnKind::Number);
    assert_eq!((column.test, column.drifted, column.current_count), (None, false, 0));
    assert!(column.score.is_none() && column.effect.state == EffectState::None);
    assert!(column.missing.drifted);
    assert_eq!((column.missing.reference_share, column.missing.current_share), (0.0, 1.0));
    assert!(!compare_cells(&["1"; 40], &["1"; 40], ColumnKind::Number).missing.drifted);
}

#[test]
fn a_new_level_is_counted_and_is_drift() {
    let reference = ["a", "b", "c"].repeat(20);
    let current = [reference.clone(), vec!["d"]].concat();
    let column = compare_cells(&reference, &current, ColumnKind::Category);
    assert_eq!(
        (column.test, column.score, column.drifted, column.new_levels),
        (Some(DriftTest::ChiSquare), Some(0.0), true, 1)
    );
    assert_eq!(column.effect.state, EffectState::None, "one lead of 61 is significant but negligible");
}

#[test]
fn few_values_are_flagged() {
    assert!(compare_cells(&["a", "b"], &["a"; 40], ColumnKind::Category).too_few);
    assert!(!compare_cells(&["a"; 30], &["a"; 30], ColumnKind::Category).too_few);
}

#[test]
fn effect_states_follow_their_thresholds() {
    let numbers = |from: i32| (from..from + 100).map(|number| number.to_string()).collect::<Vec<_>>();
    let state = |shift: i32| {
        let (reference, current) = (numbers(0), numbers(shift));
        let (reference, current): (Vec<&str>, Vec<&str>) =
            (reference.iter().map(String::as_str).collect(), current.iter().map(String::as_str).collect());
        compare_cells(&reference, &current, ColumnKind::Number).effect
    };
    assert_eq!(state(0).state, EffectState::None);
    // The standard deviation of 0 to 99 is 28.9.
    assert_eq!((state(6).measure, state(6).state), (EffectMeasure::Wasserstein, EffectState::Moderate));
    assert_eq!(state(15).state, EffectState::Strong);
    let levels = |a: usize| [vec!["a"; a], vec!["b"; 100 - a]].concat();
    let effect = compare_cells(&levels(50), &levels(90), ColumnKind::Category).effect;
    assert_eq!((effect.measure, effect.state), (EffectMeasure::CramersV, EffectState::Strong));
}

#[test]
fn levels_pooled_in_the_reference_are_pooled_in_the_current_data() {
    let named = vec!["a".to_owned(), "b".to_owned(), "rare".to_owned()];
    let layout =
        |levels| Arc::new(ProfileLayout::new(vec![ColumnLayout::category(ColumnGroup::Field, "x", levels)], 64));
    let fill = |mut profile: Profile, cells: &[(&str, usize)]| {
        for (cell, times) in cells {
            (0..*times).for_each(|_| profile.add_value(0, crate::lead::Value::Text(cell), key()));
        }
        profile
    };
    let history = fill(Profile::empty(layout(named)), &[("a", 50), ("b", 40), ("rare", 2), ("rarer", 8)]);
    let reference = history.suppress_rare(5, 64);
    let names = reference.layout().columns()[0].levels.clone();
    assert_eq!(names, ["a", "b"]);
    let current = fill(Profile::empty(layout(names)), &[("a", 50), ("b", 40), ("other", 4), ("unheard", 6)]);
    let column = first_column(&reference, &current);
    assert_eq!((column.test, column.score, column.new_levels), (Some(DriftTest::ChiSquare), Some(1.0), 0));
    assert!(column.approximate);
    assert!(!first_column(&history, &history).approximate);
}

#[test]
fn numbers_are_compared_at_the_lower_precision() {
    let layout = |capacity| {
        Arc::new(ProfileLayout::new(vec![ColumnLayout::number(ColumnGroup::Field, "x", Quantity::Value)], capacity))
    };
    let fill = |capacity, shift: f64| {
        let mut profile = Profile::empty(layout(capacity));
        profile.add_numbers(0, (0..1000).map(|number| f64::from(number) / 7.0 + shift));
        profile
    };
    let column = |shift| first_column(&fill(64, 0.0), &fill(4096, shift));
    assert!(column(0.0).approximate);
    assert_eq!(column(0.0).score, Some(1.0));
    assert!(column(20.0).drifted);
}

#[test]
fn a_group_has_drifted_from_half_of_its_columns() {
    let features = |numbers: &[f64]| {
        let column = |name: &str| ColumnLayout::number(ColumnGroup::Feature, name, Quantity::Value);
        let layout = ProfileLayout::new(
            vec![column("a"), column("b"), ColumnLayout::number(ColumnGroup::Field, "c", Quantity::Value)],
            99,
        );
        let mut profile = Profile::empty(Arc::new(layout));
        for (index, number) in numbers.iter().enumerate() {
            profile.add_numbers(index, std::iter::repeat_n(*number, 50));
        }
        profile
    };
    let report = |numbers| compare(&features(&[1.0, 1.0, 1.0]), &features(numbers), &DriftOptions::new(key()));
    let half = report(&[1.0, 2.0, 1.0]);
    let (features_half, fields) = (half.features.unwrap(), half.fields.unwrap());
    assert_eq!((features_half.drifted, features_half.share, features_half.drift), (1, 0.5, true));
    assert_eq!((fields.columns_are, fields.drifted, fields.columns.len()), (ComparedColumns::Fields, 0, 1));
    assert!(!report(&[1.0, 1.0, 2.0]).features.unwrap().drift);
    let empty = compare(&features(&[]), &features(&[]), &DriftOptions::new(key())).features.unwrap();
    assert_eq!((empty.share, empty.drift), (0.0, false));
}

proptest! {
    #[test]
    fn a_profile_does_not_drift_from_itself(cells in prop::collection::vec("[a-f0-9]{0,2}", 1..300)) {
        for kind in [ColumnKind::Number, ColumnKind::Category] {
            let same: Vec<&str> = cells.iter().map(String::as_str).collect();
            let column = compare_cells(&same, &same, kind);
            prop_assert!(!column.drifted && !column.missing.drifted && column.new_levels == 0, "{:?}", column);
            prop_assert_eq!(column.effect.state, EffectState::None);
        }
    }

    #[test]
    fn p_values_are_from_0_to_1(counts in prop::collection::vec((0_u64..50, 0_u64..50), 1..60)) {
        let counts: Vec<PairedCount> = counts.into_iter().map(|(reference, current)| PairedCount { reference, current }).collect();
        let n: u64 = counts.iter().map(|count| count.reference).sum();
        let m: u64 = counts.iter().map(|count| count.current).sum();
        prop_assume!(n > 0 && m > 0);
        let result = kolmogorov_smirnov::test(&counts, n, m);
        prop_assert!((0.0..=1.0).contains(&result.p_value) && (0.0..=1.0).contains(&result.statistic));
        let limit = asymptotic(result.statistic, n, m);
        prop_assert!(limit.is_nan() || (0.0..=1.0).contains(&limit));
    }
}
