//! L2-regularised logistic regression by Newton's method.
//!
//! The objective is scikit-learn's: summed log-loss plus the squared weights divided by twice the strength `C`; the
//! intercept is not penalised. Sums run in row order in f64, so that the same input gives the same bits everywhere.

use super::rows::Rows;
use crate::model::calibration::logistic_f64;

/// Maximum number of Newton steps per strength; a dozen is usual.
const STEPS_MAX: usize = 100;

/// Relative decrease of the objective below which the fit has converged.
const TOLERANCE: f64 = 1e-12;

/// Maximum number of halvings in the line search; after them the fit is kept as it is.
const HALVINGS_MAX: usize = 40;

/// Added to the intercept's diagonal entry, so that the Hessian stays positive definite when all predictions are certain.
const DIAGONAL_FLOOR: f64 = 1e-9;

/// Linear model: margin = intercept + weights · row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinearModel {
    pub(super) weights: Vec<f64>,
    pub(super) intercept: f64,
}

impl LinearModel {
    pub(super) fn margin(&self, row: &[(usize, f64)]) -> f64 {
        row.iter().fold(self.intercept, |sum, (place, value)| sum + self.weights[*place] * value)
    }

    pub(super) fn probability(&self, row: &[(usize, f64)]) -> f64 {
        logistic_f64(self.margin(row))
    }
}

/// Fits one model per strength. Strengths must ascend: each fit starts at the solution of the previous one.
pub(super) fn regularization_path(rows: &Rows, outcomes: &[bool], strengths: &[f64]) -> Vec<LinearModel> {
    let mut model = LinearModel { weights: vec![0.0; rows.width], intercept: 0.0 };
    let fitted = strengths.iter().map(|strength| {
        fit(&mut model, rows, outcomes, *strength);
        model.clone()
    });
    fitted.collect()
}

fn fit(model: &mut LinearModel, rows: &Rows, outcomes: &[bool], strength: f64) {
    let objective = |model: &LinearModel| objective(model, rows, outcomes, strength);
    let mut now = objective(model);
    for _ in 0..STEPS_MAX {
        let Some(step) = newton_step(model, rows, outcomes, strength) else { return };
        let Some((next, value)) = line_search(model, &step, now, objective) else { return };
        *model = next;
        let gain = now - value;
        now = value;
        if gain <= TOLERANCE * now {
            return;
        }
    }
}

/// Backtracking line search: halves a step until it lowers the objective.
fn line_search(
    model: &LinearModel,
    step: &[f64],
    now: f64,
    objective: impl Fn(&LinearModel) -> f64,
) -> Option<(LinearModel, f64)> {
    let mut length = 1.0;
    for _ in 0..HALVINGS_MAX {
        let mut next = model.clone();
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

fn objective(model: &LinearModel, rows: &Rows, outcomes: &[bool], strength: f64) -> f64 {
    let loss: f64 = rows.rows.iter().zip(outcomes).map(|(row, outcome)| loss(model.margin(row), *outcome)).sum();
    let squares: f64 = model.weights.iter().map(|weight| weight * weight).sum();
    loss + squares / (2.0 * strength)
}

/// Log-loss: ln(1 + e^-margin) with the outcome, ln(1 + e^margin) without it, computed without overflow.
fn loss(margin: f64, outcome: bool) -> f64 {
    let wrong = if outcome { -margin } else { margin };
    wrong.max(0.0) + libm::log1p(libm::exp(-wrong.abs()))
}

/// Inverse Hessian times gradient, the intercept last. `None` if the Hessian is not positive definite.
fn newton_step(model: &LinearModel, rows: &Rows, outcomes: &[bool], strength: f64) -> Option<Vec<f64>> {
    let size = rows.width + 1;
    let mut gradient: Vec<f64> = model.weights.iter().map(|weight| weight / strength).chain([0.0]).collect();
    let mut hessian = vec![0.0; size * size];
    for place in 0..rows.width {
        hessian[place * size + place] = 1.0 / strength;
    }
    hessian[size * size - 1] = DIAGONAL_FLOOR;
    let mut with_one = Vec::new();
    for (row, outcome) in rows.rows.iter().zip(outcomes) {
        let probability = model.probability(row);
        let error = probability - f64::from(u8::from(*outcome));
        let curvature = probability * (1.0 - probability);
        with_one.clear();
        with_one.extend_from_slice(row);
        with_one.push((rows.width, 1.0));
        for (done, (place, value)) in with_one.iter().enumerate() {
            gradient[*place] += error * value;
            let (hessian_row, factor) = (&mut hessian[place * size..][..size], curvature * value);
            for (other, value) in &with_one[..=done] {
                hessian_row[*other] += factor * value;
            }
        }
    }
    solve(&mut hessian, gradient, size)
}

/// Solves a symmetric positive definite system, given by its lower triangle, by Cholesky decomposition.
fn solve(matrix: &mut [f64], mut right: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for row in 0..size {
        let (above, from_row) = matrix.split_at_mut(row * size);
        let current = &mut from_row[..=row];
        for column in 0..row {
            let other = &above[column * size..][..=column];
            current[column] = (current[column] - dot(&current[..column], &other[..column])) / other[column];
        }
        let pivot = current[row] - dot(&current[..row], &current[..row]);
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        current[row] = pivot.sqrt();
        right[row] = (right[row] - dot(&current[..row], &right[..row])) / current[row];
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

    /// Eight rows and the fit of scikit-learn 1.8 to them: LogisticRegression(C=..., solver="newton-cholesky", tol=1e-12).
    const X: [[f64; 2]; 8] =
        [[0.0, 1.5], [1.0, 0.0], [1.0, -2.0], [0.0, 0.3], [2.0, 1.0], [3.0, -1.0], [0.0, 0.0], [2.5, 2.0]];
    const Y: [bool; 8] = [false, false, true, false, true, true, true, false];

    fn assert_near(model: &LinearModel, weights: [f64; 2], intercept: f64) {
        let all = model.weights.iter().zip(weights).chain([(&model.intercept, intercept)]);
        all.for_each(|(fitted, known)| assert!((fitted - known).abs() < 1e-7, "{model:?}"));
    }

    #[test]
    fn weights_equal_those_of_scikit_learn() {
        let models = regularization_path(&rows(&X), &Y, &[0.1, 1.0, 100.0]);
        assert_near(&models[0], [0.099_784_993_289_815_84, -0.223_847_428_815_701_77], -0.066_927_765_093_008_39);
        assert_near(&models[1], [0.408_291_499_699_705_3, -0.830_730_238_742_393_8], -0.239_012_075_812_578_1);
        assert_near(&models[2], [1.023_188_340_567_188_9, -1.819_355_306_436_96], -0.392_132_861_810_666_4);
    }

    #[test]
    fn separable_outcomes_give_finite_weights() {
        let split = [[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0], [-2.0, 0.0]];
        let models = regularization_path(&rows(&split), &[true, true, false, false], &[1e6]);
        assert!(models[0].weights[0].is_finite() && models[0].probability(&[(0, 1.0)]) > 0.99);
    }

    #[test]
    fn loss_of_an_extreme_margin_is_finite() {
        assert_eq!(loss(-1000.0, true), 1000.0);
        assert_eq!(loss(1000.0, true), 0.0);
    }
}
