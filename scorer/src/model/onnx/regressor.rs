//! TreeEnsembleRegressor, TreeEnsemble and LinearRegressor: features -> scores.
//!
//! Owns their attributes and what onnxruntime makes of one score and of several. May not know the kernel.

use super::NodeError;
use super::attributes::Attributes;
use super::classify::coefficients;
use super::operation::{Form, Operation};
use super::score::Source;
use super::site::Site;
use super::trees::{self, Lists, Precision, Trees};
use crate::model::classifier::Transform;
use crate::model::forest::{Node, Weight};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// A regressor. Input: (rows, features). Output: scores (rows, targets) of f32, of f64 for a TreeEnsemble of doubles.
#[derive(Debug)]
pub(super) struct Regressor {
    source: Source,
    transform: Transform,
    /// Whether a score of which no leaf spoke is 0, whatever its base value.
    zero_unreached: bool,
    output: DatumType,
}

const LISTS: Lists = Lists {
    prefix: "target",
    own: &[
        "aggregate_function",
        "base_values",
        "base_values_as_tensor",
        "n_targets",
        "target_ids",
        "target_nodeids",
        "target_treeids",
        "target_weights",
        "target_weights_as_tensor",
    ],
};

/// The most scores that a row may have.
const TARGETS_MAX: i64 = 4096;

/// Reads a TreeEnsembleRegressor.
pub(super) fn trees(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let (attributes, input) = (site.attributes(), site.input_type(0));
    let read = trees::lists(&attributes, &LISTS)?;
    if read.doubles && input != DatumType::F64 {
        return Err(attributes.error("nodes_values_as_tensor", "holds doubles, but the input does not"));
    }
    let mut trees = read.trees;
    let targets = attributes.int("n_targets", 1);
    if !(1..=TARGETS_MAX).contains(&targets) {
        return Err(attributes.error("n_targets", format!("{targets} should be from 1 to {TARGETS_MAX}")));
    }
    if !trees.base.is_empty() {
        attributes.length("base_values", &trees.base, targets as usize)?;
    }
    trees.base.resize(targets as usize, 0.0);
    if targets == 1 {
        give_weights(&attributes, &mut trees, &read.silent)?;
    }
    regressor(&attributes, trees, attributes.transform()?, input, DatumType::F32)
}

/// Of one score, onnxruntime takes the number of a leaf's node for the weight that the leaf lacks.
fn give_weights(attributes: &Attributes<'_>, trees: &mut Trees, silent: &[(usize, f64)]) -> Result<(), NodeError> {
    for (place, value) in silent {
        attributes.all_finite("nodes_values", &[*value])?;
        trees.nodes[*place] =
            Node::Leaf { first: attributes.place("nodes_values", trees.weights.len() as i64)?, count: 1 };
        trees.weights.push(Weight { target: 0, value: *value });
    }
    Ok(())
}

/// Reads a TreeEnsemble.
pub(super) fn tree_ensemble(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let (attributes, input) = (site.attributes(), site.input_type(0));
    let (trees, transform, doubles) = trees::tree_ensemble(&attributes)?;
    let (kind, name) = if doubles { (DatumType::F64, "doubles") } else { (DatumType::F32, "floats") };
    if input != kind {
        return Err(attributes.error("leaf_weights", format!("holds {name}, but the input does not")));
    }
    regressor(&attributes, trees, transform, input, kind)
}

fn regressor(
    attributes: &Attributes<'_>,
    trees: Trees,
    transform: Transform,
    input: DatumType,
    output: DatumType,
) -> Result<Arc<dyn Operation>, NodeError> {
    let zero_unreached = trees.base.len() > 1 && trees.base.iter().any(|base| *base != 0.0) && trees::may_miss(&trees);
    let source = Source::Trees(Precision::of(trees, input == DatumType::F64, attributes)?);
    Ok(Arc::new(Regressor { transform: of_one(transform, &source), source, zero_unreached, output }))
}

/// Reads a LinearRegressor.
pub(super) fn linear(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["coefficients", "intercepts", "post_transform", "targets"])?;
    let targets = attributes.int("targets", 1);
    if !(1..=TARGETS_MAX).contains(&targets) {
        return Err(attributes.error("targets", format!("{targets} should be from 1 to {TARGETS_MAX}")));
    }
    let source = coefficients(&attributes, Some(targets as usize))?;
    if source.targets() != targets as usize {
        return Err(attributes.error("intercepts", format!("has {} values for {targets} targets", source.targets())));
    }
    let transform = of_one(attributes.transform()?, &source);
    Ok(Arc::new(Regressor { source, transform, zero_unreached: false, output: DatumType::F32 }))
}

/// onnxruntime applies nothing but PROBIT to a single score.
fn of_one(transform: Transform, source: &Source) -> Transform {
    if source.targets() > 1 || transform == Transform::Probit { transform } else { Transform::None }
}

impl Operation for Regressor {
    fn name(&self) -> &'static str {
        "LeadlightRegressor"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        self.source.check(*kind, columns)?;
        Ok(vec![(self.output, tvec!(rows.clone(), self.source.targets().to_dim()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut scores = self.source.scores(&inputs[0])?;
        if self.zero_unreached
            && let Some(reached) = self.source.reached(&inputs[0])?
        {
            scores.values.iter_mut().zip(reached).filter(|(_, reached)| !reached).for_each(|(score, _)| *score = 0.0);
        }
        let targets = self.source.targets();
        if self.transform != Transform::None {
            scores.values.chunks_exact_mut(targets).for_each(|row| self.transform.apply(row));
        }
        let tensor = Tensor::from_shape(&[scores.rows, targets], &scores.values)?;
        Ok(vec![tensor.cast_to_dt(self.output)?.into_owned()])
    }
}
