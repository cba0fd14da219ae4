//! Node-by-node walk: the reference evaluation, which works for every forest; the others give the same bits faster.

use crate::model::forest::{Aggregate, Forest, Node, Scalar, Test, Weight};

/// Scores of each row, as [`super::Kernel::margins`].
pub(super) fn margins<T: Scalar>(forest: &Forest<T>, rows: &[T], width: usize, scores: &mut [T]) {
    for (row, scores) in rows.chunks_exact(width.max(1)).zip(scores.chunks_exact_mut(forest.targets())) {
        match forest.aggregate() {
            Aggregate::Sum => {
                scores.copy_from_slice(forest.base());
                for_each_weight(forest, row, |weight| add(scores, weight));
            }
            Aggregate::Average => average(forest, row, scores),
            Aggregate::Min => extreme(forest, row, scores, |new, old| new < old),
            Aggregate::Max => extreme(forest, row, scores, |new, old| new > old),
        }
    }
}

/// True for each row and target with a weight, as [`super::Kernel::weighted_targets`].
pub(super) fn weighted_targets<T: Scalar>(forest: &Forest<T>, rows: &[T], width: usize) -> Vec<bool> {
    let targets = forest.targets();
    let mut weighted_targets = vec![false; rows.len().checked_div(width).unwrap_or(0) * targets];
    for (row, weighted_targets) in rows.chunks_exact(width.max(1)).zip(weighted_targets.chunks_exact_mut(targets)) {
        for_each_weight(forest, row, |weight| weighted_targets[weight.target as usize] = true);
    }
    weighted_targets
}

/// Weights of the leaf that a row reaches from a node.
pub(super) fn leaf_weights<'a, T: Scalar>(forest: &'a Forest<T>, row: &[T], from: u32) -> &'a [Weight<T>] {
    let mut index = from;
    loop {
        match forest.nodes()[index as usize] {
            Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
                let value = row[feature as usize];
                let holds = holds(forest, test, value) || (missing_is_true && value.is_nan());
                index = if holds { if_true } else { if_false };
            }
            Node::Leaf { first, count } => return &forest.weights()[first as usize..][..count as usize],
        }
    }
}

fn average<T: Scalar>(forest: &Forest<T>, row: &[T], scores: &mut [T]) {
    scores.fill(T::default());
    for_each_weight(forest, row, |weight| add(scores, weight));
    let trees = T::from_count(forest.roots().len());
    for (score, base) in scores.iter_mut().zip(forest.base()) {
        *score = *score / trees + *base;
    }
}

fn extreme<T: Scalar>(forest: &Forest<T>, row: &[T], scores: &mut [T], better: impl Fn(T, T) -> bool) {
    let mut best: Vec<Option<T>> = vec![None; scores.len()];
    for_each_weight(forest, row, |weight| {
        let best = &mut best[weight.target as usize];
        if best.is_none_or(|best| better(weight.value, best)) {
            *best = Some(weight.value);
        }
    });
    for ((score, best), base) in scores.iter_mut().zip(best).zip(forest.base()) {
        *score = best.unwrap_or_default() + *base;
    }
}

/// Visits the weights of the leaves that a row reaches, in the order of the trees.
fn for_each_weight<T: Scalar>(forest: &Forest<T>, row: &[T], mut visit: impl FnMut(&Weight<T>)) {
    for root in forest.roots() {
        leaf_weights(forest, row, *root).iter().for_each(&mut visit);
    }
}

fn holds<T: Scalar>(forest: &Forest<T>, test: Test<T>, value: T) -> bool {
    match test {
        Test::Compare(comparison, threshold) => comparison.holds(value, threshold),
        Test::Member(first, count) => forest.members()[first as usize..][..count as usize].contains(&value),
    }
}

fn add<T: Scalar>(scores: &mut [T], weight: &Weight<T>) {
    let score = &mut scores[weight.target as usize];
    *score = *score + weight.value;
}

#[cfg(test)]
mod tests {
    use super::super::Kernel;
    use crate::model::forest::{Aggregate, Comparison, Forest, ForestParts, Node, Test, Weight};

    fn kernel(test: Test<f32>, missing_is_true: bool, aggregate: Aggregate) -> Kernel<f32> {
        let branch =
            |root: u32| Node::Branch { feature: 0, test, if_true: root + 1, if_false: root + 2, missing_is_true };
        let leaf = |first| Node::Leaf { first, count: 1 };
        let parts = ForestParts {
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
    fn nan_takes_the_branch_that_the_node_sets() {
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
    fn aggregates_combine_weights_and_base() {
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
