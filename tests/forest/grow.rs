//! Strategies for random forests and rows: depth 0 to 12, every mode, missing values, few and many distinct thresholds.

use crate::file::Ensemble;
use proptest::prelude::*;

const MODES: [&str; 6] = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];
const AGGREGATES: [&str; 5] = ["SUM", "SUM", "AVERAGE", "MIN", "MAX"];

/// Numbers from which both thresholds and values are often drawn, so that they coincide.
const COMMON: [f32; 10] =
    [0.0, -0.0, 1.0, -1.0, 0.5, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, 1.0000001];

/// Random source over a list that proptest can shrink: a shorter list gives a smaller tree.
struct RandomSource<'a> {
    numbers: &'a [u32],
    at: usize,
}

impl RandomSource<'_> {
    /// Next number below a bound; 0 when the list is exhausted.
    fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % bound
    }

    fn threshold(&mut self) -> f32 {
        match self.below(3) {
            0 => COMMON[self.below(COMMON.len())],
            _ => self.below(4000) as f32 / 1000.0 - 2.0,
        }
    }

    fn weight(&mut self) -> f32 {
        (self.below(2_000_001) as f32 - 1.0e6) / 3.0e6
    }
}

/// Shape parameters of a forest.
#[derive(Debug, Clone, Copy)]
struct Shape {
    depth: usize,
    /// Probability in eighths that a node above the depth limit branches.
    branching: usize,
    modes: usize,
    width: usize,
}

/// Forests over rows of a given width.
pub(crate) fn forests(width: usize) -> impl Strategy<Value = Ensemble> {
    let numbers = prop::collection::vec(any::<u32>(), 0..3000);
    (numbers, 1..12_usize, 0..=12_usize, 3..=8_usize, 1..=6_usize, 1..=3_usize).prop_map(
        move |(numbers, trees, depth, branching, modes, targets)| {
            let mut draw = RandomSource { numbers: &numbers, at: 0 };
            let mut ensemble = Ensemble { n_targets: targets as i64, ..Ensemble::default() };
            ensemble.aggregate_function = AGGREGATES[draw.below(AGGREGATES.len())];
            if draw.below(2) == 1 {
                ensemble.base_values = (0..targets).map(|_| draw.weight()).collect();
            }
            for tree in 0..trees {
                let mut next = 0;
                grow(&mut ensemble, &mut draw, Shape { depth, branching, modes, width }, tree as i64, &mut next);
            }
            ensemble
        },
    )
}

/// Appends a random subtree; returns the id of its root.
fn grow(ensemble: &mut Ensemble, draw: &mut RandomSource<'_>, shape: Shape, tree: i64, next: &mut i64) -> i64 {
    let (node, at) = (*next, ensemble.nodes_treeids.len());
    *next += 1;
    let branches = shape.depth > 0 && draw.at < draw.numbers.len() && draw.below(8) < shape.branching;
    ensemble.nodes_treeids.push(tree);
    ensemble.nodes_nodeids.push(node);
    ensemble.nodes_modes.push(if branches { MODES[draw.below(shape.modes)] } else { "LEAF" });
    ensemble.nodes_featureids.push(if branches { draw.below(shape.width) as i64 } else { 0 });
    ensemble.nodes_values.push(if branches { draw.threshold() } else { draw.weight() });
    ensemble.nodes_missing_value_tracks_true.push(if branches { draw.below(2) as i64 } else { 0 });
    ensemble.nodes_truenodeids.push(0);
    ensemble.nodes_falsenodeids.push(0);
    if branches {
        let below = Shape { depth: shape.depth - 1, ..shape };
        ensemble.nodes_truenodeids[at] = grow(ensemble, draw, below, tree, next);
        ensemble.nodes_falsenodeids[at] = grow(ensemble, draw, below, tree, next);
    } else {
        add_weights(ensemble, draw, tree, node);
    }
    node
}

/// Appends the weights of a leaf: mostly one, sometimes several or none.
fn add_weights(ensemble: &mut Ensemble, draw: &mut RandomSource<'_>, tree: i64, node: i64) {
    let count = [1, 1, 1, 1, 1, 0, 2, 3][draw.below(8)];
    for _ in 0..count {
        let target = draw.below(usize::try_from(ensemble.n_targets).unwrap());
        ensemble.target_treeids.push(tree);
        ensemble.target_nodeids.push(node);
        ensemble.target_ids.push(target as i64);
        ensemble.target_weights.push(draw.weight());
    }
}

/// Rows with missing values, thresholds, nearby and arbitrary values.
pub(crate) fn rows(width: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
    let value = prop_oneof![
        2 => Just(f32::NAN),
        4 => prop::sample::select(COMMON.to_vec()),
        4 => (0..4000_u32).prop_map(|step| step as f32 / 1000.0 - 2.0),
        2 => any::<f32>(),
    ];
    prop::collection::vec(prop::collection::vec(value, width), 1..150)
}
