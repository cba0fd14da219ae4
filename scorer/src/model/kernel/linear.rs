//! Linear models: dot products of rows and coefficients, added in the order of the features, in f32.

/// Rows that are summed in an interleaved loop, so that no row waits for its own last addition.
const INTERLEAVED: usize = 8;

/// Adds the products of a row's features with the coefficients of each target, in the order of the features, in f32.
/// `coefficients` is row-major, targets × width; `sums` is row-major, rows × targets, and holds the intercepts.
pub fn add_linear(coefficients: &[f32], rows: &[f32], width: usize, sums: &mut [f32]) {
    let targets = coefficients.len().checked_div(width).unwrap_or(0);
    if targets == 0 {
        return;
    }
    let blocks = rows.chunks(width * INTERLEAVED).zip(sums.chunks_mut(targets * INTERLEAVED));
    for (rows, sums) in blocks {
        for (target, coefficients) in coefficients.chunks_exact(width).enumerate() {
            if rows.len() == width * INTERLEAVED && sums.len() == targets * INTERLEAVED {
                add_interleaved(coefficients, rows, &mut sums[target..], targets);
                continue;
            }
            for (row, sums) in rows.chunks_exact(width).zip(sums.chunks_exact_mut(targets)) {
                for (coefficient, value) in coefficients.iter().zip(row) {
                    sums[target] += coefficient * value;
                }
            }
        }
    }
}

/// As [`add_linear`], for one target of [`INTERLEAVED`] rows; their sums are `targets` apart.
fn add_interleaved(coefficients: &[f32], rows: &[f32], sums: &mut [f32], targets: usize) {
    let width = coefficients.len();
    let rows: [&[f32]; INTERLEAVED] = std::array::from_fn(|row| &rows[row * width..][..width]);
    let mut added: [f32; INTERLEAVED] = std::array::from_fn(|row| sums[row * targets]);
    for (feature, coefficient) in coefficients.iter().enumerate() {
        for (sum, row) in added.iter_mut().zip(rows) {
            *sum += coefficient * row[feature];
        }
    }
    for (row, sum) in added.into_iter().enumerate() {
        sums[row * targets] = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_sums_follow_the_order_of_features() {
        let mut sums = [1.0e8, 0.0];
        add_linear(&[1.0, 1.0, 2.0, 3.0], &[4.0, -1.0e8], 2, &mut sums);
        assert_eq!(sums, [(1.0e8f32 + 4.0) - 1.0e8, 8.0 - 3.0e8]);
    }

    #[test]
    fn interleaved_rows_match_single_rows() {
        let coefficients = [1.0e8, 1.5, -1.0e8, 0.1, 0.2, 0.3];
        let rows: Vec<f32> = (0..3 * 21).map(|index| (index % 17) as f32 * 0.37).collect();
        let mut together = vec![0.25; 2 * 21];
        add_linear(&coefficients, &rows, 3, &mut together);
        for (row, sums) in rows.chunks(3).zip(together.chunks(2)) {
            let mut alone = [0.25; 2];
            add_linear(&coefficients, row, 3, &mut alone);
            assert_eq!(sums, alone);
        }
    }
}
