//! SVMClassifier: features to labels and scores or probabilities.
//!
//! The columns follow onnxruntime: one per class with probabilities or without support vectors; two for two classes;
//! otherwise one per pair of classes.

use super::super::NodeError;
use super::super::attributes::{Attributes, Labels};
use super::super::estimator::to_f32;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, rows_and_columns, tensor_from};
use super::kernel::Kernel;
use super::pairwise_coupling::couple;
use crate::model::calibration::logistic;
use crate::model::post_transform::{FirstClassScore, PostTransform, argmax};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of numbers. Outputs: labels (rows), scores (rows, columns) of f32.
#[derive(Debug)]
struct Classifier {
    kernel: Kernel,
    labels: Labels,
    transform: PostTransform,
    rho: Vec<f32>,
    decision: DecisionFunction,
}

/// Decision function.
#[derive(Debug)]
enum DecisionFunction {
    /// Linear: the vectors of the kernel are the classes' coefficients. `positive`: none is negative.
    Linear { positive: bool },
    /// One-versus-one votes.
    Pairs {
        /// Number of support vectors of each class.
        counts: Vec<usize>,
        /// Row-major, (classes - 1) × support vectors.
        coefficients: Vec<f32>,
        /// Slope and intercept of each pair's Platt scaling; empty without probabilities.
        platt_scaling: Vec<(f32, f32)>,
    },
}

const NAMES: [&str; 11] = [
    "classlabels_ints",
    "classlabels_strings",
    "coefficients",
    "kernel_params",
    "kernel_type",
    "post_transform",
    "prob_a",
    "prob_b",
    "rho",
    "support_vectors",
    "vectors_per_class",
];

/// Most classes: their pairs are compared one by one.
const CLASSES_MAX: usize = 256;

/// Parses a SVMClassifier.
pub(in super::super) fn classifier(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&NAMES)?;
    let labels = attributes.labels("classlabels_ints", "classlabels_strings")?;
    let classes = labels.len();
    if classes > CLASSES_MAX {
        return Err(attributes.error("classlabels_*", format!("has {classes} labels; {CLASSES_MAX} are served")));
    }
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?;
    let rho = attributes.finite("rho", attributes.floats("rho"))?.to_vec();
    let transform = attributes.post_transform()?;
    let counts = counts(&attributes)?;
    let vectors: usize = counts.iter().sum();
    if vectors == 0 {
        if rho.is_empty() {
            return Err(attributes.error("rho", "is missing"));
        }
        let kernel = Kernel::parse(&attributes, coefficients, classes, true)?;
        let positive = coefficients.iter().all(|coefficient| *coefficient >= 0.0);
        return Ok(Arc::new(Classifier {
            kernel,
            labels,
            transform,
            rho,
            decision: DecisionFunction::Linear { positive },
        }));
    }
    attributes.check_length("vectors_per_class", &counts, classes)?;
    attributes.check_length("coefficients", coefficients, (classes - 1) * vectors)?;
    attributes.check_length("rho", &rho, classes * (classes - 1) / 2)?;
    let platt_scaling = platt_scaling(&attributes, rho.len())?;
    if classes == 2 && platt_scaling.is_empty() && transform == PostTransform::Probit {
        return Err(attributes.error("post_transform", "PROBIT needs a score for each class; there is one for two"));
    }
    let kernel = Kernel::parse(&attributes, attributes.floats("support_vectors"), vectors, false)?;
    let decision = DecisionFunction::Pairs { counts, coefficients: coefficients.to_vec(), platt_scaling };
    Ok(Arc::new(Classifier { kernel, labels, transform, rho, decision }))
}

fn counts(attributes: &Attributes<'_>) -> Result<Vec<usize>, NodeError> {
    let name = "vectors_per_class";
    let available = attributes.floats("support_vectors").len();
    let count = |count: &i64| usize::try_from(*count).ok().filter(|count| *count <= available);
    let counts: Option<Vec<usize>> = attributes.ints(name).iter().map(count).collect();
    counts.ok_or_else(|| attributes.error(name, format!("should be from 0 to {available}")))
}

fn platt_scaling(attributes: &Attributes<'_>, pairs: usize) -> Result<Vec<(f32, f32)>, NodeError> {
    let slopes = attributes.finite("prob_a", attributes.floats("prob_a"))?;
    let intercepts = attributes.finite("prob_b", attributes.floats("prob_b"))?;
    if !slopes.is_empty() {
        attributes.check_length("prob_a", slopes, pairs)?;
    }
    attributes.check_length("prob_b", intercepts, slopes.len())?;
    Ok(slopes.iter().copied().zip(intercepts.iter().copied()).collect())
}

impl Classifier {
    fn columns(&self) -> usize {
        match &self.decision {
            DecisionFunction::Pairs { platt_scaling, .. } if platt_scaling.is_empty() && self.labels.len() > 2 => {
                self.rho.len()
            }
            _ => self.labels.len(),
        }
    }

