//! The hot loops: rows -> scores over trees, rows -> sums over features.
//!
//! Owns the choice between the plain walk, rows on their own and blocks of them. Its one promise: weights are added in
//! the order of the trees, in the forest's own precision, so that every machine gives the same bits; that order is part
//! of the model format. Limits: a row must have as many features as the forest asks for, which its callers check once per
//! matrix. May not know formats or the names of features.

mod blend;
mod block;
mod condition;
mod draft;
mod linear;
mod mask;
mod plan;
mod rank;
mod shape;
mod single;
mod slice;
mod walk;

pub use linear::add_linear;

use super::forest::{Forest, Scalar};
use super::simd::Level;
use plan::Plan;
use std::any::Any;

/// A forest, made ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel<T> {
    forest: Forest<T>,
    /// Only for sums of f32.
    plan: Option<Plan>,
}

impl<T: Scalar> Kernel<T> {
    /// Makes a forest ready to run.
    pub fn new(forest: Forest<T>) -> Self {
        let plan = (&forest as &dyn Any).downcast_ref().and_then(Plan::new);
        Kernel { forest, plan }
    }

    /// The forest that is run.
    pub fn forest(&self) -> &Forest<T> {
        &self.forest
    }

    /// The scores of each row. `rows` is row-major, rows × width, with `width` at least [`Forest::features`]; `scores`
    /// is row-major, rows × [`Forest::targets`]; what it held is overwritten.
    pub fn margins(&self, rows: &[T], width: usize, scores: &mut [T]) {
        self.margins_at(Level::best(), rows, width, scores);
    }

    /// The same bits, with the instructions of a level.
    pub fn margins_at(&self, level: Level, rows: &[T], width: usize, scores: &mut [T]) {
        let count = rows.len().checked_div(width).unwrap_or(0).min(scores.len() / self.forest.targets());
        if let Some(plan) = &self.plan
            && (count >= plan.few || plan.singly)
            && let Some(forest) = (&self.forest as &dyn Any).downcast_ref()
            && let (Some(rows), Some(scores)) = (T::floats(rows), T::floats_mut(scores))
        {
            let (rows, scores) = (&rows[..count * width], &mut scores[..count * self.forest.targets()]);
            let margins = block::Margins { forest, plan, rows, width, scores };
            return if count < plan.few { single::run(margins) } else { margins.run_at(level) };
        }
        walk::margins(&self.forest, rows, width, scores);
    }

    /// Which scores of each row some leaf spoke of: row-major, rows × targets, as [`Kernel::margins`].
    pub fn reached(&self, rows: &[T], width: usize) -> Vec<bool> {
        walk::reached(&self.forest, rows, width)
    }
}

#[cfg(test)]
mod tests;
