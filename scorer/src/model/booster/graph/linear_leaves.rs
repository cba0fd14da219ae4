//! Linear leaves: the trees give the index of each reached leaf, which selects its constant, coefficients and fallback from
//! tables. The terms of a tree are added in the order of the columns, then the trees in their order, as in LightGBM.

use super::super::Trees;
use super::builder::GraphBuilder;
use crate::model::forest::{Aggregate, Weight};
use crate::model::graph_writer::{INT64, int};

/// Columns of each tree, and the tables by leaf: a slot for each column that any leaf of its tree reads.
struct Tables {
    trees: usize,
    slots: usize,
    /// Column of each slot, trees × slots.
    columns: Vec<i64>,
    /// Coefficient of each slot, leaves × slots; 0 for columns that the leaf does not read.
    coefficients: Vec<f64>,
}

/// Adds the nodes; returns the margin. `leaves` is the indices of the reached leaves, rows × trees.
pub(super) fn write(graph: &mut GraphBuilder, input: &str, leaves: &str, trees: &Trees) -> String {
    let tables = Tables::new(trees);
    let leaves = graph.apply("Cast", &[leaves], vec![int("to", INT64.into())]);
    let [sums, has_missing] = sums(graph, input, &leaves, &tables, trees);
    let fallbacks: Vec<f64> = trees.linear_leaves.iter().map(|leaf| leaf.fallback).collect();
    let fallbacks = graph.numbers(&[fallbacks.len()], &fallbacks);
    let fallback = gather(graph, &fallbacks, &leaves, 0);
    let outputs = graph.apply("Where", &[&has_missing, &fallback, &sums], vec![]);
    let trees_axis = graph.integers(&[1], &[1]);
    let margin = graph.apply("ReduceSum", &[&outputs, &trees_axis], vec![int("keepdims", 1)]);
    if trees.forest.aggregate != Aggregate::Average {
        return margin;
    }
    let count = graph.numbers(&[1, 1], &[tables.trees as f64]);
    graph.apply("Div", &[&margin, &count], vec![])
}

/// Adds the constant and the terms of each tree; the second output is true where a tree reads a missing value.
fn sums(graph: &mut GraphBuilder, input: &str, leaves: &str, tables: &Tables, trees: &Trees) -> [String; 2] {
    let constants: Vec<f64> = trees.linear_leaves.iter().map(|leaf| leaf.constant).collect();
    let constants = graph.numbers(&[constants.len(), 1], &constants);
    let constants = gather(graph, &constants, leaves, 0);
    let coefficients = graph.numbers(&[trees.linear_leaves.len(), tables.slots], &tables.coefficients);
    let coefficients = gather(graph, &coefficients, leaves, 0);
    let columns = graph.integers(&[tables.trees, tables.slots], &tables.columns);
    let values = gather(graph, input, &columns, 1);
    let zero = graph.numbers(&[1, 1, 1], &[0.0]);
    let is_unread = graph.apply("Equal", &[&coefficients, &zero], vec![]);
    // A column that the leaf does not read may be infinite or missing.
    let values = graph.apply("Where", &[&is_unread, &zero, &values], vec![]);
    let terms = graph.apply("Mul", &[&coefficients, &values], vec![]);
    let all = graph.apply("Concat", &[&constants, &terms], vec![int("axis", 2)]);
    let slots_axis = graph.integers(&[1], &[2]);
    let sums = graph.apply("ReduceSum", &[&all, &slots_axis], vec![int("keepdims", 0)]);
    let is_missing = graph.apply("IsNaN", &[&values], vec![]);
    let is_missing = graph.apply("Cast", &[&is_missing], vec![int("to", INT64.into())]);
    let missing = graph.apply("ReduceSum", &[&is_missing, &slots_axis], vec![int("keepdims", 0)]);
    let none = graph.integers(&[1, 1], &[0]);
    [sums, graph.apply("Greater", &[&missing, &none], vec![])]
}

fn gather(graph: &mut GraphBuilder, table: &str, indices: &str, axis: i64) -> String {
    graph.apply("Gather", &[table, indices], vec![int("axis", axis)])
}

impl Tables {
    fn new(trees: &Trees) -> Self {
        let count = trees.forest.base.len();
        let tree_of_leaf = tree_of_leaf(&trees.forest.weights, trees.linear_leaves.len());
        let mut columns: Vec<Vec<u32>> = vec![vec![]; count];
        for (leaf, tree) in trees.linear_leaves.iter().zip(&tree_of_leaf) {
            columns[*tree].extend(leaf.terms.iter().map(|(column, _)| *column));
        }
        for columns in &mut columns {
            columns.sort_unstable();
            columns.dedup();
        }
        let slots = columns.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let mut coefficients = vec![0.0; trees.linear_leaves.len() * slots];
        let rows = coefficients.chunks_exact_mut(slots);
        for ((row, leaf), tree) in rows.zip(&trees.linear_leaves).zip(&tree_of_leaf) {
            for (column, coefficient) in &leaf.terms {
                if let Ok(slot) = columns[*tree].binary_search(column) {
                    row[slot] += coefficient;
                }
            }
        }
        let padded = |columns: &Vec<u32>| {
            let padding = std::iter::repeat_n(0, slots - columns.len());
            columns.iter().map(|column| i64::from(*column)).chain(padding).collect::<Vec<i64>>()
        };
        Tables { trees: count, slots, columns: columns.iter().flat_map(padded).collect(), coefficients }
    }
}

/// Tree of each leaf; a leaf is the weight of its index.
fn tree_of_leaf(weights: &[Weight<f64>], leaves: usize) -> Vec<usize> {
    let mut trees = vec![0; leaves];
    for weight in weights {
        if let Some(tree) = trees.get_mut(weight.value as usize) {
            *tree = weight.target as usize;
        }
    }
    trees
}
