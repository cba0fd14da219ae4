//! The hot loops: rows -> scores over trees, rows -> sums over features.
//!
//! Owns the walk. Its one promise: weights are added in the order of the trees, in the forest's own precision, so that
//! every machine gives the same bits; that order is part of the model format. Limits: a row must have as many features
//! as the forest asks for, which its callers check once per matrix. May not know formats or the names of features.

use super::forest::{Aggregate, Forest, Node, Scalar, Test, Weight};

/// A forest, made ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel<T> {
    forest: Forest<T>,
}

impl<T: Scalar> Kernel<T> {
    /// Makes a forest ready to run.
    pub fn new(forest: Forest<T>) -> Self {
        Kernel { forest }
    }

    /// The forest that is run.
    pub fn forest(&self) -> &Forest<T> {
        &self.forest
    }

    /// The scores of each row. `rows` is row-major, rows × width, with `width` at least [`Forest::features`]; `scores`
    /// is row-major, rows × [`Forest::targets`]; what it held is overwritten.
    pub fn margins(&self, rows: &[T], width: usize, scores: &mut [T]) {
        for (row, scores) in rows.chunks_exact(width.max(1)).zip(scores.chunks_exact_mut(self.forest.targets())) {
            match self.forest.aggregate() {
                Aggregate::Sum => {
                    scores.copy_from_slice(self.forest.base());
                    self.each_weight(row, |weight| add(scores, weight));
                }
                Aggregate::Average => self.average(row, scores),
                Aggregate::Min => self.extreme(row, scores, |new, old| new < old),
                Aggregate::Max => self.extreme(row, scores, |new, old| new > old),
            }
        }
    }

    /// Which scores of each row some leaf spoke of: row-major, rows × targets, as [`Kernel::margins`].
    pub fn reached(&self, rows: &[T], width: usize) -> Vec<bool> {
        let targets = self.forest.targets();
        let mut reached = vec![false; rows.len().checked_div(width).unwrap_or(0) * targets];
        for (row, reached) in rows.chunks_exact(width.max(1)).zip(reached.chunks_exact_mut(targets)) {
            self.each_weight(row, |weight| reached[weight.target as usize] = true);
        }
        reached
    }

    fn average(&self, row: &[T], scores: &mut [T]) {
        scores.fill(T::default());
        self.each_weight(row, |weight| add(scores, weight));
        let trees = T::of_count(self.forest.roots().len());
        for (score, base) in scores.iter_mut().zip(self.forest.base()) {
            *score = *score / trees + *base;
        }
    }

    fn extreme(&self, row: &[T], scores: &mut [T], better: impl Fn(T, T) -> bool) {
        let mut best: Vec<Option<T>> = vec![None; scores.len()];
        self.each_weight(row, |weight| {
            let best = &mut best[weight.target as usize];
            if best.is_none_or(|best| better(weight.value, best)) {
                *best = Some(weight.value);
            }
        });
        for ((score, best), base) in scores.iter_mut().zip(best).zip(self.forest.base()) {
            *score = best.unwrap_or_default() + *base;
        }
    }

    /// The weights of the leaves that a row reaches, in the order of the trees.
    fn each_weight(&self, row: &[T], mut take: impl FnMut(&Weight<T>)) {
        for root in self.forest.roots() {
            let mut place = *root;
            loop {
                match self.forest.nodes()[place as usize] {
                    Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
                        let value = row[feature as usize];
                        let holds = self.holds(test, value) || (missing_is_true && value.is_nan());
                        place = if holds { if_true } else { if_false };
                    }
                    Node::Leaf { first, count } => {
                        self.forest.weights()[first as usize..][..count as usize].iter().for_each(&mut take);
                        break;
                    }
                }
            }
        }
    }

    fn holds(&self, test: Test<T>, value: T) -> bool {
        match test {
            Test::Compare(comparison, threshold) => comparison.holds(value, threshold),
            Test::Member(first, count) => self.forest.members()[first as usize..][..count as usize].contains(&value),
        }
    }
}

fn add<T: Scalar>(scores: &mut [T], weight: &Weight<T>) {
    let score = &mut scores[weight.target as usize];
    *score = *score + weight.value;
}

/// Adds the products of a row's features with the coefficients of each target, in the order of the features, in f32.
/// `coefficients` is row-major, targets × width; `sums` is row-major, rows × targets, and holds what the sums start
/// from.
pub fn add_linear(coefficients: &[f32], rows: &[f32], width: usize, sums: &mut [f32]) {
    let targets = coefficients.len().checked_div(width).unwrap_or(0);
    if targets == 0 {
        return;
    }
    for (row, sums) in rows.chunks_exact(width).zip(sums.chunks_exact_mut(targets)) {
        for (coefficients, sum) in coefficients.chunks_exact(width).zip(sums) {
            for (coefficient, value) in coefficients.iter().zip(row) {
                *sum += coefficient * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::forest::{Comparison, Parts};

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

    #[test]
    fn linear_sums_run_in_the_order_of_the_features() {
        let mut sums = [1.0e8, 0.0];
        add_linear(&[1.0, 1.0, 2.0, 3.0], &[4.0, -1.0e8], 2, &mut sums);
        assert_eq!(sums, [(1.0e8f32 + 4.0) - 1.0e8, 8.0 - 3.0e8]);
    }
}
