//! Logistic regression with an L2 penalty, by Newton's method.
//!
//! Owns the fit: rows and outcomes -> weights. What is minimised is scikit-learn's: the summed log-loss plus the
//! squared weights over twice the strength `C`; the intercept is free. May not know leads, folds or files. Sums run
//! in the order of the rows, in f64, so that the same input gives the same bits everywhere.

use super::rows::Rows;
use crate::model::calibration::logistic_f64;

/// The most steps for one strength; a dozen is usual.
const STEPS_MAX: usize = 100;

/// A step that lowers the objective by less than this share of it is the last.
const PRECISION: f64 = 1e-12;

/// How often a step is halved before the fit is taken as it is.
const HALVINGS_MAX: usize = 40;

/// Keeps the intercept's place in the matrix positive where every lead is already certain.
const FLOOR: f64 = 1e-9;

/// A fitted line: margin = intercept + weights × row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) weights: Vec<f64>,
    pub(super) intercept: f64,
}

impl Line {
    pub(super) fn margin(&self, row: &[(usize, f64)]) -> f64 {
        row.iter().fold(self.intercept, |sum, (place, value)| sum + self.weights[*place] * value)
    }

    pub(super) fn probability(&self, row: &[(usize, f64)]) -> f64 {
        logistic_f64(self.margin(row))
    }
}

/// Fits one line per strength. These should rise: each fit starts where the one before it ended.
pub(super) fn path(rows: &Rows, outcomes: &[bool], strengths: &[f64]) -> Vec<Line> {
    let mut line = Line { weights: vec![0.0; rows.width], intercept: 0.0 };
    let fitted = strengths.iter().map(|strength| {
        descend(&mut line, rows, outcomes, *strength);
        line.clone()
    });
    fitted.collect()
}

fn descend(line: &mut Line, rows: &Rows, outcomes: &[bool], strength: f64) {
    let mut now = objective(line, rows, outcomes, strength);
    for _ in 0..STEPS_MAX {
        let Some(step) = newton_step(line, rows, outcomes, strength) else { return };
        let Some((next, value)) = shorten(line, &step, now, |line| objective(line, rows, outcomes, strength)) else {
            return;
        };
        *line = next;
        let gain = now - value;
        now = value;
        if gain <= PRECISION * now {
            return;
        }
    }
}

/// Halves a step until it lowers the objective.
fn shorten(line: &Line, step: &[f64], now: f64, objective: impl Fn(&Line) -> f64) -> Option<(Line, f64)> {
    let mut length = 1.0;
    for _ in 0..HALVINGS_MAX {
        let mut next = line.clone();
        let (step_intercept, step_weights) = step.split_last()?;
        next.weights.iter_mut().zip(step_weights).for_each(|(weight, step)| *weight -= length * step);
        next.intercept -= length * step_intercept;
        let value = objective(&next);
        if value < now {
            return Some((next, value));
        }
        length /= 2.0;
    }
    None
}

fn objective(line: &Line, rows: &Rows, outcomes: &[bool], strength: f64) -> f64 {
    let loss: f64 = rows.rows.iter().zip(outcomes).map(|(row, outcome)| loss(line.margin(row), *outcome)).sum();
    let squares: f64 = line.weights.iter().map(|weight| weight * weight).sum();
    loss + squares / (2.0 * strength)
}

/// ln(1 + e^-margin) of an outcome, ln(1 + e^margin) of none, without overflow.
fn loss(margin: f64, outcome: bool) -> f64 {
    let wrong = if outcome { -margin } else { margin };
    wrong.max(0.0) + libm::log1p(libm::exp(-wrong.abs()))
}

