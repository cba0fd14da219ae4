//! Every instruction level against a recursive evaluation of boxed trees, bit for bit.

use super::Kernel;
use crate::model::forest::{Aggregate, Comparison, Forest, ForestParts, Node, Test, Weight};
use crate::model::simd::Level;
use proptest::prelude::*;

const WIDTH: usize = 5;

/// A boxed tree, evaluated recursively as the reference.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(Vec<(usize, f32)>),
    Branch { feature: usize, predicate: Predicate, missing_is_true: bool, yes: Box<Tree>, no: Box<Tree> },
}

#[derive(Debug, Clone)]
enum Predicate {
    Compare(Comparison, f32),
    OneOf(Vec<f32>),
}

impl Tree {
    fn add(&self, row: &[f32], scores: &mut [f32]) {
        match self {
            Tree::Leaf(weights) => weights.iter().for_each(|(target, weight)| scores[*target] += weight),
            Tree::Branch { feature, predicate, missing_is_true, yes, no } => {
                let value = row[*feature];
                let holds = match predicate {
                    _ if value.is_nan() && *missing_is_true => true,
                    Predicate::Compare(Comparison::Leq, threshold) => value <= *threshold,
                    Predicate::Compare(Comparison::Lt, threshold) => value < *threshold,
                    Predicate::Compare(Comparison::Gte, threshold) => value >= *threshold,
                    Predicate::Compare(Comparison::Gt, threshold) => value > *threshold,
                    Predicate::Compare(Comparison::Eq, threshold) => value == *threshold,
                    Predicate::Compare(Comparison::Neq, threshold) => value != *threshold,
                    Predicate::OneOf(members) => members.contains(&value),
                };
                if holds { yes.add(row, scores) } else { no.add(row, scores) }
            }
        }
    }

    /// Appends the tree to the lists of a forest and returns its root.
    fn write(&self, parts: &mut ForestParts<f32>) -> u32 {
        let node = match self {
            Tree::Leaf(weights) => {
                let first = parts.weights.len() as u32;
                let weight = |(target, value): &(usize, f32)| Weight { target: *target as u32, value: *value };
                parts.weights.extend(weights.iter().map(weight));
                Node::Leaf { first, count: weights.len() as u32 }
            }
            Tree::Branch { feature, predicate, missing_is_true, yes, no } => {
                let (if_false, if_true) = (no.write(parts), yes.write(parts));
                let test = match predicate {
                    Predicate::Compare(comparison, threshold) => Test::Compare(*comparison, *threshold),
                    Predicate::OneOf(members) => {
                        let first = parts.members.len() as u32;
                        parts.members.extend(members);
                        Test::Member(first, members.len() as u32)
                    }
                };
                Node::Branch { feature: *feature as u32, test, if_true, if_false, missing_is_true: *missing_is_true }
            }
        };
        parts.nodes.push(node);
        parts.nodes.len() as u32 - 1
    }
}

/// Values and thresholds, few enough that they are often equal.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => (-20i8..20).prop_map(f32::from),
        2 => any::<f32>().prop_filter("thresholds are numbers", |number| !number.is_nan()),
        3 => prop::sample::select(vec![
            0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, f32::from_bits(1), -f32::from_bits(1),
            f32::MAX, f32::MIN, 1.0, 1.0f32.next_up(), 1.0f32.next_down(),
        ]),
    ]
}

fn any_predicate(plain: bool) -> BoxedStrategy<Predicate> {
    let orders = [Comparison::Lt, Comparison::Leq, Comparison::Gte, Comparison::Gt];
    let order = (prop::sample::select(orders.to_vec()), number()).prop_map(|(by, with)| Predicate::Compare(by, with));
    if plain {
        return order.boxed();
    }
    let equal = (prop::sample::select(vec![Comparison::Eq, Comparison::Neq]), number());
    let members = prop_oneof![0usize..3, 0usize..40];
    let among = members.prop_flat_map(|count| prop::collection::vec(number(), count));
    prop_oneof![4 => order, 1 => equal.prop_map(|(by, with)| Predicate::Compare(by, with)), 1 => among.prop_map(Predicate::OneOf)]
        .boxed()
}

fn weight() -> impl Strategy<Value = f32> {
    prop_oneof![8 => -1.0f32..1.0, 1 => Just(-0.0), 1 => Just(0.0), 1 => -1.0e8f32..1.0e8]
}

