//! Times the tree kernel on one thread at every instruction level of this machine: prints one line per forest and level.
//!
//! Arguments: model files with a tree ensemble of one target in lists (`nodes_*`, `class_*` or `target_*`). Made-up forests
//! are always timed. KERNEL_FOREST and KERNEL_LEVEL select some by a part of their names.

// A panic ends a benchmark that cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use prost::Message;
use scorer::model::forest::{Aggregate, Comparison, Forest, ForestParts, Node, Test, Weight};
use scorer::model::kernel::{Kernel, add_linear};
use scorer::model::proto::{Attribute, ModelProto};
use scorer::model::simd::Level;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

const ROWS: usize = 100_000;
/// Rows of one call: few enough that other processes seldom interrupt it, many enough that the call itself costs nothing.
const PART: usize = 4096;
const WIDTH: usize = 47;
const RUNS: usize = 9;

/// Pseudo-random random, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn unit(&mut self) -> f32 {
        (self.next() % (1 << 24)) as f32 / (1 << 24) as f32
    }
}

/// Seconds for all rows: the sum over parts of each part's shortest time in several runs, the measure least affected by
/// other processes.
fn sum_of_parts(rows: &[f32], scores: &mut [f32], mut work: impl FnMut(&[f32], &mut [f32])) -> f64 {
    let parts = rows.chunks(PART * WIDTH).zip(scores.chunks_mut(PART));
    parts.map(|(rows, scores)| shortest(|| work(rows, black_box(&mut *scores)))).sum()
}

