//! Chooses grade ranges from held-out probabilities and outcomes.
//!
//! Ranges are shares of the leads, so that a grade is a list of a length that a team can contact: A is about one lead in
//! seven, what a small team contacts first; B is the next quarter, C the following 30 %, D the rest.

use super::metric::{mean, quantile};
use crate::insight::grade::{GradeRange, Grades};

/// Grade letter and cumulative share of leads with this or a better grade.
const CUMULATIVE_SHARES: [(char, f64); 4] = [('A', 0.15), ('B', 0.40), ('C', 0.70), ('D', 1.0)];

/// Returns the grades with their outcome rates. `held_out` contains one probability per lead and repetition; counts are
/// averages over the repetitions. A grade that would begin at the threshold of a better one is omitted.
pub(super) fn grades(held_out: &[Vec<f64>], outcomes: &[bool]) -> Grades {
    let repeats = held_out.len().max(1) as f64;
    let mut pairs: Vec<(f32, bool)> = held_out
        .iter()
        .flat_map(|probabilities| {
            probabilities.iter().map(|probability| *probability as f32).zip(outcomes.iter().copied())
        })
        .collect();
    pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let sorted: Vec<f64> = pairs.iter().map(|(probability, _)| f64::from(*probability)).collect();
    let mut ranges: Vec<GradeRange> = Vec::new();
    let mut below = f32::INFINITY;
    for (grade, share) in CUMULATIVE_SHARES {
        let from = if share < 1.0 { quantile(&sorted, 1.0 - share).unwrap_or_default() as f32 } else { 0.0 };
        let within = || pairs.iter().filter(|(probability, _)| *probability >= from && *probability < below);
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
    fn ranges_have_the_intended_shares_and_rates() {
        let probabilities: Vec<f64> = (0..100).map(|row| f64::from(row) / 100.0).collect();
        let outcomes: Vec<bool> = (0..100).map(|row| row >= 50).collect();
        let grades = grades(&[probabilities.clone(), probabilities], &outcomes);
        assert_eq!(grades.check(), Ok(()));
        let ranges: Vec<_> = grades.ranges.iter().map(|range| (range.grade, range.leads, range.rate)).collect();
        assert_eq!(ranges, [('A', 15, 1.0), ('B', 25, 1.0), ('C', 30, 1.0 / 3.0), ('D', 30, 0.0)]);
    }

    #[test]
    fn equal_probabilities_yield_one_grade() {
        let grades = grades(&[vec![0.4; 50]], &[true; 50]);
        assert_eq!(grades.check(), Ok(()));
        assert_eq!(grades.ranges.len(), 1);
        assert_eq!(grades.grade(0.1), Some('A'));
    }
}
