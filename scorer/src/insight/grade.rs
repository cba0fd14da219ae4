//! Grades: letters for ranges of probability, best first, each with what was seen of it on held-back leads.
//!
//! Owns the ranges and which grade a probability has. May not know models, leads, or how the ranges were chosen.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The grades of a model; none where it brings none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grades {
    /// Best first, together all of 0 to 1.
    pub ranges: Vec<GradeRange>,
}

/// One grade. It reaches up to where the grade before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GradeRange {
    /// Its letter.
    pub grade: char,
    /// The smallest probability that has it.
    pub from: f32,
    /// How many held-back leads had it.
    pub leads: u64,
    /// The share of those that had the outcome.
    pub rate: f64,
}

/// Why grades cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GradeError {
    /// A letter that is none, or twice the same.
    #[error("grade {0:?} should be a letter of its own, A to Z")]
    Letter(char),
    /// Ranges that do not fall.
    #[error("grade {0:?} should begin at a probability from 0 to 1, below the grade before it")]
    Order(char),
    /// Probabilities below the last range.
    #[error("the last grade should begin at 0")]
    Gap,
    /// A share that is none.
    #[error("grade {0:?} should have a rate from 0 to 1")]
    Rate(char),
}

impl Grades {
    /// The grade of a probability; `None` where the model has no grades or the probability is not a number.
    pub fn of(&self, probability: f32) -> Option<char> {
        self.ranges.iter().find(|range| probability >= range.from).map(|range| range.grade)
    }

    /// Checks that every probability has just one grade. No grades at all are allowed.
    pub fn check(&self) -> Result<(), GradeError> {
        for (place, range) in self.ranges.iter().enumerate() {
            let before = &self.ranges[..place];
            if !range.grade.is_ascii_uppercase() || before.iter().any(|other| other.grade == range.grade) {
                return Err(GradeError::Letter(range.grade));
            }
            if !(0.0..=1.0).contains(&range.from) || before.last().is_some_and(|other| other.from <= range.from) {
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
    fn a_range_holds_its_lower_end() {
        let grades = grades(&[('A', 0.6), ('B', 0.4), ('C', 0.0)]);
        assert_eq!(grades.check(), Ok(()));
        let of = [1.0, 0.6, 0.599_999_96, 0.4, 0.0].map(|probability| grades.of(probability));
        assert_eq!(of, [Some('A'), Some('A'), Some('B'), Some('B'), Some('C')]);
    }

    #[test]
    fn what_is_not_a_number_has_no_grade() {
        assert_eq!(grades(&[('A', 0.0)]).of(f32::NAN), None);
        assert_eq!(Grades::default().of(0.5), None);
        assert_eq!(Grades::default().check(), Ok(()));
    }

    #[test]
    fn ranges_that_overlap_or_leave_gaps_are_refused() {
        assert_eq!(grades(&[('A', 0.5), ('A', 0.0)]).check(), Err(GradeError::Letter('A')));
        assert_eq!(grades(&[('a', 0.0)]).check(), Err(GradeError::Letter('a')));
        assert_eq!(grades(&[('A', 0.5), ('B', 0.5)]).check(), Err(GradeError::Order('B')));
        assert_eq!(grades(&[('A', f32::NAN)]).check(), Err(GradeError::Order('A')));
        assert_eq!(grades(&[('A', 0.5), ('B', 0.1)]).check(), Err(GradeError::Gap));
    }
}
