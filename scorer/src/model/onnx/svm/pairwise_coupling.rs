//! From the probabilities of pairs of classes to those of all classes.
//!
//! The second method of Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling"
//! (2004), stopped where libsvm and onnxruntime stop: after 100 rounds, or where no class is further than 0.005 divided
//! by their number from its balance. In f32, in one order. May not know where the pairs come from.

/// The probabilities of the classes. `pairs` is row-major, classes × classes: at (i, j) the probability of i among i and
/// j.
pub(super) fn coupled(pairs: &[f32], classes: usize) -> Vec<f32> {
    let balance = balance(pairs, classes);
    let mut shares = vec![1.0 / classes as f32; classes];
    let near = 0.005 / classes as f32;
    let mut pulls = vec![0.0_f32; classes];
    for _ in 0..100 {
        let mut total = 0.0;
        for (at, row) in balance.chunks_exact(classes).enumerate() {
            pulls[at] = row.iter().zip(&shares).fold(0.0, |sum, (weight, share)| sum + weight * share);
            total += shares[at] * pulls[at];
        }
        let furthest = pulls.iter().map(|pull| (pull - total).abs()).fold(0.0, f32::max);
        if furthest < near {
            break;
        }
        for (at, row) in balance.chunks_exact(classes).enumerate() {
            let step = (total - pulls[at]) / row[at];
            shares[at] += step;
            total = (total + step * (step * row[at] + 2.0 * pulls[at])) / (1.0 + step) / (1.0 + step);
            for ((pull, share), weight) in pulls.iter_mut().zip(&mut shares).zip(row) {
                *pull = (*pull + step * weight) / (1.0 + step);
                *share /= 1.0 + step;
            }
        }
    }
    shares
}

/// The matrix whose balance the probabilities are.
fn balance(pairs: &[f32], classes: usize) -> Vec<f32> {
    let pair = |of: usize, and: usize| pairs[of * classes + and];
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
    fn two_classes_share_as_their_pair_does() {
        let shares = coupled(&[0.0, 0.8, 0.2, 0.0], 2);
        assert!((shares[0] - 0.8).abs() < 0.01 && (shares.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{shares:?}");
    }

    #[test]
    fn pairs_that_are_no_numbers_leave_equal_shares() {
        assert_eq!(coupled(&[0.0, f32::NAN, f32::NAN, 0.0], 2), [0.5, 0.5]);
    }
}