/// The inverse of the second derivatives times the first; the intercept last. `None` where they have no inverse.
fn newton_step(line: &Line, rows: &Rows, outcomes: &[bool], strength: f64) -> Option<Vec<f64>> {
    let size = rows.width + 1;
    let mut gradient: Vec<f64> = line.weights.iter().map(|weight| weight / strength).chain([0.0]).collect();
    let mut hessian = vec![0.0; size * size];
    for place in 0..rows.width {
        hessian[place * size + place] = 1.0 / strength;
    }
    hessian[size * size - 1] = FLOOR;
    let mut with_one = Vec::new();
    for (row, outcome) in rows.rows.iter().zip(outcomes) {
        let probability = line.probability(row);
        let error = probability - f64::from(u8::from(*outcome));
        let curvature = probability * (1.0 - probability);
        with_one.clear();
        with_one.extend_from_slice(row);
        with_one.push((rows.width, 1.0));
        for (done, (place, value)) in with_one.iter().enumerate() {
            gradient[*place] += error * value;
            let (line, factor) = (&mut hessian[place * size..][..size], curvature * value);
            for (other, value) in &with_one[..=done] {
                line[*other] += factor * value;
            }
        }
    }
    solve(&mut hessian, gradient, size)
}

/// Solves a system whose lower half is given, symmetric and positive, by Cholesky's factors.
fn solve(matrix: &mut [f64], mut right: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for row in 0..size {
        let (above, from_row) = matrix.split_at_mut(row * size);
        let line = &mut from_row[..=row];
        for column in 0..row {
            let other = &above[column * size..][..=column];
            line[column] = (line[column] - dot(&line[..column], &other[..column])) / other[column];
        }
        let rest = line[row] - dot(&line[..row], &line[..row]);
        if rest.is_nan() || rest <= 0.0 {
            return None;
        }
        line[row] = rest.sqrt();
        right[row] = (right[row] - dot(&line[..row], &right[..row])) / line[row];
    }
    for row in (0..size).rev() {
        right[row] /= matrix[row * size + row];
        let value = right[row];
        for (right, factor) in right[..row].iter_mut().zip(&matrix[row * size..][..row]) {
            *right -= factor * value;
        }
    }
    Some(right)
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: &[[f64; 2]]) -> Rows {
        let sparse = |row: &[f64; 2]| row.iter().copied().enumerate().filter(|(_, value)| *value != 0.0).collect();
        Rows { width: 2, rows: values.iter().map(sparse).collect() }
    }

    /// Eight rows and what scikit-learn 1.8 fits to them: LogisticRegression(C=..., solver="newton-cholesky", tol=1e-12).
    const X: [[f64; 2]; 8] =
        [[0.0, 1.5], [1.0, 0.0], [1.0, -2.0], [0.0, 0.3], [2.0, 1.0], [3.0, -1.0], [0.0, 0.0], [2.5, 2.0]];
    const Y: [bool; 8] = [false, false, true, false, true, true, true, false];

    fn near(line: &Line, weights: [f64; 2], intercept: f64) {
        let all = line.weights.iter().zip(weights).chain([(&line.intercept, intercept)]);
        all.for_each(|(fitted, known)| assert!((fitted - known).abs() < 1e-7, "{line:?}"));
    }

    #[test]
    fn weights_equal_those_of_scikit_learn() {
        let lines = path(&rows(&X), &Y, &[0.1, 1.0, 100.0]);
        near(&lines[0], [0.099_784_993_289_815_84, -0.223_847_428_815_701_77], -0.066_927_765_093_008_39);
        near(&lines[1], [0.408_291_499_699_705_3, -0.830_730_238_742_393_8], -0.239_012_075_812_578_1);
        near(&lines[2], [1.023_188_340_567_188_9, -1.819_355_306_436_96], -0.392_132_861_810_666_4);
    }

    #[test]
    fn outcomes_that_a_line_parts_do_not_run_away() {
        let split = [[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0], [-2.0, 0.0]];
        let lines = path(&rows(&split), &[true, true, false, false], &[1e6]);
        assert!(lines[0].weights[0].is_finite() && lines[0].probability(&[(0, 1.0)]) > 0.99);
    }

    #[test]
    fn the_loss_of_a_hopeless_margin_is_finite() {
        assert_eq!(loss(-1000.0, true), 1000.0);
        assert_eq!(loss(1000.0, true), 0.0);
    }
}
