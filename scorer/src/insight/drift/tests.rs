//! Every measure against scipy, numpy and Evidently, on the golden sets; verdicts that no golden set shows.

use super::kolmogorov::{asymptotic, exact};
use super::pair::Count;
use super::*;
use crate::insight::profile::{Layout, Part};
use crate::lead::csv::{Cells, Dialect, for_each_record};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn key() -> LevelKey {
    LevelKey::new([3; 16])
}

/// The folders of golden sets: those of the project, and those that were put beside it.
fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let beside = shared.join("drift_golden");
    if !beside.is_dir() {
        eprintln!("SKIPPED: no golden sets in {}", beside.display());
    }
    [root.join("tests/fixtures/drift"), beside].into_iter().filter(|folder| folder.is_dir()).collect()
}

fn sets() -> Vec<PathBuf> {
    let entries =
        folders().into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut sets: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
    sets.sort();
    sets
}

/// A JSON that Python wrote: numbers that are none stand in it bare, or as texts.
fn json(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text.replace(": NaN", ": \"nan\"")).unwrap()
}

fn number(value: &Json) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn table(path: &Path) -> Vec<(String, Vec<String>)> {
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

fn profile_of(cells: &[String], kind: Kind, group: Group) -> Profile {
    let column = match kind {
        Kind::Number => ColumnLayout { single: false, ..ColumnLayout::number(group, "x", Part::Value) },
        Kind::Category => ColumnLayout::category(group, "x", Vec::new()),
    };
    let mut profile = Profile::empty(Arc::new(Layout::new(vec![column], usize::MAX)));
    if kind == Kind::Number {
        profile.add_numbers(0, cells.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)));
    } else {
        // Numbers are the same level however they are written.
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

fn pair_of(reference: &Profile, current: &Profile) -> Pair {
    Pair::of(reference.columns().next().unwrap(), current.columns().next().unwrap(), key())
}

/// Within 1e-9 of what is wanted, of itself where it is large.
fn is_near(got: f64, wanted: f64) -> bool {
    let same = got == wanted || got.is_nan() && wanted.is_nan();
    same || (got - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)
}

/// P-values: within a millionth of themselves, however small, as far down as one minus a share can tell.
fn is_p_near(got: f64, wanted: f64) -> bool {
    is_near(got, wanted) && (got - wanted).abs() <= 1e-6 * wanted.abs() + 1e-15 || got.is_nan() && wanted.is_nan()
}

#[test]
fn every_measure_is_that_of_scipy_and_evidently() {
    let mut seen = 0;
    for set in sets() {
        let expected = json(&set.join("expected.json"));
        let (reference, current) = (table(&set.join("reference.csv")), table(&set.join("current.csv")));
        for ((name, before), (_, after)) in reference.iter().zip(&current) {
            let wanted = &expected["columns"][name];
            let place = format!("{} {name}", set.display());
            let mut check = |what: &str, got: f64, wanted: &Json, near: fn(f64, f64) -> bool| {
                if !wanted.is_null() {
                    seen += 1;
                    let wanted = number(wanted);
                    assert!(near(got, wanted), "{place}: {what} {got:e} instead of {wanted:e}");
                }
            };
            let pair =
                |kind| pair_of(&profile_of(before, kind, Group::Feature), &profile_of(after, kind, Group::Feature));
            if !wanted["ks"].is_null() {
                let pair = pair(Kind::Number);
                let (n, m) = (pair.n, pair.m);
                let outcome = kolmogorov::test(&pair.counts, n, m);
                check("KS", outcome.statistic, &wanted["ks"]["statistic"], is_near);
                check("KS p", outcome.p_value, &wanted["ks"]["p_auto"], is_p_near);
                check("KS exact", exact(outcome.statistic, n, m).1, &wanted["ks"]["p_exact"], is_p_near);
                check("KS asymptotic", asymptotic(outcome.statistic, n, m), &wanted["ks"]["p_asymp"], is_p_near);
                check("Wasserstein", distance::wasserstein(&pair), &wanted["wasserstein"]["normed"], is_near);
                check("JS", distance::jensen_shannon(&pair), &wanted["jensenshannon_numerical"], is_near);
                check("PSI", distance::stability_index(&pair), &wanted["psi_numerical"], is_near);
            }
            let pair = pair(Kind::Category);
            check("chi-square", chi_square::p_value(&pair.counts, pair.n, pair.m), &wanted["chi2_p"], is_p_near);
            check("JS of levels", distance::jensen_shannon(&pair), &wanted["jensenshannon_categorical"], is_near);
            check("PSI of levels", distance::stability_index(&pair), &wanted["psi_categorical"], is_near);
        }
    }
    assert!(seen > 0);
}

#[test]
fn the_kolmogorov_smirnov_test_is_that_of_scipy() {
    for grid in folders().iter().map(|folder| folder.join("ks_grid.json")).filter(|grid| grid.is_file()) {
        for case in json(&grid).as_array().unwrap() {
            let (n, m) = (case["n"].as_u64().unwrap(), case["m"].as_u64().unwrap());
            let distance = number(&case["statistic"]);
            let near = |what: &str, got: f64, wanted: &Json| {
                let wanted = number(wanted);
                assert!(is_p_near(got, wanted), "{n} {m} {distance}: {what} {got:e} instead of {wanted:e}");
            };
            if !case["p_exact"].is_null() {
                near("exact", exact(distance, n, m).1, &case["p_exact"]);
            }
            near("asymptotic", asymptotic(distance, n, m), &case["p_asymp"]);
            if let (Some(x), Some(y)) = (case["x"].as_array(), case["y"].as_array()) {
                let cells = |values: &[Json]| values.iter().map(|value| number(value).to_string()).collect::<Vec<_>>();
                let of = |values: &[Json]| profile_of(&cells(values), Kind::Number, Group::Score);
                let (reference, current) = (of(x), of(y));
                let column = &compare(&reference, &current, &Options::new(key())).columns[0];
                assert_eq!((column.test, column.reference_count), (Some(Test::KolmogorovSmirnov), n));
                near("test", column.score, &case["p_auto"]);
                let outcome = kolmogorov::test(&pair_of(&reference, &current).counts, n, m);
                assert!(is_near(outcome.statistic, distance));
            }
        }
    }
}

fn compared(reference: &[&str], current: &[&str], kind: Kind) -> ColumnDrift {
    let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let of = |list: &[&str]| profile_of(&cells(list), kind, Group::Feature);
    compare(&of(reference), &of(current), &Options::new(key())).columns.remove(0)
}

#[test]
fn a_column_without_values_is_not_compared_but_its_missing_ones_are() {
    let column = compared(&["1"; 40], &[""; 40], Kind::Number);
    assert_eq!((column.test, column.drifted, column.current_count), (None, false, 0));
    assert!(column.score.is_nan() && column.effect.state == EffectState::None);
    assert!(column.missing.drifted);
    assert_eq!((column.missing.reference_share, column.missing.current_share), (0.0, 1.0));
    assert!(!compared(&["1"; 40], &["1"; 40], Kind::Number).missing.drifted);
}

#[test]
fn a_new_level_is_told_and_is_drift() {
    let reference = ["a", "b", "c"].repeat(20);
    let current = [reference.clone(), vec!["d"]].concat();
    let column = compared(&reference, &current, Kind::Category);
    assert_eq!((column.test, column.score, column.drifted, column.new_levels), (Some(Test::ChiSquare), 0.0, true, 1));
    assert_eq!(column.effect.state, EffectState::None, "one lead of 61 is significant and means nothing");
}

#[test]
fn few_values_are_too_few_to_say() {
    assert!(compared(&["a", "b"], &["a"; 40], Kind::Category).too_few);
    assert!(!compared(&["a"; 30], &["a"; 30], Kind::Category).too_few);
}

#[test]
fn effects_have_three_states() {
    let numbers = |from: i32| (from..from + 100).map(|number| number.to_string()).collect::<Vec<_>>();
    let state = |shift: i32| {
        let (one, other) = (numbers(0), numbers(shift));
        let (one, other): (Vec<&str>, Vec<&str>) =
            (one.iter().map(String::as_str).collect(), other.iter().map(String::as_str).collect());
        compared(&one, &other, Kind::Number).effect
    };
    assert_eq!(state(0).state, EffectState::None);
    // The standard deviation of 0 to 99 is 28.9.
    assert_eq!((state(6).measure, state(6).state), (Measure::Wasserstein, EffectState::Moderate));
    assert_eq!(state(15).state, EffectState::Strong);
    let levels = |a: usize| [vec!["a"; a], vec!["b"; 100 - a]].concat();
    let effect = compared(&levels(50), &levels(90), Kind::Category).effect;
    assert_eq!((effect.measure, effect.state), (Measure::CramersV, EffectState::Strong));
}

#[test]
fn levels_that_a_reference_has_pooled_are_pooled_in_what_came() {
    let named = vec!["a".to_owned(), "b".to_owned(), "rare".to_owned()];
    let layout = |levels| Arc::new(Layout::new(vec![ColumnLayout::category(Group::Field, "x", levels)], 64));
    let fill = |mut profile: Profile, cells: &[(&str, usize)]| {
        for (cell, times) in cells {
            (0..*times).for_each(|_| profile.add_value(0, crate::lead::Value::Text(cell), key()));
        }
        profile
    };
    let history = fill(Profile::empty(layout(named)), &[("a", 50), ("b", 40), ("rare", 2), ("rarer", 8)]);
    let reference = history.published(5, 64);
    let names = reference.layout().columns()[0].levels.clone();
    assert_eq!(names, ["a", "b"]);
    let current = fill(Profile::empty(layout(names)), &[("a", 50), ("b", 40), ("other", 4), ("unheard", 6)]);
    let column = compare(&reference, &current, &Options::new(key())).columns.remove(0);
    assert_eq!((column.test, column.score, column.new_levels), (Some(Test::ChiSquare), 1.0, 0));
    assert!(column.approximate);
    assert!(!compare(&history, &history, &Options::new(key())).columns[0].approximate);
}

#[test]
fn numbers_that_one_side_has_coarsely_are_compared_coarsely() {
    let layout = |capacity| Arc::new(Layout::new(vec![ColumnLayout::number(Group::Field, "x", Part::Value)], capacity));
    let fill = |capacity, shift: f64| {
        let mut profile = Profile::empty(layout(capacity));
        profile.add_numbers(0, (0..1000).map(|number| f64::from(number) / 7.0 + shift));
        profile
    };
    let column = |shift| compare(&fill(64, 0.0), &fill(4096, shift), &Options::new(key())).columns.remove(0);
    assert!(column(0.0).approximate);
    assert_eq!(column(0.0).score, 1.0);
    assert!(column(20.0).drifted);
}

#[test]
fn the_whole_has_drifted_from_half_of_its_features_on() {
    let features = |numbers: &[f64]| {
        let column = |name: &str| ColumnLayout::number(Group::Feature, name, Part::Value);
        let layout =
            Layout::new(vec![column("a"), column("b"), ColumnLayout::number(Group::Field, "c", Part::Value)], 99);
        let mut profile = Profile::empty(Arc::new(layout));
        for (place, number) in numbers.iter().enumerate() {
            profile.add_numbers(place, std::iter::repeat_n(*number, 50));
        }
        profile
    };
    let report = |numbers| compare(&features(&[1.0, 1.0, 1.0]), &features(numbers), &Options::new(key()));
    let half = report(&[1.0, 2.0, 1.0]);
    assert_eq!((half.basis, half.drifted, half.share, half.drift), (Group::Feature, 1, 0.5, true));
    assert_eq!(half.count(Group::Field), (0, 1));
    assert!(!report(&[1.0, 1.0, 2.0]).drift);
    let empty = compare(&features(&[]), &features(&[]), &Options::new(key()));
    assert_eq!((empty.share, empty.drift), (0.0, false));
}

proptest! {
    #[test]
    fn a_profile_has_not_drifted_from_itself(cells in prop::collection::vec("[a-f0-9]{0,2}", 1..300)) {
        for kind in [Kind::Number, Kind::Category] {
            let same: Vec<&str> = cells.iter().map(String::as_str).collect();
            let column = compared(&same, &same, kind);
            prop_assert!(!column.drifted && !column.missing.drifted && column.new_levels == 0, "{:?}", column);
            prop_assert_eq!(column.effect.state, EffectState::None);
        }
    }

    #[test]
    fn scores_are_in_their_range(counts in prop::collection::vec((0_u64..50, 0_u64..50), 1..60)) {
        let counts: Vec<Count> = counts.into_iter().map(|(reference, current)| Count { reference, current }).collect();
        let n: u64 = counts.iter().map(|count| count.reference).sum();
        let m: u64 = counts.iter().map(|count| count.current).sum();
        prop_assume!(n > 0 && m > 0);
        let outcome = kolmogorov::test(&counts, n, m);
        prop_assert!((0.0..=1.0).contains(&outcome.p_value) && (0.0..=1.0).contains(&outcome.statistic));
        let limit = asymptotic(outcome.statistic, n, m);
        prop_assert!(limit.is_nan() || (0.0..=1.0).contains(&limit));
    }
}