    /// Columns of a row, and the index of its label.
    fn predict(&self, row: &[f32], kernels: &mut [f32]) -> (Vec<f32>, usize) {
        self.kernel.evaluate(row, kernels);
        match &self.decision {
            DecisionFunction::Linear { positive } => {
                // onnxruntime adds the first intercept to every class.
                let mut scores: Vec<f32> = kernels.iter().map(|score| score + self.rho[0]).collect();
                let index = linear_label(&scores, *positive);
                self.transform.apply(&mut scores);
                (scores, index)
            }
            DecisionFunction::Pairs { counts, coefficients, platt_scaling } => {
                let (scores, index) = self.vote(counts, coefficients, kernels);
                (self.class_scores(scores, platt_scaling), index)
            }
        }
    }

    /// Score of each pair of classes, and the class with most votes, the first of equals.
    fn vote(&self, counts: &[usize], coefficients: &[f32], kernels: &[f32]) -> (Vec<f32>, usize) {
        let classes = counts.len();
        let starts: Vec<usize> =
            counts.iter().scan(0, |start, count| Some(std::mem::replace(start, *start + count))).collect();
        let partial_sum = |sum: f64, row: usize, class: usize| {
            let (from, to) = (starts[class], starts[class] + counts[class]);
            let own = &coefficients[row * kernels.len()..][from..to];
            own.iter().zip(&kernels[from..to]).fold(sum, |sum, (weight, kernel)| sum + f64::from(weight * kernel))
        };
        let (mut scores, mut votes) = (Vec::with_capacity(self.rho.len()), vec![0_usize; classes]);
        for one in 0..classes {
            for other in one + 1..classes {
                let sum = partial_sum(partial_sum(0.0, other - 1, one), one, other) + f64::from(self.rho[scores.len()]);
                scores.push(sum as f32);
                votes[if sum > 0.0 { one } else { other }] += 1;
            }
        }
        let index = (1..classes).fold(0, |best, class| if votes[class] > votes[best] { class } else { best });
        (scores, index)
    }

    fn class_scores(&self, mut scores: Vec<f32>, platt_scaling: &[(f32, f32)]) -> Vec<f32> {
        let classes = self.labels.len();
        if platt_scaling.is_empty() {
            if let ([score], 2) = (scores.as_slice(), classes) {
                let first = if self.transform == PostTransform::None {
                    FirstClassScore::Negation
                } else {
                    FirstClassScore::Complement
                };
                return first.both_scores(*score, self.transform).to_vec();
            }
            self.transform.apply(&mut scores);
            return scores;
        }
        let mut pairs = vec![0.0; classes * classes];
        let mut scored_pairs = scores.iter().zip(platt_scaling);
        for one in 0..classes {
            for (other, (score, (slope, intercept))) in (one + 1..classes).zip(&mut scored_pairs) {
                let probability = clamp_probability(1.0 - logistic(score * slope + intercept));
                pairs[one * classes + other] = probability;
                pairs[other * classes + one] = 1.0 - probability;
            }
        }
        let mut probabilities = couple(&pairs, classes);
        self.transform.apply(&mut probabilities);
        probabilities
    }
}

/// Clamps a probability to between 1e-7 and 1 - 1e-7; NaN stays NaN.
fn clamp_probability(probability: f32) -> f32 {
    let low = if probability < 1.0e-7 { 1.0e-7 } else { probability };
    if low > 1.0 - 1.0e-7 { 1.0 - 1.0e-7 } else { low }
}

/// Label that onnxruntime predicts from per-class scores.
fn linear_label(scores: &[f32], positive: bool) -> usize {
    let best = argmax(scores);
    let most = scores[best];
    let predicts_second = scores.len() == 2 && (positive && most >= 0.5 || !positive && most > 0.0);
    if predicts_second { 1 } else { best }
}

impl Operator for Classifier {
    fn name(&self) -> &'static str {
        "LeadlightSvmClassifier"
    }

    fn outputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        ensure!(kind.is_number(), "the input should hold numbers");
        let features = self.kernel.features;
        ensure!(*columns == features.to_dim(), "{features} features are read, but there are {columns}");
        let scores = tvec!(rows.clone(), self.columns().to_dim());
        Ok(vec![(self.labels.datum_type(), tvec!(rows.clone())), (DatumType::F32, scores)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let [rows, columns] = rows_and_columns(inputs[0].shape())?;
        let vectors = match &self.decision {
            DecisionFunction::Linear { .. } => self.labels.len(),
            DecisionFunction::Pairs { counts, .. } => counts.iter().sum(),
        };
        let mut kernels = vec![0.0; vectors];
        let (mut values, mut indices) = (Vec::with_capacity(rows * self.columns()), Vec::with_capacity(rows));
        for row in to_f32(&inputs[0])?.chunks_exact(columns.max(1)) {
            let (scores, index) = self.predict(row, &mut kernels);
            values.extend(scores);
            indices.push(index);
        }
        Ok(vec![self.labels.gather(&indices)?, tensor_from(&[rows, self.columns()], values)?])
    }
}
