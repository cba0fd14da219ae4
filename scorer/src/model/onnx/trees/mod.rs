//! Tree ensembles of ONNX-ML, parsed into forests in the precision of their input.

mod ensemble_v1;
mod ensemble_v5;
mod equality_chains;

pub(super) use ensemble_v1::{AttributeNames, parse_ensemble};
pub(super) use ensemble_v5::parse_ensemble_v5;

use super::NodeError;
use super::attributes::Attributes;
use crate::model::forest::{Aggregate, Comparison, Forest, ForestParts, Node, Scalar, Test, Weight};
use crate::model::kernel::Kernel;

/// Parsed trees in f64, which represents every f32 exactly.
pub(super) type Trees = ForestParts<f64>;

/// Kernel of an ensemble, in the precision that onnxruntime uses: f64 for an f64 input, else f32.
#[derive(Debug, Clone)]
pub(super) enum TreeKernel {
    /// f32 kernel.
    F32(Kernel<f32>),
    /// f64 kernel.
    F64(Kernel<f64>),
}

impl TreeKernel {
    /// Validates the trees and plans their execution.
    pub(super) fn new(trees: Trees, double: bool, attributes: &Attributes<'_>) -> Result<Self, NodeError> {
        let trees = equality_chains::fold_chains(trees);
        Ok(if double {
            TreeKernel::F64(Kernel::new(build_forest(trees, attributes)?))
        } else {
            TreeKernel::F32(Kernel::new(build_forest(to_f32_trees(trees), attributes)?))
        })
    }

    /// Least number of features per row.
    pub(super) fn features(&self) -> usize {
        match self {
            TreeKernel::F32(kernel) => kernel.forest().features(),
            TreeKernel::F64(kernel) => kernel.forest().features(),
        }
    }

    /// Number of scores per row.
    pub(super) fn targets(&self) -> usize {
        match self {
            TreeKernel::F32(kernel) => kernel.forest().targets(),
            TreeKernel::F64(kernel) => kernel.forest().targets(),
        }
    }
}

fn build_forest<T: Scalar>(parts: ForestParts<T>, attributes: &Attributes<'_>) -> Result<Forest<T>, NodeError> {
    Forest::new(parts).map_err(|error| attributes.error("nodes_*", error.to_string()))
}

/// Converts trees to f32, without loss for those read from floats.
fn to_f32_trees(trees: Trees) -> ForestParts<f32> {
    let node = |node: Node<f64>| match node {
        Node::Leaf { first, count } => Node::Leaf { first, count },
        Node::Branch { feature, test, if_true, if_false, missing_is_true } => {
            let test = match test {
                Test::Compare(comparison, threshold) => Test::Compare(comparison, threshold as f32),
                Test::Member(first, count) => Test::Member(first, count),
            };
            Node::Branch { feature, test, if_true, if_false, missing_is_true }
        }
    };
    let weight = |weight: Weight<f64>| Weight { target: weight.target, value: weight.value as f32 };
    ForestParts {
        nodes: trees.nodes.into_iter().map(node).collect(),
        roots: trees.roots,
        weights: trees.weights.into_iter().map(weight).collect(),
        members: trees.members.into_iter().map(|value| value as f32).collect(),
        base: trees.base.into_iter().map(|value| value as f32).collect(),
        aggregate: trees.aggregate,
    }
}

/// Parses `aggregate_function`.
fn aggregate(attributes: &Attributes<'_>, name: &str) -> Result<Aggregate, NodeError> {
    match name {
        "" | "SUM" => Ok(Aggregate::Sum),
        "AVERAGE" => Ok(Aggregate::Average),
        "MIN" => Ok(Aggregate::Min),
        "MAX" => Ok(Aggregate::Max),
        other => Err(attributes.error("aggregate_function", format!("{other} should be SUM, AVERAGE, MIN or MAX"))),
    }
}

/// Parses a node mode; `None` for a leaf.
fn comparison(attributes: &Attributes<'_>, mode: &[u8]) -> Result<Option<Comparison>, NodeError> {
    Ok(Some(match mode {
        b"BRANCH_LEQ" => Comparison::Leq,
        b"BRANCH_LT" => Comparison::Lt,
        b"BRANCH_GTE" => Comparison::Gte,
        b"BRANCH_GT" => Comparison::Gt,
        b"BRANCH_EQ" => Comparison::Eq,
        b"BRANCH_NEQ" => Comparison::Neq,
        b"LEAF" => return Ok(None),
        other => {
            let reason = format!("{:?} is no mode of a node", String::from_utf8_lossy(other));
            return Err(attributes.error("nodes_modes", reason));
        }
    }))
}

/// True when some row may reach no weight for some target.
pub(super) fn may_miss_targets(trees: &Trees) -> bool {
    let mut last_leaf = vec![usize::MAX; trees.base.len()];
    trees.nodes.iter().enumerate().any(|(index, node)| match *node {
        Node::Leaf { first, count } => {
            let weights = trees.weights.iter().skip(first as usize).take(count as usize);
            let mut distinct = 0;
            for weight in weights {
                if let Some(last) = last_leaf.get_mut(weight.target as usize) {
                    distinct += usize::from(std::mem::replace(last, index) != index);
                }
            }
            distinct < trees.base.len()
        }
        Node::Branch { .. } => false,
    })
}
