//! TreeEnsembleClassifier and LinearClassifier: features to labels and probabilities.
//!
//! Follows onnxruntime for each combination of class ids, base values and transforms; combinations for which its results
//! make no sense are rejected.

use super::NodeError;
use super::attributes::{Attributes, Labels};
use super::estimator::{Estimator, ScoreMatrix};
use super::node_context::NodeContext;
use super::operator::{Operator, TensorType};
use super::trees::{self, AttributeNames, TreeKernel, Trees};
use crate::model::post_transform::{FirstClassScore, PostTransform, argmax};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features). Outputs: labels (rows), probabilities (rows, classes) of f32.
#[derive(Debug)]
pub(super) struct Classifier {
    estimator: Estimator,
    transform: PostTransform,
    layout: ScoreLayout,
    labels: Labels,
}

/// Mapping of scores to output columns.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ScoreLayout {
    /// One score per class.
    PerClass,
    /// One score for each of two classes; without a weight for the second, both are derived from the first's.
    PerClassOrFirst,
    /// One score for two classes. `zero_unweighted`: it is 0, ignoring the base value, in rows without any weight.
    Single { first: FirstClassScore, zero_unweighted: bool },
    /// Score of the second of two classes, with 0 for the first; rows without any weight have 0 for both.
    SecondOnly(FirstClassScore),
}

const NAMES: AttributeNames = AttributeNames {
    prefix: "class",
    own: &[
        "base_values",
        "base_values_as_tensor",
        "class_ids",
        "class_nodeids",
        "class_treeids",
        "class_weights",
        "class_weights_as_tensor",
        "classlabels_int64s",
        "classlabels_strings",
    ],
};

/// Parses a TreeEnsembleClassifier.
pub(super) fn trees(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let (attributes, input) = (context.attributes(), context.input_type(0));
    let ensemble = trees::parse_ensemble(&attributes, &NAMES)?;
    let labels = attributes.labels("classlabels_int64s", "classlabels_strings")?;
    let transform = attributes.post_transform()?;
    if ensemble.has_doubles && input != DatumType::F64 {
        return Err(attributes.error("nodes_values_as_tensor", "holds doubles, but the input does not"));
    }
    let mut trees = ensemble.trees;
    let layout = layout(&attributes, &mut trees, labels.len(), transform, !ensemble.weightless_leaves.is_empty())?;
    let estimator = Estimator::Trees(TreeKernel::new(trees, input == DatumType::F64, &attributes)?);
    Ok(Arc::new(Classifier { estimator, transform, layout, labels }))
}

/// Chooses the layout and completes the base values.
fn layout(
    attributes: &Attributes<'_>,
    trees: &mut Trees,
    classes: usize,
    transform: PostTransform,
    zero_unweighted: bool,
) -> Result<ScoreLayout, NodeError> {
    let ids_are = |id: u32| trees.weights.iter().all(|weight| weight.target == id);
    let base = trees.base.len();
    if classes > 2 || !(ids_are(0) || ids_are(1)) {
        trees.base.resize(base.max(classes), 0.0);
        let may_miss_targets = classes == 2 && trees::may_miss_targets(trees);
        let usable =
            if classes == 2 { base == 0 || base == 1 && !may_miss_targets } else { base == 0 || base == classes };
        if !usable {
            let reason = format!(
                "has {base} values for {classes} classes; onnxruntime adds them to wrong classes. \
                 Export without them (CatBoost: boost_from_average=False)"
            );
            return Err(attributes.error("base_values", reason));
        }
        if may_miss_targets && transform == PostTransform::Probit {
            return Err(attributes.error("post_transform", "PROBIT needs a score for each class in every leaf"));
        }
        return Ok(if may_miss_targets { ScoreLayout::PerClassOrFirst } else { ScoreLayout::PerClass });
    }
    if base > 1 {
        let reason = "has 2 values, but all class ids are the same; onnxruntime adds them to wrong classes";
        return Err(attributes.error("base_values", reason));
    }
    let positive = trees.weights.iter().all(|weight| weight.value >= 0.0);
    let first = if positive { FirstClassScore::Complement } else { FirstClassScore::Negation };
    if ids_are(0) {
        if transform == PostTransform::Probit {
            return Err(attributes.error("post_transform", "PROBIT needs a score for each class; there is one for two"));
        }
        trees.base.resize(1, 0.0);
        return Ok(ScoreLayout::Single { first, zero_unweighted });
    }
    // Both scores exist; onnxruntime ignores the base value.
    trees.base = vec![0.0; 2];
    if zero_unweighted && transform == PostTransform::Probit {
        return Err(attributes.error("post_transform", "PROBIT needs a score in every leaf"));
    }
    Ok(if zero_unweighted { ScoreLayout::SecondOnly(first) } else { ScoreLayout::PerClass })
}

