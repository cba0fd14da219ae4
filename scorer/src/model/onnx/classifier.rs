//! TreeEnsembleClassifier and LinearClassifier: features -> labels and probabilities.
//!
//! Owns their attributes and what onnxruntime makes of each combination of class ids, base values and transforms. What
//! onnxruntime answers without sense is refused. May not know the kernel.

use super::NodeError;
use super::attributes::{Attributes, Labels};
use super::operation::{Form, Operation};
use super::score::{Scores, Source};
use super::site::Site;
use super::trees::{self, Lists, Precision, Trees};
use crate::model::classifier::{First, Transform, highest};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// A classifier. Input: (rows, features). Outputs: labels (rows), probabilities (rows, classes) of f32.
#[derive(Debug)]
pub(super) struct Classifier {
    source: Source,
    transform: Transform,
    layout: Layout,
    labels: Labels,
}

/// How scores become the columns of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    /// A score for each class.
    Each,
    /// A score for each of two classes; where no leaf spoke of the second, that of the first stands for both.
    EachOrFirst,
    /// One score for two classes. `silent`: it is 0, whatever the base value, where no leaf spoke.
    One { first: First, silent: bool },
    /// A score for the second of two classes beside 0; where no leaf spoke, 0 stands for both.
    Second(First),
}

const LISTS: Lists = Lists {
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

/// Reads a TreeEnsembleClassifier.
pub(super) fn trees(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let (attributes, input) = (site.attributes(), site.input_type(0));
    let read = trees::lists(&attributes, &LISTS)?;
    let labels = attributes.labels("classlabels_int64s", "classlabels_strings")?;
    let transform = attributes.transform()?;
    if read.doubles && input != DatumType::F64 {
        return Err(attributes.error("nodes_values_as_tensor", "holds doubles, but the input does not"));
    }
    let mut trees = read.trees;
    let layout = layout(&attributes, &mut trees, labels.len(), transform, !read.silent.is_empty())?;
    let source = Source::Trees(Precision::of(trees, input == DatumType::F64, &attributes)?);
    Ok(Arc::new(Classifier { source, transform, layout, labels }))
}

/// Decides what the scores stand for, and completes the base values.
fn layout(
    attributes: &Attributes<'_>,
    trees: &mut Trees,
    classes: usize,
    transform: Transform,
    silent: bool,
) -> Result<Layout, NodeError> {
    let ids_are = |id: u32| trees.weights.iter().all(|weight| weight.target == id);
    let base = trees.base.len();
    if classes > 2 || !(ids_are(0) || ids_are(1)) {
        trees.base.resize(base.max(classes), 0.0);
        let may_miss = classes == 2 && trees::may_miss(trees);
        let usable = if classes == 2 { base == 0 || base == 1 && !may_miss } else { base == 0 || base == classes };
        if !usable {
            let reason = format!(
                "has {base} values for {classes} classes; onnxruntime adds them to wrong classes. \
                 Export without them (CatBoost: boost_from_average=False)"
            );
            return Err(attributes.error("base_values", reason));
        }
        if may_miss && transform == Transform::Probit {
            return Err(attributes.error("post_transform", "PROBIT needs a score for each class in every leaf"));
        }
        return Ok(if may_miss { Layout::EachOrFirst } else { Layout::Each });
    }
    if base > 1 {
        let reason = "has 2 values, but all class ids are the same; onnxruntime adds them to wrong classes";
        return Err(attributes.error("base_values", reason));
    }
    let positive = trees.weights.iter().all(|weight| weight.value >= 0.0);
    let first = if positive { First::Rest } else { First::Negative };
    if ids_are(0) {
        if transform == Transform::Probit {
            return Err(attributes.error("post_transform", "PROBIT needs a score for each class; there is one for two"));
        }
        trees.base.resize(1, 0.0);
        return Ok(Layout::One { first, silent });
    }
    // Both scores exist then; onnxruntime leaves the base value out.
    trees.base = vec![0.0; 2];
    if silent && transform == Transform::Probit {
        return Err(attributes.error("post_transform", "PROBIT needs a score in every leaf"));
    }
    Ok(if silent { Layout::Second(first) } else { Layout::Each })
}

const LINEAR: [&str; 6] =
    ["classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class", "post_transform"];

/// Reads a LinearClassifier.
pub(super) fn linear(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&LINEAR)?;
    let labels = attributes.labels("classlabels_ints", "classlabels_strings")?;
    let source = coefficients(&attributes, Some(labels.len()))?;
    let transform = attributes.transform()?;
    let layout = match source.targets() {
        targets if targets == labels.len() => Layout::Each,
        1 if labels.len() == 2 && transform != Transform::Probit => Layout::One { first: First::Rest, silent: false },
        targets => {
            return Err(attributes.error("intercepts", format!("has {targets} values for {} labels", labels.len())));
        }
    };
    Ok(Arc::new(Classifier { source, transform, layout, labels }))
}

/// Coefficients and intercepts, for as many targets as there are intercepts.
pub(super) fn coefficients(attributes: &Attributes<'_>, targets: Option<usize>) -> Result<Source, NodeError> {
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
    Ok(Source::Linear { coefficients, intercepts })
}

impl Classifier {
    /// Probabilities, row-major, rows × classes, and the place of each row's label.
    fn answer(&self, scores: Scores, reached: Option<&[bool]>) -> (Vec<f32>, Vec<usize>) {
        let mut places = Vec::with_capacity(scores.rows);
        let mut values = scores.values;
        let is_reached = |at: usize| reached.is_none_or(|reached| reached[at]);
        if let Layout::One { first, .. } = self.layout {
            values.iter_mut().enumerate().filter(|(at, _)| !is_reached(*at)).for_each(|(_, score)| *score = 0.0);
            places.extend(values.iter().map(|score| usize::from(first.is_second(*score))));
            let both = values.iter().flat_map(|score| first.both(*score, self.transform)).collect();
            return (both, places);
        }
        let alone = if let Layout::Second(first) = self.layout { first } else { First::Negative };
        for (at, row) in values.chunks_exact_mut(self.labels.len()).enumerate() {
            if is_reached(2 * at + 1) {
                places.push(highest(row));
                self.transform.apply(row);
            } else {
                places.push(usize::from(alone.is_second(row[0])));
                row.copy_from_slice(&alone.both(row[0], self.transform));
            }
        }
        (values, places)
    }
}

impl Operation for Classifier {
    fn name(&self) -> &'static str {
        "LeadlightClassifier"
    }

    fn outputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        self.source.check(*kind, columns)?;
        let probabilities = tvec!(rows.clone(), self.labels.len().to_dim());
        Ok(vec![(self.labels.kind(), tvec!(rows.clone())), (DatumType::F32, probabilities)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let scores = self.source.scores(&inputs[0])?;
        let rows = scores.rows;
        let asks = matches!(self.layout, Layout::EachOrFirst | Layout::Second(_) | Layout::One { silent: true, .. });
        let reached = if asks { self.source.reached(&inputs[0])? } else { None };
        let (probabilities, places) = self.answer(scores, reached.as_deref());
        Ok(vec![self.labels.of(&places)?, Tensor::from_shape(&[rows, self.labels.len()], &probabilities)?])
    }
}
