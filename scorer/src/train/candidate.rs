//! Everything that is learned from some leads: features, scaling and one line per strength.
//!
//! Owns the fit from leads to lines, the same for the shipped model and for every fold: nothing in it sees a lead that
//! is not among its rows. May not know folds or figures.

use super::TrainError;
use super::design::{Design, Sample, design};
use super::history::History;
use super::logistic::{Line, path};
use super::rows::Scaling;
use crate::lead::encode::Matrix;

/// A fit to some leads of a history.
pub(super) struct Candidate {
    pub(super) design: Design,
    pub(super) scaling: Scaling,
    /// One per strength.
    pub(super) lines: Vec<Line>,
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
        let lines = path(&scaling.rows(&design.matrix, rows), &outcomes, strengths);
        Ok(Candidate { design, scaling, lines })
    }

    /// The probabilities that each line gives to some rows of a matrix that was encoded with this design.
    pub(super) fn probabilities(&self, matrix: &Matrix, rows: &[usize]) -> Vec<Vec<f64>> {
        let scaled = self.scaling.rows(matrix, rows).rows;
        self.lines.iter().map(|line| scaled.iter().map(|row| line.probability(row)).collect()).collect()
    }
}
