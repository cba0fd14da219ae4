//! Pairwise coupling: from the probabilities of pairs of classes to those of all classes.
//!
//! The second method of Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling"
//! (2004), with the stopping rule of libsvm and onnxruntime: 100 rounds, or a residual below 0.005 divided by the number
//! of classes. In f32, in a fixed order.

/// Probabilities of the classes. `pairs` is row-major, classes × classes: at (i, j) the probability of i against j.
pub(super) fn couple(pairs: &[f32], classes: usize) -> Vec<f32> {
    let matrix = coupling_matrix(pairs, classes);
    let mut probabilities = vec![1.0 / classes as f32; classes];
    let tolerance = 0.005 / classes as f32;
    let mut products = vec![0.0_f32; classes];
    for _ in 0..100 {
        let mut total = 0.0;
        for (at, row) in matrix.chunks_exact(classes).enumerate() {
            products[at] =
                row.iter().zip(&probabilities).fold(0.0, |sum, (weight, probability)| sum + weight * probability);
            total += probabilities[at] * products[at];
        }
        let residual = products.iter().map(|product| (product - total).abs()).fold(0.0, f32::max);
        if residual < tolerance {
            break;
        }
        for (at, row) in matrix.chunks_exact(classes).enumerate() {
            let step = (total - products[at]) / row[at];
            probabilities[at] += step;
            total = (total + step * (step * row[at] + 2.0 * products[at])) / (1.0 + step) / (1.0 + step);
            for ((product, probability), weight) in products.iter_mut().zip(&mut probabilities).zip(row) {
                *product = (*product + step * weight) / (1.0 + step);
                *probability /= 1.0 + step;
            }
        }
    }
    probabilities
}

/// Matrix Q of the paper's quadratic program.
fn coupling_matrix(pairs: &[f32], classes: usize) -> Vec<f32> {
    let pair = |class: usize, other: usize| pairs[class * classes + other];
    let mut matrix = vec![0.0; classes * classes];
    for row in 0..classes {
        for column in (0..classes).filter(|column| *column != row) {
            matrix[row * classes + row] += pair(column, row) * pair(column, row);
            matrix[row * classes + column] = -pair(column, row) * pair(row, column);
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_classes_match_their_pair() {
        let probabilities = couple(&[0.0, 0.8, 0.2, 0.0], 2);
        assert!(
            (probabilities[0] - 0.8).abs() < 0.01 && (probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6,
            "{probabilities:?}"
        );
    }

    #[test]
    fn nan_pairs_give_equal_probabilities() {
        assert_eq!(couple(&[0.0, f32::NAN, f32::NAN, 0.0], 2), [0.5, 0.5]);
    }
}
