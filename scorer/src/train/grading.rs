//! Grades from what held-back leads got and did.
//!
//! Owns how the ranges are chosen: by shares of the leads, so that "the best" is a list of a length that one can call
//! through. An A is about one lead in seven, what a small team contacts first; B is the next quarter, C the 30 % around
//! the middle, D the rest. May not know models.

use super::metric::{mean, quantile};
use crate::insight::grade::{GradeRange, Grades};

/// The letter, and the share of all leads that have it or a better one.
const SHARES: [(char, f64); 4] = [('A', 0.15), ('B', 0.40), ('C', 0.70), ('D', 1.0)];

/// The grades, with the rate of the outcome in each. `held_back` has one probability per lead and repetition; counts
/// are those of one repetition, on average. Grades that would begin where a better one does are left out.
pub(super) fn grades(held_back: &[Vec<f64>], outcomes: &[bool]) -> Grades {
    let repeats = held_back.len().max(1) as f64;
    let mut seen: Vec<(f32, bool)> = held_back
        .iter()
        .flat_map(|probabilities| {
            probabilities.iter().map(|probability| *probability as f32).zip(outcomes.iter().copied())
        })
        .collect();
    seen.sort_by(|one, other| one.0.total_cmp(&other.0));
    let sorted: Vec<f64> = seen.iter().map(|(probability, _)| f64::from(*probability)).collect();
    let mut ranges: Vec<GradeRange> = Vec::new();
    let mut below = f32::INFINITY;
    for (grade, share) in SHARES {
        let from = if share < 1.0 { quantile(&sorted, 1.0 - share).unwrap_or_default() as f32 } else { 0.0 };
        let within = || seen.iter().filter(|(probability, _)| *probability >= from && *probability < below);
        if from < below && within().count() > 0 {
            let leads = (within().count() as f64 / repeats).round() as u64;
            let rate = mean(within().map(|(_, outcome)| f64::from(u8::from(*outcome))));
            ranges.push(GradeRange { grade, from, leads, rate });
            below = from;
        }
    }
    if let Some(last) = ranges.last_mut() {
        last.from = 0.0;
    }
    Grades { ranges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_share_the_leads_and_hold_their_rates() {
        let probabilities: Vec<f64> = (0..100).map(|row| f64::from(row) / 100.0).collect();
        let outcomes: Vec<bool> = (0..100).map(|row| row >= 50).collect();
        let grades = grades(&[probabilities.clone(), probabilities], &outcomes);
        assert_eq!(grades.check(), Ok(()));
        let seen: Vec<_> = grades.ranges.iter().map(|range| (range.grade, range.leads, range.rate)).collect();
        assert_eq!(seen, [('A', 15, 1.0), ('B', 25, 1.0), ('C', 30, 1.0 / 3.0), ('D', 30, 0.0)]);
    }

    #[test]
    fn probabilities_that_are_all_alike_have_one_grade() {
        let grades = grades(&[vec![0.4; 50]], &[true; 50]);
        assert_eq!(grades.check(), Ok(()));
        assert_eq!(grades.ranges.len(), 1);
        assert_eq!(grades.grade(0.1), Some('A'));
    }
}
