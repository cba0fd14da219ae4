//! Scales encoded leads and stores them as sparse rows.
//!
//! Numbers get a mean of 0 and a standard deviation of 1. Flags (0 or 1) are doubled: a flag that half of the leads have
//! then has the same standard deviation, and the penalty shrinks a flag more the rarer it is. (After Gelman 2008, "Scaling
//! regression inputs by dividing by two standard deviations"; dividing rare flags by their own small deviation would do
//! the opposite.) Flags are not centred: the unpenalised intercept absorbs the difference, and zeros stay sparse.

use super::metric::mean_and_std;
use crate::lead::encode::Matrix;

/// Scale factor of flags.
const FLAG_SCALE: f32 = 2.0;

/// Feature scaling `(x - offset) * scale`, in f32, as the ONNX graph computes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    pub(super) offset: Vec<f32>,
    pub(super) scale: Vec<f32>,
}

/// Scaled sparse rows: the non-zero features of each, in ascending order of their index.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) width: usize,
    pub(super) rows: Vec<Vec<(usize, f64)>>,
}

impl Scaling {
    /// Computes the scaling of every feature over some rows. A constant number is scaled to 0.
    pub(super) fn fit(matrix: &Matrix, rows: &[usize]) -> Self {
        let mut scaling = Scaling { offset: Vec::new(), scale: Vec::new() };
        for feature in 0..matrix.width {
            let column: Vec<f64> =
                rows.iter().map(|row| f64::from(matrix.values[row * matrix.width + feature])).collect();
            let (mean, std) = mean_and_std(&column);
            let flag = column.iter().all(|value| *value == 0.0 || *value == 1.0);
            let constant = column.windows(2).all(|pair| pair[0] == pair[1]);
            scaling.offset.push(if flag { 0.0 } else { mean as f32 });
            scaling.scale.push(match (flag, constant) {
                (true, _) => FLAG_SCALE,
                (false, true) => 0.0,
                (false, false) => (1.0 / std) as f32,
            });
        }
        scaling
    }

    /// Scales some rows.
    pub(super) fn rows(&self, matrix: &Matrix, rows: &[usize]) -> Rows {
        let scaled = |row: &usize| {
            let values = matrix.values[row * matrix.width..][..matrix.width].iter();
            let scaled = values.zip(&self.offset).zip(&self.scale).map(|((value, offset), scale)| {
                // In f32 first, as the graph computes it.
                f64::from((value - offset) * scale)
            });
            scaled.enumerate().filter(|(_, value)| *value != 0.0).collect()
        };
        Rows { width: matrix.width, rows: rows.iter().map(scaled).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_standardised_flags_doubled_and_constants_zero() {
        let matrix = Matrix { width: 3, values: vec![0.0, 1.0, 7.0, 0.0, 3.0, 7.0, 1.0, 5.0, 7.0, 9.0, 9.0, 9.0] };
        let scaling = Scaling::fit(&matrix, &[0, 1, 2]);
        assert_eq!(scaling.offset, [0.0, 3.0, 7.0]);
        assert_eq!((scaling.scale[0], scaling.scale[2]), (2.0, 0.0));
        let rows = scaling.rows(&matrix, &[1, 2]).rows;
        assert_eq!(rows[0], []);
        assert_eq!(rows[1].iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
        assert!((rows[1][1].1 - 2.0 / (8.0f64 / 3.0).sqrt()).abs() < 1e-6);
    }
}
