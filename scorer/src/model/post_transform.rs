//! ONNX-ML post-transforms and binary scores: from raw scores to probabilities, as onnxruntime computes them.

use super::calibration::{logistic, probit};

/// `post_transform` of a row's scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PostTransform {
    /// Identity.
    #[default]
    None,
    /// Logistic function of each score.
    Logistic,
    /// Softmax over the scores.
    Softmax,
    /// Softmax over the nonzero scores; onnxruntime leaves zeros at 0 where others are large.
    SoftmaxZero,
    /// Quantile of the normal distribution at each score.
    Probit,
}

impl PostTransform {
    /// Transforms the scores of one row in place.
    pub fn apply(self, scores: &mut [f32]) {
        match self {
            PostTransform::None => {}
            PostTransform::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            PostTransform::Softmax => softmax(scores, |_| true),
            PostTransform::SoftmaxZero => softmax(scores, |score| score.abs() > 1e-7),
            PostTransform::Probit => scores.iter_mut().for_each(|score| *score = probit(*score)),
        }
    }
}

/// Derivation of two classes' scores from one, which is the second class's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstClassScore {
    /// The first class has the complement to 1.
    Complement,
    /// The first class has the negated score, for scores that are no probabilities.
    Negation,
}

impl FirstClassScore {
    /// Transformed scores of both classes. Only [`PostTransform::Logistic`] changes a single score.
    pub fn both_scores(self, score: f32, transform: PostTransform) -> [f32; 2] {
        match (transform, self) {
            (PostTransform::Logistic, _) => {
                let second = logistic(score);
                [1.0 - second, second]
            }
            (_, FirstClassScore::Complement) => [1.0 - score, score],
            (_, FirstClassScore::Negation) => [-score, score],
        }
    }

    /// True when the second class is predicted.
    pub fn predicts_second(self, score: f32) -> bool {
        match self {
            FirstClassScore::Complement => score > 0.5,
            FirstClassScore::Negation => score > 0.0,
        }
    }
}

/// Index of the highest score, the first of equals.
pub fn argmax(scores: &[f32]) -> usize {
    (1..scores.len()).fold(0, |best, index| if scores[index] > scores[best] { index } else { best })
}

/// Softmax in f64, shifted by the highest score, so that no exponential overflows.
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

    fn applied<const N: usize>(transform: PostTransform, mut scores: [f32; N]) -> [f32; N] {
        transform.apply(&mut scores);
        scores
    }

    #[test]
    fn a_single_score_belongs_to_the_second_class() {
        assert_eq!(FirstClassScore::Negation.both_scores(0.0, PostTransform::Logistic), [0.5, 0.5]);
        assert_eq!(FirstClassScore::Complement.both_scores(40.0, PostTransform::Logistic), [0.0, 1.0]);
        assert_eq!(FirstClassScore::Complement.both_scores(0.25, PostTransform::None), [0.75, 0.25]);
        assert_eq!(FirstClassScore::Negation.both_scores(3.0, PostTransform::Softmax), [-3.0, 3.0]);
        assert!(FirstClassScore::Negation.predicts_second(0.25) && !FirstClassScore::Complement.predicts_second(0.25));
    }

    #[test]
    fn softmax_sums_to_one_without_overflow() {
        assert_eq!(applied(PostTransform::Softmax, [1.0e6, -1.0e6, 5.0e5]), [1.0, 0.0, 0.0]);
        assert!((applied(PostTransform::Softmax, [0.3, -0.3, 0.15]).iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(applied(PostTransform::SoftmaxZero, [0.0, 3.0]), [0.0, 1.0]);
    }

    #[test]
    fn argmax_takes_the_first_of_equals() {
        assert_eq!((argmax(&[0.5, 0.5]), argmax(&[0.2, 0.8, 0.1])), (0, 1));
    }
}
