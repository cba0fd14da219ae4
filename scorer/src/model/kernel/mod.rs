//! Inference kernels: raw scores of tree ensembles and linear models for a row-major matrix of features.
//!
//! Dispatches between the node-by-node walk, single rows and blocks of rows. Invariant: weights are added in the order
//! of the trees, in the forest's own precision, so that every machine gives the same bits; that order is part of the
//! model format. Callers check once per matrix that rows have at least [`Forest::features`] values. Must not depend on
//! file formats or feature names.

mod accumulate;
mod bit_slice;
mod block;
mod condition;
mod linear;
mod mask;
mod plan;
mod plan_builder;
mod rank;
mod single_row;
mod strategy;
mod walk;

pub use linear::add_linear;

use super::forest::{Forest, Scalar};
use super::simd::Level;
use plan::Plan;
use std::any::Any;

/// A forest with its execution plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel<T> {
    forest: Forest<T>,
    /// `None` where only the walk is exact: f64, aggregates other than sums, very many targets.
    plan: Option<Plan>,
}

impl<T: Scalar> Kernel<T> {
    /// Plans the execution of a forest.
    pub fn new(forest: Forest<T>) -> Self {
        let plan = (&forest as &dyn Any).downcast_ref().and_then(Plan::new);
        Kernel { forest, plan }
    }

    /// The forest that is evaluated.
    pub fn forest(&self) -> &Forest<T> {
        &self.forest
    }

    /// Computes the raw scores of each row. `rows` is row-major, rows × width, with `width` at least
    /// [`Forest::features`]; `scores` is row-major, rows × [`Forest::targets`], and is overwritten.
    pub fn margins(&self, rows: &[T], width: usize, scores: &mut [T]) {
        self.margins_at(Level::best(), rows, width, scores);
    }

    /// [`Kernel::margins`] with a given instruction set; the bits are the same.
    pub fn margins_at(&self, level: Level, rows: &[T], width: usize, scores: &mut [T]) {
        let count = rows.len().checked_div(width).unwrap_or(0).min(scores.len() / self.forest.targets());
        if let Some(plan) = &self.plan
            && (count >= plan.min_block_rows || plan.supports_single_rows)
            && let Some(forest) = (&self.forest as &dyn Any).downcast_ref()
            && let (Some(rows), Some(scores)) = (T::as_f32(rows), T::as_f32_mut(scores))
        {
            let (rows, scores) = (&rows[..count * width], &mut scores[..count * self.forest.targets()]);
            let args = block::MarginArgs { forest, plan, rows, width, scores };
            return if count < plan.min_block_rows { single_row::run(args) } else { args.run_at(level) };
        }
        walk::margins(&self.forest, rows, width, scores);
    }

    /// True for each row and target that some reached leaf has a weight for: row-major, rows × targets.
    pub fn weighted_targets(&self, rows: &[T], width: usize) -> Vec<bool> {
        walk::weighted_targets(&self.forest, rows, width)
    }
}

#[cfg(test)]
mod tests;
