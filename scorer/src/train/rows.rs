//! Encoded leads as the fit wants them: scaled, and without their zeros.
//!
//! Owns the scaling of features. May not know leads, outcomes or what the features mean.
//!
//! Features that are mostly zero are only divided by their standard deviation, not moved to a mean of zero: the
//! intercept, which is free, takes up the difference, and their zeros need no work.

use crate::lead::encode::Matrix;

/// How a feature is scaled: `(x - offset) * scale`, in f32, as the graph does it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    pub(super) offset: Vec<f32>,
    pub(super) scale: Vec<f32>,
}

/// Scaled rows; of each only the features that are not zero, by rising place.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) width: usize,
    pub(super) rows: Vec<Vec<(usize, f64)>>,
}

impl Scaling {
    /// The scaling that gives every feature a standard deviation of 1 over some rows. A feature that is the same in
    /// all of them becomes 0.
    pub(super) fn fit(matrix: &Matrix, rows: &[usize]) -> Self {
        let mut scaling = Scaling { offset: Vec::new(), scale: Vec::new() };
        let count = rows.len() as f64;
        for feature in 0..matrix.width {
            let column = || rows.iter().map(|row| f64::from(matrix.values[row * matrix.width + feature]));
            let mean = column().sum::<f64>() / count;
            let std = (column().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
            let zeros = column().filter(|value| *value == 0.0).count();
            let constant = column().all(|value| Some(value) == column().next());
            scaling.offset.push(if zeros * 2 > rows.len() && !constant { 0.0 } else { mean as f32 });
            scaling.scale.push(if constant { 0.0 } else { (1.0 / std) as f32 });
        }
        scaling
    }

    /// Scales some rows.
    pub(super) fn rows(&self, matrix: &Matrix, rows: &[usize]) -> Rows {
        let scaled = |row: &usize| {
            let values = matrix.values[row * matrix.width..][..matrix.width].iter();
            let scaled = values.zip(&self.offset).zip(&self.scale).map(|((value, offset), scale)| {
                // In f32 first, as the graph works it out.
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
    fn features_get_a_spread_of_one_and_constants_vanish() {
        let matrix = Matrix { width: 3, values: vec![0.0, 1.0, 7.0, 0.0, 3.0, 7.0, 2.0, 5.0, 7.0, 9.0, 9.0, 9.0] };
        let scaling = Scaling::fit(&matrix, &[0, 1, 2]);
        assert_eq!(scaling.offset, [0.0, 3.0, 7.0]);
        assert_eq!(scaling.scale[2], 0.0);
        let rows = scaling.rows(&matrix, &[1, 2]).rows;
        assert_eq!(rows[0], []);
        assert_eq!(rows[1].iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
        assert!((rows[1][0].1 - 2.0 / (8.0f64 / 9.0).sqrt()).abs() < 1e-6);
    }
}
