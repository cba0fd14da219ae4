//! What ONNX-ML's classifiers make of the kernel's sums.
//!
//! Owns the layouts of the probabilities and the functions after the sums, as onnxruntime applies them. May not know
//! tract, attributes or leads.

use super::calibration::logistic;
use super::forest::Forest;
use super::kernel;

/// Where the sums come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Trees.
    Forest(Forest),
    /// Coefficients, row-major, targets × features.
    Linear {
        /// The coefficients.
        coefficients: Vec<f32>,
        /// How many features there are.
        width: usize,
    },
}

/// What is done to the sums of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Nothing.
    None,
    /// The logistic function of each.
    Logistic,
    /// The exponential of each, divided by the sum of all.
    Softmax,
}

/// A classifier, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    /// Where the sums come from.
    pub source: Source,
    /// What each sum starts from; as long as there are targets.
    pub base: Vec<f32>,
    /// What is done to the sums.
    pub transform: Transform,
    /// The labels of the classes. One sum for two labels is that of the second; the first has what is left of 1.
    pub labels: Vec<i64>,
}

impl Classifier {
    /// How many features a row must have at least.
    pub fn features(&self) -> usize {
        match &self.source {
            Source::Forest(forest) => forest.features(),
            Source::Linear { width, .. } => *width,
        }
    }

    /// The sums of each row, row-major, rows × targets.
    pub fn margins(&self, rows: &[f32], width: usize) -> Vec<f32> {
        let count = rows.len().checked_div(width).unwrap_or(0);
        let mut sums = self.base.repeat(count);
        match &self.source {
            Source::Forest(forest) => kernel::add_forest(forest, rows, width, &mut sums),
            Source::Linear { coefficients, .. } => kernel::add_linear(coefficients, rows, width, &mut sums),
        }
        sums
    }

    /// The probabilities of each row, row-major, rows × labels.
    pub fn probabilities(&self, rows: &[f32], width: usize) -> Vec<f32> {
        let mut sums = self.margins(rows, width);
        if self.transform == Transform::Softmax {
            sums.chunks_exact_mut(self.base.len()).for_each(softmax);
        } else if self.transform == Transform::Logistic {
            sums.iter_mut().for_each(|sum| *sum = logistic(*sum));
        }
        if self.base.len() < self.labels.len() {
            return sums.into_iter().flat_map(|second| [1.0 - second, second]).collect();
        }
        sums
    }

    /// The label of each row of probabilities: the class of the highest, the first of equals.
    pub fn label(&self, probabilities: &[f32]) -> i64 {
        let best = |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
        self.labels[(1..probabilities.len()).fold(0, best)]
    }
}

/// In f64, and shifted by the highest, so that no exponential overflows.
fn softmax(sums: &mut [f32]) {
    let highest = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = sums.iter().map(|sum| libm::exp(f64::from(*sum) - f64::from(highest))).collect();
    let total: f64 = exponentials.iter().sum();
    for (sum, exponential) in sums.iter_mut().zip(exponentials) {
        *sum = (exponential / total) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(targets: usize, transform: Transform) -> Classifier {
        let source = Source::Linear { coefficients: [1.0, -1.0, 0.5][..targets].to_vec(), width: 1 };
        Classifier { source, base: vec![0.0; targets], transform, labels: (0..targets.max(2) as i64).collect() }
    }

    #[test]
    fn one_sum_for_two_labels_is_that_of_the_second() {
        let classifier = linear(1, Transform::Logistic);
        assert_eq!(classifier.probabilities(&[0.0, 40.0], 1), [0.5, 0.5, 0.0, 1.0]);
        assert_eq!((classifier.label(&[0.5, 0.5]), classifier.label(&[0.2, 0.8])), (0, 1));
    }

    #[test]
    fn softmax_adds_up_to_one_and_does_not_overflow() {
        let row = linear(3, Transform::Softmax).probabilities(&[1.0e6], 1);
        assert_eq!(row, [1.0, 0.0, 0.0]);
        let row = linear(3, Transform::Softmax).probabilities(&[0.3], 1);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
