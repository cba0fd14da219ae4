//! The hot loops: rows -> scores over trees, rows -> sums over features.
//!
//! Owns the choice between the plain walk and blocks of rows. Its one promise: weights are added in the order of the
//! trees, in the forest's own precision, so that every machine gives the same bits; that order is part of the model
//! format. Limits: a row must have as many features as the forest asks for, which its callers check once per matrix. May
//! not know formats or the names of features.

mod blend;
mod block;
mod condition;
mod draft;
mod linear;
mod mask;
mod plan;
mod rank;
mod shape;
mod slice;
mod walk;

pub use linear::add_linear;

use super::forest::{Forest, Scalar};
use super::simd::Level;
use plan::Plan;
use std::any::Any;

/// With fewer rows, walking is quicker than a block.
const FEW: usize = 12;

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
            && count >= FEW
            && let Some(forest) = (&self.forest as &dyn Any).downcast_ref()
            && let (Some(rows), Some(scores)) = (T::floats(rows), T::floats_mut(scores))
        {
            let (rows, scores) = (&rows[..count * width], &mut scores[..count * self.forest.targets()]);
            return level.run(block::Margins { forest, plan, rows, width, scores });
        }
        walk::margins(&self.forest, rows, width, scores);
    }

    /// Which scores of each row some leaf spoke of: row-major, rows × targets, as [`Kernel::margins`].
    pub fn reached(&self, rows: &[T], width: usize) -> Vec<bool> {
        walk::reached(&self.forest, rows, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::forest::{Aggregate, Comparison, Node, Parts, Test, Weight};

    fn kernel(test: Test<f32>, missing_is_true: bool, aggregate: Aggregate) -> Kernel<f32> {
        let branch =
            |root: u32| Node::Branch { feature: 0, test, if_true: root + 1, if_false: root + 2, missing_is_true };
        let leaf = |first| Node::Leaf { first, count: 1 };
        let parts = Parts {
            nodes: vec![branch(0), leaf(0), leaf(1), branch(3), leaf(2), leaf(3)],
            roots: vec![0, 3],
            weights: [1.0, -1.0, 2.0, -3.0].map(|value| Weight { target: 0, value }).to_vec(),
            members: vec![2.0, 5.0],
            base: vec![0.5],
            aggregate,
        };
        Kernel::new(Forest::new(parts).unwrap())
    }

    fn run(kernel: &Kernel<f32>, value: f32) -> f32 {
        let mut scores = [9.0];
        kernel.margins(&[value], 1, &mut scores);
        scores[0]
    }

    #[test]
    fn missing_values_go_where_the_node_says() {
        let at =
            |comparison, missing, value| run(&kernel(Test::Compare(comparison, 1.0), missing, Aggregate::Sum), value);
        assert_eq!(at(Comparison::Lt, false, 0.9), 3.5);
        assert_eq!(at(Comparison::Lt, false, 1.0), -3.5);
        assert_eq!(at(Comparison::Lt, false, f32::NAN), -3.5);
        assert_eq!(at(Comparison::Lt, true, f32::NAN), 3.5);
        assert_eq!(at(Comparison::Neq, false, f32::NAN), 3.5);
    }

    #[test]
    fn members_of_a_set_go_to_the_true_branch() {
        let at = |missing, value| run(&kernel(Test::Member(0, 2), missing, Aggregate::Sum), value);
        assert_eq!([2.0, 5.0, 3.0, f32::NAN].map(|value| at(false, value)), [3.5, 3.5, -3.5, -3.5]);
        assert_eq!(at(true, f32::NAN), 3.5);
    }

    #[test]
    fn aggregates_are_what_they_are_called() {
        let at = |aggregate| {
            let kernel = kernel(Test::Compare(Comparison::Lt, 1.0), false, aggregate);
            [run(&kernel, 0.0), run(&kernel, 1.0)]
        };
        assert_eq!(at(Aggregate::Sum), [3.5, -3.5]);
        assert_eq!(at(Aggregate::Average), [2.0, -1.5]);
        assert_eq!(at(Aggregate::Min), [1.5, -2.5]);
        assert_eq!(at(Aggregate::Max), [2.5, -0.5]);
    }
}