/// Shortest of several runs, in seconds.
fn shortest(mut work: impl FnMut()) -> f64 {
    let seconds = (0..RUNS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// Reads a tree ensemble in lists, as exporters of boosted trees write it.
fn read(file: &[u8]) -> Forest<f32> {
    let model = ModelProto::decode(file).unwrap();
    let node = model.graph.unwrap().node.into_iter().find(|node| node.op_type.starts_with("TreeEnsemble")).unwrap();
    let lists: HashMap<&str, &Attribute> = node.attribute.iter().map(|list| (list.name.as_str(), list)).collect();
    let ints = |name: &str| lists.get(name).map_or(&[][..], |list| &list.ints);
    let either =
        |end: &str| if lists.contains_key("class_ids") { format!("class_{end}") } else { format!("target_{end}") };
    let names: Vec<(i64, i64)> =
        ints("nodes_treeids").iter().copied().zip(ints("nodes_nodeids").iter().copied()).collect();
    let places: HashMap<(i64, i64), u32> =
        names.iter().enumerate().map(|(place, name)| (*name, place as u32)).collect();
    let leaves: Vec<(i64, i64)> =
        ints(&either("treeids")).iter().copied().zip(ints(&either("nodeids")).iter().copied()).collect();
    let weights: Vec<Weight<f32>> =
        lists[either("weights").as_str()].floats.iter().map(|value| Weight { target: 0, value: *value }).collect();
    let nodes = names.iter().enumerate().map(|(place, name)| {
        let comparison = match lists["nodes_modes"].strings[place].as_slice() {
            b"BRANCH_LT" => Comparison::Lt,
            b"BRANCH_LEQ" => Comparison::Leq,
            b"BRANCH_GTE" => Comparison::Gte,
            b"BRANCH_GT" => Comparison::Gt,
            _ => {
                let first = leaves.iter().position(|leaf| leaf == name).unwrap();
                return Node::Leaf { first: first as u32, count: 1 };
            }
        };
        Node::Branch {
            feature: ints("nodes_featureids")[place] as u32,
            test: Test::Compare(comparison, lists["nodes_values"].floats[place]),
            if_true: places[&(name.0, ints("nodes_truenodeids")[place])],
            if_false: places[&(name.0, ints("nodes_falsenodeids")[place])],
            missing_is_true: ints("nodes_missing_value_tracks_true").get(place) == Some(&1),
        }
    });
    let nodes: Vec<Node<f32>> = nodes.collect();
    let mut roots: Vec<u32> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if place == 0 || names[place - 1].0 != name.0 {
            roots.push(place as u32);
        }
    }
    Forest::new(ForestParts { nodes, roots, weights, members: vec![], base: vec![0.0], aggregate: Aggregate::Sum })
        .unwrap()
}

/// Shape of a made-up forest.
struct Shape {
    trees: usize,
    depth: u32,
    /// Leaves of a tree, split at random; 0 for complete trees.
    leaves: usize,
    /// Distinct thresholds of a feature at most; 0 for no limit.
    bins: usize,
}

fn generate(shape: &Shape, random: &mut Random) -> Forest<f32> {
    let mut parts = ForestParts::<f32> { base: vec![0.5], ..ForestParts::default() };
    for _ in 0..shape.trees {
        let root = parts.nodes.len() as u32;
        parts.roots.push(root);
        let mut open = vec![(root, 0)];
        parts.nodes.push(Node::Leaf { first: 0, count: 0 });
        let leaves = if shape.leaves == 0 { 1 << shape.depth } else { shape.leaves };
        while !open.is_empty() && open.len() < leaves {
            let at = if shape.leaves == 0 { 0 } else { random.below(open.len()) };
            let (place, depth) = open.remove(at);
            let next = parts.nodes.len() as u32;
            let threshold =
                if shape.bins == 0 { random.unit() } else { random.below(shape.bins) as f32 / shape.bins as f32 };
            parts.nodes[place as usize] = Node::Branch {
                feature: random.below(WIDTH) as u32,
                test: Test::Compare(Comparison::Lt, threshold),
                if_true: next,
                if_false: next + 1,
                missing_is_true: random.below(2) == 0,
            };
            parts.nodes.extend([Node::Leaf { first: 0, count: 0 }; 2]);
            open.extend([(next, depth + 1), (next + 1, depth + 1)]);
        }
        for (place, _) in open {
            parts.nodes[place as usize] = Node::Leaf { first: parts.weights.len() as u32, count: 1 };
            parts.weights.push(Weight { target: 0, value: random.unit() - 0.5 });
        }
    }
    Forest::new(parts).unwrap()
}

/// Rows in the ranges of a forest's thresholds, one value in fifty missing.
fn rows(forest: &Forest<f32>, random: &mut Random) -> Vec<f32> {
    let mut ranges = [(0.0f32, 1.0f32); WIDTH];
    for node in forest.nodes() {
        if let Node::Branch { feature, test: Test::Compare(_, threshold), .. } = node {
            let (low, high) = &mut ranges[*feature as usize];
            (*low, *high) = (low.min(threshold - 1.0), high.max(threshold * 1.1));
        }
    }
    let mut value = |column: usize| {
        let (low, high) = ranges[column];
        if random.below(50) == 0 { f32::NAN } else { low + random.unit() * (high - low) }
    };
    (0..ROWS * WIDTH).map(|place| value(place % WIDTH)).collect()
}

fn time(name: &str, forest: Forest<f32>, random: &mut Random) {
    let rows = rows(&forest, random);
    let start = Instant::now();
    let kernel = Kernel::new(forest);
    println!("{name}: compiled in {:.6} s", start.elapsed().as_secs_f64());
    let mut expected = vec![0.0f32; ROWS];
    let seconds = sum_of_parts(&rows, &mut expected, |rows, scores| {
        for (row, scores) in rows.chunks(WIDTH).zip(scores.chunks_mut(1)) {
            kernel.margins(row, WIDTH, scores);
        }
    });
    println!("  row by row: {seconds:.6} s");
    let level = std::env::var("KERNEL_LEVEL").ok();
    for level in
        Level::available().into_iter().filter(|at| level.as_ref().is_none_or(|level| format!("{at:?}").contains(level)))
    {
        let mut scores = vec![0.0f32; ROWS];
        let all = sum_of_parts(&rows, &mut scores, |rows, scores| kernel.margins_at(level, rows, WIDTH, scores));
        let few = [1, 8, 16, 64].map(|count| {
            let part = &rows[..count * WIDTH];
            let many = shortest(|| {
                (0..50).for_each(|_| kernel.margins_at(level, black_box(part), WIDTH, &mut scores[..count]))
            });
            format!("{count} rows {:.2} us", many * 2e4)
        });
        println!("  {level:?}: {ROWS} rows {all:.6} s, {}", few.join(", "));
        kernel.margins_at(level, &rows, WIDTH, &mut scores);
        assert!(scores.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{level:?} differs");
    }
}

fn main() {
    let random = &mut Random(0x9E37_79B9_7F4A_7C15);
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    for path in arguments {
        time(&path, read(&std::fs::read(&path).unwrap()), random);
    }
    let shapes = [
        ("500 x depth 6, distinct", Shape { trees: 500, depth: 6, leaves: 0, bins: 0 }),
        ("500 x depth 6, 256 bins", Shape { trees: 500, depth: 6, leaves: 0, bins: 256 }),
        ("500 x 31 leaves, 256 bins", Shape { trees: 500, depth: 0, leaves: 31, bins: 256 }),
        ("100 x 1000 leaves, distinct", Shape { trees: 100, depth: 0, leaves: 1000, bins: 0 }),
    ];
    let only = std::env::var("KERNEL_FOREST").ok();
    for (name, shape) in shapes.into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| name.contains(only))) {
        time(name, generate(&shape, random), random);
    }
    let rows: Vec<f32> = (0..ROWS * WIDTH).map(|_| random.unit()).collect();
    let coefficients: Vec<f32> = (0..WIDTH).map(|_| random.unit()).collect();
    let mut sums = vec![0.0; ROWS];
    println!("linear: {:.6} s", shortest(|| add_linear(&coefficients, &rows, WIDTH, black_box(&mut sums))));
}
