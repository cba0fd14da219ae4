//! TreeEnsembleRegressor, TreeEnsemble and LinearRegressor: features to scores.
//!
//! Follows onnxruntime, which treats a single target differently from several.

use super::NodeError;
use super::attributes::Attributes;
use super::classifier::linear_estimator;
use super::estimator::Estimator;
use super::node_context::NodeContext;
use super::operator::{Operator, TensorType};
use super::trees::{self, AttributeNames, TreeKernel, Trees};
use crate::model::forest::{Node, Weight};
use crate::model::post_transform::PostTransform;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features). Output: scores (rows, targets) of f32, or of f64 for a TreeEnsemble of doubles.
#[derive(Debug)]
pub(super) struct Regressor {
    estimator: Estimator,
    transform: PostTransform,
    /// True when scores without any weight are 0, ignoring the base value.
    zero_unweighted: bool,
    output: DatumType,
}

const NAMES: AttributeNames = AttributeNames {
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

/// Parses a TreeEnsembleRegressor.
pub(super) fn trees(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let (attributes, input) = (context.attributes(), context.input_type(0));
    let ensemble = trees::parse_ensemble(&attributes, &NAMES)?;
    if ensemble.has_doubles && input != DatumType::F64 {
        return Err(attributes.error("nodes_values_as_tensor", "holds doubles, but the input does not"));
    }
    let mut trees = ensemble.trees;
    let targets = attributes.targets("n_targets")?;
    if !trees.base.is_empty() {
        attributes.check_length("base_values", &trees.base, targets)?;
    }
    trees.base.resize(targets, 0.0);
    if targets == 1 {
        use_node_values_as_weights(&attributes, &mut trees, &ensemble.weightless_leaves)?;
    }
    tree_regressor(&attributes, trees, attributes.post_transform()?, input, DatumType::F32)
}

/// For a single target, onnxruntime uses the node's value as the weight of a leaf that has none.
fn use_node_values_as_weights(
    attributes: &Attributes<'_>,
    trees: &mut Trees,
    weightless_leaves: &[(usize, f64)],
) -> Result<(), NodeError> {
    for (index, value) in weightless_leaves {
        attributes.finite("nodes_values", &[*value])?;
        trees.nodes[*index] =
            Node::Leaf { first: attributes.index("nodes_values", trees.weights.len() as i64)?, count: 1 };
        trees.weights.push(Weight { target: 0, value: *value });
    }
    Ok(())
}

/// Parses a TreeEnsemble.
pub(super) fn tree_ensemble(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let (attributes, input) = (context.attributes(), context.input_type(0));
    let (trees, transform, doubles) = trees::parse_ensemble_v5(&attributes)?;
    let (kind, name) = if doubles { (DatumType::F64, "doubles") } else { (DatumType::F32, "floats") };
    if input != kind {
        return Err(attributes.error("leaf_weights", format!("holds {name}, but the input does not")));
    }
    tree_regressor(&attributes, trees, transform, input, kind)
}

fn tree_regressor(
    attributes: &Attributes<'_>,
    trees: Trees,
    transform: PostTransform,
    input: DatumType,
    output: DatumType,
) -> Result<Arc<dyn Operator>, NodeError> {
    let zero_unweighted =
        trees.base.len() > 1 && trees.base.iter().any(|base| *base != 0.0) && trees::may_miss_targets(&trees);
    let estimator = Estimator::Trees(TreeKernel::new(trees, input == DatumType::F64, attributes)?);
    Ok(Arc::new(Regressor {
        transform: effective_transform(transform, &estimator),
        estimator,
        zero_unweighted,
        output,
    }))
}

/// Parses a LinearRegressor.
pub(super) fn linear(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["coefficients", "intercepts", "post_transform", "targets"])?;
    let targets = attributes.targets("targets")?;
    let estimator = linear_estimator(&attributes, Some(targets))?;
    if estimator.targets() != targets {
        return Err(attributes.error("intercepts", format!("has {} values for {targets} targets", estimator.targets())));
    }
    let transform = effective_transform(attributes.post_transform()?, &estimator);
    Ok(Arc::new(Regressor { estimator, transform, zero_unweighted: false, output: DatumType::F32 }))
}

/// Transform that onnxruntime really applies: to a single score only PROBIT.
fn effective_transform(transform: PostTransform, estimator: &Estimator) -> PostTransform {
    if estimator.targets() > 1 || transform == PostTransform::Probit { transform } else { PostTransform::None }
}

impl Operator for Regressor {
    fn name(&self) -> &'static str {
        "LeadlightRegressor"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        self.estimator.check(*kind, columns)?;
        Ok(vec![(self.output, tvec!(rows.clone(), self.estimator.targets().to_dim()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        // A TreeEnsemble of doubles has no base values, so that no score is without a weight.
        if self.output == DatumType::F64
            && self.transform == PostTransform::None
            && let Some(scores) = self.estimator.double_scores(&inputs[0])?
        {
            let targets = self.estimator.targets();
            return Ok(vec![Tensor::from_shape(&[scores.len() / targets, targets], &scores)?]);
        }
        let mut scores = self.estimator.scores(&inputs[0])?;
        if self.zero_unweighted
            && let Some(weighted) = self.estimator.weighted_targets(&inputs[0])?
        {
            scores
                .values
                .iter_mut()
                .zip(weighted)
                .filter(|(_, weighted)| !weighted)
                .for_each(|(score, _)| *score = 0.0);
        }
        let targets = self.estimator.targets();
        if self.transform != PostTransform::None {
            scores.values.chunks_exact_mut(targets).for_each(|row| self.transform.apply(row));
        }
        let tensor = Tensor::from_shape(&[scores.rows, targets], &scores.values)?;
        Ok(vec![tensor.cast_to_dt(self.output)?.into_owned()])
    }
}
