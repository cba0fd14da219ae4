//! Tree ensembles as ONNX-ML writes them, read into forests.
//!
//! Owns what the three operators have in common: modes, thresholds and weights in the precision of their input. May not
//! know how scores become probabilities.

mod chains;
mod compact;
mod lists;

pub(super) use compact::tree_ensemble;
pub(super) use lists::{Lists, lists};

use super::NodeError;
use super::attributes::Attributes;
use crate::model::forest::{Aggregate, Comparison, Forest, Node, Parts, Scalar, Test, Weight};
use crate::model::kernel::Kernel;

/// Trees as they were read: in f64, which holds every f32 exactly.
pub(super) type Trees = Parts<f64>;

/// The kernel of an ensemble, in the precision of its input, as onnxruntime runs it: doubles for an input of doubles,
/// floats for every other.
#[derive(Debug, Clone)]
pub(super) enum Precision {
    /// Compares and adds floats.
    Single(Kernel<f32>),
    /// Compares and adds doubles.
    Double(Kernel<f64>),
}

impl Precision {
    /// Proves the trees safe and makes them ready to run.
    pub(super) fn of(trees: Trees, double: bool, attributes: &Attributes<'_>) -> Result<Self, NodeError> {
        let trees = chains::folded(trees);
        Ok(if double {
            Precision::Double(Kernel::new(forest(trees, attributes)?))
        } else {
            Precision::Single(Kernel::new(forest(rounded(trees), attributes)?))
        })
    }

    /// How many features a row must have at least.
    pub(super) fn features(&self) -> usize {
        match self {
            Precision::Single(kernel) => kernel.forest().features(),
            Precision::Double(kernel) => kernel.forest().features(),
        }
    }

    /// How many scores a row has.
    pub(super) fn targets(&self) -> usize {
        match self {
            Precision::Single(kernel) => kernel.forest().targets(),
            Precision::Double(kernel) => kernel.forest().targets(),
        }
    }
}

fn forest<T: Scalar>(parts: Parts<T>, attributes: &Attributes<'_>) -> Result<Forest<T>, NodeError> {
    Forest::new(parts).map_err(|error| attributes.error("nodes_*", error.to_string()))
}

/// The same trees in floats. What was read from floats stays as it is.
fn rounded(trees: Trees) -> Parts<f32> {
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
    Parts {
        nodes: trees.nodes.into_iter().map(node).collect(),
        roots: trees.roots,
        weights: trees.weights.into_iter().map(weight).collect(),
        members: trees.members.into_iter().map(|value| value as f32).collect(),
        base: trees.base.into_iter().map(|value| value as f32).collect(),
        aggregate: trees.aggregate,
    }
}

/// The aggregate of a name.
fn aggregate(attributes: &Attributes<'_>, name: &str) -> Result<Aggregate, NodeError> {
    match name {
        "" | "SUM" => Ok(Aggregate::Sum),
        "AVERAGE" => Ok(Aggregate::Average),
        "MIN" => Ok(Aggregate::Min),
        "MAX" => Ok(Aggregate::Max),
        other => Err(attributes.error("aggregate_function", format!("{other} should be SUM, AVERAGE, MIN or MAX"))),
    }
}

/// How a node compares; `None` for a leaf.
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

/// Whether some row may reach no weight for some score.
pub(super) fn may_miss(trees: &Trees) -> bool {
    let mut spoken = vec![usize::MAX; trees.base.len()];
    trees.nodes.iter().enumerate().any(|(place, node)| match *node {
        Node::Leaf { first, count } => {
            let weights = trees.weights.iter().skip(first as usize).take(count as usize);
            let mut distinct = 0;
            for weight in weights {
                if let Some(spoken) = spoken.get_mut(weight.target as usize) {
                    distinct += usize::from(std::mem::replace(spoken, place) != place);
                }
            }
            distinct < trees.base.len()
        }
        Node::Branch { .. } => false,
    })
}
