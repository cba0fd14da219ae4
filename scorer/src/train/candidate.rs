//! Fits features, scaling and one model per regularisation strength to a subset of a history.
//!
//! The final model and every fold use the same code; it reads no lead outside its rows.

use super::TrainError;
use super::design::{Design, Sample, design};
use super::history::History;
use super::logistic::{LinearModel, regularization_path};
use super::rows::Scaling;
use crate::lead::encode::Matrix;

/// Fit to a subset of a history.
pub(super) struct Candidate {
    pub(super) design: Design,
    pub(super) scaling: Scaling,
    /// One model per strength.
    pub(super) models: Vec<LinearModel>,
}

impl Candidate {
    pub(super) fn fit(
        history: &History,
        rows: &[usize],
        strengths: &[f64],
        leave_out: &dyn Fn(&str) -> bool,
    ) -> Result<Self, TrainError> {
        let design = design(&Sample { leads: &history.leads, rows }, leave_out)?;
        let scaling = Scaling::fit(&design.matrix, rows);
        let outcomes: Vec<bool> = rows.iter().map(|row| history.outcomes[*row]).collect();
        let models = regularization_path(&scaling.rows(&design.matrix, rows), &outcomes, strengths);
        Ok(Candidate { design, scaling, models })
    }

    /// Returns, per model, the probabilities of some rows of a matrix encoded with this design.
    pub(super) fn probabilities(&self, matrix: &Matrix, rows: &[usize]) -> Vec<Vec<f64>> {
        let scaled = self.scaling.rows(matrix, rows).rows;
        self.models.iter().map(|model| scaled.iter().map(|row| model.probability(row)).collect()).collect()
    }
}