const LINEAR_NAMES: [&str; 6] =
    ["classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class", "post_transform"];

/// Parses a LinearClassifier.
pub(super) fn linear(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&LINEAR_NAMES)?;
    let labels = attributes.labels("classlabels_ints", "classlabels_strings")?;
    let estimator = linear_estimator(&attributes, Some(labels.len()))?;
    let transform = attributes.post_transform()?;
    let layout = match estimator.targets() {
        targets if targets == labels.len() => ScoreLayout::PerClass,
        1 if labels.len() == 2 && transform != PostTransform::Probit => {
            ScoreLayout::Single { first: FirstClassScore::Complement, zero_unweighted: false }
        }
        targets => {
            return Err(attributes.error("intercepts", format!("has {targets} values for {} labels", labels.len())));
        }
    };
    Ok(Arc::new(Classifier { estimator, transform, layout, labels }))
}

/// Parses coefficients and intercepts; the number of intercepts is the number of targets.
pub(super) fn linear_estimator(attributes: &Attributes<'_>, targets: Option<usize>) -> Result<Estimator, NodeError> {
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?.to_vec();
    let mut intercepts = attributes.finite("intercepts", attributes.floats("intercepts"))?.to_vec();
    if intercepts.is_empty() {
        intercepts = vec![0.0; targets.unwrap_or(1)];
    }
    let width = coefficients.len() / intercepts.len();
    if width == 0 || width * intercepts.len() != coefficients.len() {
        let reason = format!("has {} values, which is no multiple of {}", coefficients.len(), intercepts.len());
        return Err(attributes.error("coefficients", reason));
    }
    Ok(Estimator::Linear { coefficients, intercepts })
}

impl Classifier {
    /// Probabilities, row-major, rows × classes, and the index of each row's label.
    fn predict(&self, scores: ScoreMatrix, weighted: Option<&[bool]>) -> (Vec<f32>, Vec<usize>) {
        let mut indices = Vec::with_capacity(scores.rows);
        let mut values = scores.values;
        let is_weighted = |at: usize| weighted.is_none_or(|weighted| weighted[at]);
        if let ScoreLayout::Single { first, .. } = self.layout {
            values.iter_mut().enumerate().filter(|(at, _)| !is_weighted(*at)).for_each(|(_, score)| *score = 0.0);
            indices.extend(values.iter().map(|score| usize::from(first.predicts_second(*score))));
            let both = values.iter().flat_map(|score| first.both_scores(*score, self.transform)).collect();
            return (both, indices);
        }
        let single = if let ScoreLayout::SecondOnly(first) = self.layout { first } else { FirstClassScore::Negation };
        for (at, row) in values.chunks_exact_mut(self.labels.len()).enumerate() {
            if is_weighted(2 * at + 1) {
                indices.push(argmax(row));
                self.transform.apply(row);
            } else {
                indices.push(usize::from(single.predicts_second(row[0])));
                row.copy_from_slice(&single.both_scores(row[0], self.transform));
            }
        }
        (values, indices)
    }
}

impl Operator for Classifier {
    fn name(&self) -> &'static str {
        "LeadlightClassifier"
    }

    fn outputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        self.estimator.check(*kind, columns)?;
        let probabilities = tvec!(rows.clone(), self.labels.len().to_dim());
        Ok(vec![(self.labels.datum_type(), tvec!(rows.clone())), (DatumType::F32, probabilities)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let scores = self.estimator.scores(&inputs[0])?;
        let rows = scores.rows;
        let needs_weighted = matches!(
            self.layout,
            ScoreLayout::PerClassOrFirst
                | ScoreLayout::SecondOnly(_)
                | ScoreLayout::Single { zero_unweighted: true, .. }
        );
        let weighted = if needs_weighted { self.estimator.weighted_targets(&inputs[0])? } else { None };
        let (probabilities, indices) = self.predict(scores, weighted.as_deref());
        Ok(vec![self.labels.gather(&indices)?, Tensor::from_shape(&[rows, self.labels.len()], &probabilities)?])
    }
}
