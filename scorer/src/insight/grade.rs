//! Grades: letters for ranges of probability, each with its reply rate on held-out leads.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Grades of a model; empty where it has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grades {
    /// Ranges, best first, covering 0 to 1.
    pub ranges: Vec<GradeRange>,
}

/// One grade; its upper bound, exclusive, is the lower bound of the previous grade.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GradeRange {
    /// Letter, A to Z.
    pub grade: char,
    /// Lower bound of the probability, inclusive.
    pub from: f32,
    /// Number of held-out leads with the grade.
    pub leads: u64,
    /// Share of those with the outcome.
    pub rate: f64,
}

/// Invalid grades.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GradeError {
    /// Not a letter from A to Z, or a duplicate.
    #[error("grade {0:?} should be a letter of its own, A to Z")]
    Letter(char),
    /// Lower bounds do not descend.
    #[error("grade {0:?} should begin at a probability from 0 to 1, below the grade before it")]
    Order(char),
    /// Probabilities below the last range have no grade.
    #[error("the last grade should begin at 0")]
    Gap,
    /// Rate outside of 0 to 1.
    #[error("grade {0:?} should have a rate from 0 to 1")]
    Rate(char),
}

impl Grades {
    /// Returns the grade of a probability; `None` without grades or for NaN.
    pub fn grade(&self, probability: f32) -> Option<char> {
        self.ranges.iter().find(|range| probability >= range.from).map(|range| range.grade)
    }

    /// Checks that every probability has exactly one grade. An empty list is valid.
    pub fn check(&self) -> Result<(), GradeError> {
        for (index, range) in self.ranges.iter().enumerate() {
            let better = &self.ranges[..index];
            if !range.grade.is_ascii_uppercase() || better.iter().any(|other| other.grade == range.grade) {
                return Err(GradeError::Letter(range.grade));
            }
            if !(0.0..=1.0).contains(&range.from) || better.last().is_some_and(|other| other.from <= range.from) {
                return Err(GradeError::Order(range.grade));
            }
            if !(0.0..=1.0).contains(&range.rate) {
                return Err(GradeError::Rate(range.grade));
            }
        }
        match self.ranges.last() {
            Some(last) if last.from != 0.0 => Err(GradeError::Gap),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(ranges: &[(char, f32)]) -> Grades {
        let range = |&(grade, from): &(char, f32)| GradeRange { grade, from, leads: 10, rate: 0.5 };
        Grades { ranges: ranges.iter().map(range).collect() }
    }

    #[test]
    fn a_range_includes_its_lower_bound() {
        let grades = grades(&[('A', 0.6), ('B', 0.4), ('C', 0.0)]);
        assert_eq!(grades.check(), Ok(()));
        let letters = [1.0, 0.6, 0.599_999_96, 0.4, 0.0].map(|probability| grades.grade(probability));
        assert_eq!(letters, [Some('A'), Some('A'), Some('B'), Some('B'), Some('C')]);
    }

    #[test]
    fn nan_has_no_grade() {
        assert_eq!(grades(&[('A', 0.0)]).grade(f32::NAN), None);
        assert_eq!(Grades::default().grade(0.5), None);
        assert_eq!(Grades::default().check(), Ok(()));
    }

    #[test]
    fn overlapping_ranges_and_gaps_are_rejected() {
        assert_eq!(grades(&[('A', 0.5), ('A', 0.0)]).check(), Err(GradeError::Letter('A')));
        assert_eq!(grades(&[('a', 0.0)]).check(), Err(GradeError::Letter('a')));
        assert_eq!(grades(&[('A', 0.5), ('B', 0.5)]).check(), Err(GradeError::Order('B')));
        assert_eq!(grades(&[('A', f32::NAN)]).check(), Err(GradeError::Order('A')));
        assert_eq!(grades(&[('A', 0.5), ('B', 0.1)]).check(), Err(GradeError::Gap));
    }
}