fn tree(depth: u32, targets: usize, plain: bool) -> impl Strategy<Value = Tree> {
    let one = (0..targets, weight()).prop_map(|weight| Tree::Leaf(vec![weight]));
    // All leaves of most trees have the same target, as where each class has its own trees.
    let first = weight().prop_map(|weight| Tree::Leaf(vec![(0, weight)]));
    let any = prop::collection::vec((0..targets, weight()), 0..3).prop_map(Tree::Leaf);
    let leaf = if plain { first.boxed() } else { prop_oneof![6 => first, 1 => one, 1 => any].boxed() };
    leaf.prop_recursive(depth, 400, 2, move |inner| {
        (0..WIDTH, any_predicate(plain), any_bool(), inner.clone(), inner).prop_map(
            |(feature, predicate, missing_is_true, yes, no)| Tree::Branch {
                feature,
                predicate,
                missing_is_true,
                yes: Box::new(yes),
                no: Box::new(no),
            },
        )
    })
}

fn any_bool() -> impl Strategy<Value = bool> {
    any::<bool>()
}

/// Degenerate trees: every branch has a leaf on one side.
fn degenerate_tree(length: usize) -> impl Strategy<Value = Tree> {
    prop::collection::vec((0..WIDTH, any_predicate(true), any::<bool>(), weight(), any::<bool>()), 1..=length).prop_map(
        |steps| {
            steps.into_iter().fold(
                Tree::Leaf(vec![(0, 0.5)]),
                |tree, (feature, predicate, missing_is_true, weight, turn)| {
                    let (mut yes, mut no) = (Box::new(tree), Box::new(Tree::Leaf(vec![(0, weight)])));
                    if turn {
                        std::mem::swap(&mut yes, &mut no);
                    }
                    Tree::Branch { feature, predicate, missing_is_true, yes, no }
                },
            )
        },
    )
}

fn rows() -> impl Strategy<Value = Vec<f32>> {
    let value = prop_oneof![8 => number(), 1 => Just(f32::NAN), 1 => Just(-f32::NAN)];
    (1usize..300, prop::collection::vec(value, 64 * WIDTH..=64 * WIDTH)).prop_map(|(count, values)| {
        (0..count * WIDTH).map(|index| values[(index * 7 + index / 320) % values.len()]).collect()
    })
}

fn assert_same(trees: &[Tree], base: Vec<f32>, rows: &[f32]) -> Result<(), TestCaseError> {
    let targets = base.len();
    let mut expected = base.repeat(rows.len() / WIDTH);
    for (row, scores) in rows.chunks(WIDTH).zip(expected.chunks_mut(targets)) {
        trees.iter().for_each(|tree| tree.add(row, scores));
    }
    let mut parts = ForestParts { base, aggregate: Aggregate::Sum, ..ForestParts::default() };
    for tree in trees {
        let root = tree.write(&mut parts);
        parts.roots.push(root);
    }
    let kernel = Kernel::new(Forest::new(parts).unwrap());
    let bits = |scores: &[f32]| scores.iter().map(|score| score.to_bits()).collect::<Vec<u32>>();
    for level in Level::available() {
        let mut scores = vec![f32::NAN; expected.len()];
        kernel.margins_at(level, rows, WIDTH, &mut scores);
        prop_assert_eq!(bits(&scores), bits(&expected), "{:?}", level);
    }
    let mut single = vec![f32::NAN; expected.len()];
    for (row, scores) in rows.chunks(WIDTH).zip(single.chunks_mut(targets)) {
        kernel.margins(row, WIDTH, scores);
    }
    prop_assert_eq!(bits(&single), bits(&expected));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_level_matches_the_recursive_evaluation(
        (base, trees) in prop::collection::vec(weight(), 1..4).prop_flat_map(|base| {
            let tree = (0u32..10, any::<bool>()).prop_flat_map({
                let targets = base.len();
                move |(depth, plain)| tree(depth, targets, plain)
            });
            (Just(base), prop::collection::vec(tree, 1..24))
        }),
        rows in rows(),
    ) {
        assert_same(&trees, base, &rows)?;
    }

    #[test]
    fn shallow_trees_match_the_recursive_evaluation(
        trees in prop::collection::vec((0u32..7).prop_flat_map(|depth| tree(depth, 1, true)), 1..80),
        base in weight(),
        rows in rows(),
    ) {
        assert_same(&trees, vec![base], &rows)?;
    }

    #[test]
    fn degenerate_trees_match_the_recursive_evaluation(trees in prop::collection::vec(degenerate_tree(40), 1..8), rows in rows()) {
        assert_same(&trees, vec![0.0], &rows)?;
    }
}

