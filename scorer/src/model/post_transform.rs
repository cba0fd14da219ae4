//! What ONNX-ML's operators make of scores: from sums over trees or features to probabilities.
//!
//! Owns the functions after the sums and the two layouts of a classifier's answer, as onnxruntime applies them. May not
//! know tract, attributes, trees or leads.

use super::calibration::{logistic, probit};

/// What is done to the scores of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transform {
    /// Nothing.
    #[default]
    None,
    /// The logistic function of each.
    Logistic,
    /// The exponential of each, divided by the sum of all.
    Softmax,
    /// The same among the scores that are not 0; onnxruntime leaves those at 0 where others are large.
    SoftmaxZero,
    /// The quantile of the normal distribution that belongs to each.
    Probit,
}

impl Transform {
    /// Transforms the scores of one row, a score for each class.
    pub fn apply(self, scores: &mut [f32]) {
        match self {
            Transform::None => {}
            Transform::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            Transform::Softmax => softmax(scores, |_| true),
            Transform::SoftmaxZero => softmax(scores, |score| score.abs() > 1e-7),
            Transform::Probit => scores.iter_mut().for_each(|score| *score = probit(*score)),
        }
    }
}

/// How one score stands for two classes: it is that of the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The first class has what is left of 1.
    Rest,
    /// The first class has the negative score: of sums that are no probabilities.
    Negative,
}

impl First {
    /// The scores of both classes, transformed. One score alone cannot be shared out: of the transforms only
    /// [`Transform::Logistic`] changes it.
    pub fn both(self, score: f32, transform: Transform) -> [f32; 2] {
        match (transform, self) {
            (Transform::Logistic, _) => {
                let second = logistic(score);
                [1.0 - second, second]
            }
            (_, First::Rest) => [1.0 - score, score],
            (_, First::Negative) => [-score, score],
        }
    }

    /// Whether the second class is the answer.
    pub fn is_second(self, score: f32) -> bool {
        match self {
            First::Rest => score > 0.5,
            First::Negative => score > 0.0,
        }
    }
}

/// The place of the highest score, the first of equals.
pub fn highest(scores: &[f32]) -> usize {
    (1..scores.len()).fold(0, |best, place| if scores[place] > scores[best] { place } else { best })
}

/// In f64, and shifted by the highest, so that no exponential overflows.
fn softmax(scores: &mut [f32], takes_part: impl Fn(f32) -> bool) {
    let highest = f64::from(scores.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let weight = |score: f32| match takes_part(score) {
        true => libm::exp(f64::from(score) - highest),
        false => f64::from(score) * libm::exp(-highest),
    };
    let total: f64 = scores.iter().map(|score| weight(*score)).sum();
    scores.iter_mut().for_each(|score| *score = (weight(*score) / total) as f32);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied<const N: usize>(transform: Transform, mut scores: [f32; N]) -> [f32; N] {
        transform.apply(&mut scores);
        scores
    }

    #[test]
    fn one_score_for_two_classes_is_that_of_the_second() {
        assert_eq!(First::Negative.both(0.0, Transform::Logistic), [0.5, 0.5]);
        assert_eq!(First::Rest.both(40.0, Transform::Logistic), [0.0, 1.0]);
        assert_eq!(First::Rest.both(0.25, Transform::None), [0.75, 0.25]);
        assert_eq!(First::Negative.both(3.0, Transform::Softmax), [-3.0, 3.0]);
        assert!(First::Negative.is_second(0.25) && !First::Rest.is_second(0.25));
    }

    #[test]
    fn softmax_adds_up_to_one_and_does_not_overflow() {
        assert_eq!(applied(Transform::Softmax, [1.0e6, -1.0e6, 5.0e5]), [1.0, 0.0, 0.0]);
        assert!((applied(Transform::Softmax, [0.3, -0.3, 0.15]).iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(applied(Transform::SoftmaxZero, [0.0, 3.0]), [0.0, 1.0]);
    }

    #[test]
    fn the_highest_is_the_first_of_equals() {
        assert_eq!((highest(&[0.5, 0.5]), highest(&[0.2, 0.8, 0.1])), (0, 1));
    }
}