#[test]
fn only_nan_matches_the_empty_set() {
    let leaf = |weight: f32| Box::new(Tree::Leaf(vec![(0, weight)]));
    let rows: Vec<f32> = (0..130 * WIDTH).map(|index| if index % 3 == 0 { f32::NAN } else { index as f32 }).collect();
    for (missing_is_true, feature) in [(true, 0), (false, 0), (true, WIDTH - 1)] {
        let predicate = || Predicate::OneOf(Vec::new());
        let alone = Tree::Branch { feature, predicate: predicate(), missing_is_true, yes: leaf(-0.5), no: leaf(0.25) };
        assert_same(std::slice::from_ref(&alone), vec![1.0], &rows).unwrap();
        let among = Tree::Branch {
            feature,
            predicate: Predicate::OneOf(vec![4.0]),
            missing_is_true,
            yes: Box::new(alone),
            no: leaf(2.0),
        };
        assert_same(&[among], vec![1.0], &rows).unwrap();
        // Deep on one side, so that it is not padded.
        let deep = (0..12).fold(*leaf(3.0), |tree, _| Tree::Branch {
            feature,
            predicate: predicate(),
            missing_is_true,
            yes: Box::new(tree),
            no: leaf(-1.0),
        });
        assert_same(&[deep], vec![0.0], &rows).unwrap();
    }
}

/// A complete tree whose leaves and thresholds are all different.
fn complete(depth: u32, seed: &mut u32) -> Tree {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let number = (*seed >> 8) as f32 / 65536.0 - 128.0;
    if depth == 0 {
        return Tree::Leaf(vec![(0, number)]);
    }
    let (feature, missing_is_true) = ((*seed >> 4) as usize % WIDTH, *seed >> 31 == 1);
    let [yes, no] = [(); 2].map(|()| Box::new(complete(depth - 1, seed)));
    Tree::Branch { feature, predicate: Predicate::Compare(Comparison::Lt, number), missing_is_true, yes, no }
}

#[test]
fn forests_with_many_conditions_match_the_recursive_evaluation() {
    let mut seed = 1;
    for (depth, count) in [(2, 700), (4, 300), (6, 500), (8, 60), (10, 9)] {
        let trees: Vec<Tree> = (0..count).map(|_| complete(depth, &mut seed)).collect();
        let value = |index: usize| {
            if index.is_multiple_of(41) { f32::NAN } else { (index * 7919 % 25600) as f32 / 100.0 - 128.0 }
        };
        let rows: Vec<f32> = (0..300 * WIDTH).map(value).collect();
        assert_same(&trees, vec![0.5], &rows).unwrap();
    }
}

#[test]
fn extra_features_and_short_score_buffers_are_accepted() {
    let mut seed = 7;
    let mut parts = ForestParts { base: vec![0.25], ..ForestParts::default() };
    let tree = complete(4, &mut seed);
    parts.roots = vec![tree.write(&mut parts)];
    let kernel = Kernel::new(Forest::new(parts).unwrap());
    let rows: Vec<f32> = (0..40 * 9).map(|index| index as f32 - 180.0).collect();
    let mut scores = [0.0; 33];
    kernel.margins(&rows, 9, &mut scores);
    for (row, score) in rows.chunks(9).zip(scores) {
        let mut expected = [0.25];
        tree.add(row, &mut expected);
        assert_eq!(score, expected[0]);
    }
    kernel.margins(&rows, 9, &mut []);
    kernel.margins(&[], 9, &mut scores);
}

#[test]
fn a_leaf_without_weight_preserves_negative_zero() {
    let branch = |predicate| Tree::Branch {
        feature: 0,
        predicate,
        missing_is_true: false,
        yes: Box::new(Tree::Leaf(vec![])),
        no: Box::new(Tree::Leaf(vec![(0, 0.0)])),
    };
    let rows: Vec<f32> = (0..300 * WIDTH).map(|index| if index % 3 == 0 { 1.0 } else { 3.0 }).collect();
    for predicate in [Predicate::Compare(Comparison::Lt, 2.0), Predicate::Compare(Comparison::Eq, 1.0)] {
        assert_same(&[branch(predicate)], vec![-0.0], &rows).unwrap();
    }
}
