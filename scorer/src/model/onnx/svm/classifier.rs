//! SVMClassifier: features -> labels and scores or probabilities.
//!
//! Owns its attributes, the votes of pairs of classes, and which columns onnxruntime answers: a column for each class
//! where there are probabilities or no support vectors; for two classes two columns; otherwise one for each pair. May not
//! know what the labels mean.

use super::super::NodeError;
use super::super::attributes::{Attributes, Labels};
use super::super::operation::{Form, Operation, made, rows_and_columns};
use super::super::score::floats;
use super::super::site::Site;
use super::coupling::coupled;
use super::kernel::Kernel;
use crate::model::calibration::logistic;
use crate::model::classifier::{First, Transform, highest};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of numbers. Outputs: labels (rows), scores (rows, columns) of f32.
#[derive(Debug)]
struct Classifier {
    kernel: Kernel,
    labels: Labels,
    transform: Transform,
    rho: Vec<f32>,
    scores: Scores,
}

/// Where the scores come from.
#[derive(Debug)]
enum Scores {
    /// The kernel's vectors are the classes' own coefficients. Whether all of them are at least 0.
    Linear { positive: bool },
    /// Votes of pairs of classes.
    Pairs {
        /// How many support vectors each class has.
        counts: Vec<usize>,
        /// Row-major, (classes - 1) × support vectors.
        coefficients: Vec<f32>,
        /// For each pair the slope and the place of its logistic function; empty where there are no probabilities.
        probabilities: Vec<(f32, f32)>,
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

/// The most classes: their pairs are compared one by one.
const CLASSES_MAX: usize = 256;

/// Reads a SVMClassifier.
pub(in super::super) fn classifier(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&NAMES)?;
    let labels = attributes.labels("classlabels_ints", "classlabels_strings")?;
    let classes = labels.len();
    if classes > CLASSES_MAX {
        return Err(attributes.error("classlabels_*", format!("has {classes} labels; {CLASSES_MAX} are served")));
    }
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?;
    let rho = attributes.finite("rho", attributes.floats("rho"))?.to_vec();
    let transform = attributes.transform()?;
    let counts = counts(&attributes)?;
    let vectors: usize = counts.iter().sum();
    if vectors == 0 {
        if rho.is_empty() {
            return Err(attributes.error("rho", "is missing"));
        }
        let kernel = Kernel::read(&attributes, coefficients, classes, true)?;
        let positive = coefficients.iter().all(|coefficient| *coefficient >= 0.0);
        return Ok(Arc::new(Classifier { kernel, labels, transform, rho, scores: Scores::Linear { positive } }));
    }
    attributes.length("vectors_per_class", &counts, classes)?;
    attributes.length("coefficients", coefficients, (classes - 1) * vectors)?;
    attributes.length("rho", &rho, classes * (classes - 1) / 2)?;
    let probabilities = probabilities(&attributes, rho.len())?;
    if classes == 2 && probabilities.is_empty() && transform == Transform::Probit {
        return Err(attributes.error("post_transform", "PROBIT needs a score for each class; there is one for two"));
    }
    let kernel = Kernel::read(&attributes, attributes.floats("support_vectors"), vectors, false)?;
    let scores = Scores::Pairs { counts, coefficients: coefficients.to_vec(), probabilities };
    Ok(Arc::new(Classifier { kernel, labels, transform, rho, scores }))
}

fn counts(attributes: &Attributes<'_>) -> Result<Vec<usize>, NodeError> {
    let name = "vectors_per_class";
    let given = attributes.floats("support_vectors").len();
    let count = |count: &i64| usize::try_from(*count).ok().filter(|count| *count <= given);
    let counts: Option<Vec<usize>> = attributes.ints(name).iter().map(count).collect();
    counts.ok_or_else(|| attributes.error(name, format!("should be from 0 to {given}")))
}

fn probabilities(attributes: &Attributes<'_>, pairs: usize) -> Result<Vec<(f32, f32)>, NodeError> {
    let slopes = attributes.finite("prob_a", attributes.floats("prob_a"))?;
    let places = attributes.finite("prob_b", attributes.floats("prob_b"))?;
    if !slopes.is_empty() {
        attributes.length("prob_a", slopes, pairs)?;
    }
    attributes.length("prob_b", places, slopes.len())?;
    Ok(slopes.iter().copied().zip(places.iter().copied()).collect())
}

impl Classifier {
    fn columns(&self) -> usize {
        match &self.scores {
            Scores::Pairs { probabilities, .. } if probabilities.is_empty() && self.labels.len() > 2 => self.rho.len(),
            _ => self.labels.len(),
        }
    }

    /// The columns of a row and the place of its label.
    fn answer(&self, row: &[f32], kernels: &mut [f32]) -> (Vec<f32>, usize) {
        self.kernel.of(row, kernels);
        match &self.scores {
            Scores::Linear { positive } => {
                // onnxruntime adds the first intercept to every class.
                let mut scores: Vec<f32> = kernels.iter().map(|score| score + self.rho[0]).collect();
                let place = linear_place(&scores, *positive);
                self.transform.apply(&mut scores);
                (scores, place)
            }
            Scores::Pairs { counts, coefficients, probabilities } => {
                let (scores, place) = self.votes(counts, coefficients, kernels);
                (self.of_pairs(scores, probabilities), place)
            }
        }
    }

    /// The score of each pair of classes, and the class with most votes, the first of equals.
    fn votes(&self, counts: &[usize], coefficients: &[f32], kernels: &[f32]) -> (Vec<f32>, usize) {
        let classes = counts.len();
        let starts: Vec<usize> =
            counts.iter().scan(0, |start, count| Some(std::mem::replace(start, *start + count))).collect();
        let part = |sum: f64, row: usize, class: usize| {
            let (from, to) = (starts[class], starts[class] + counts[class]);
            let own = &coefficients[row * kernels.len()..][from..to];
            own.iter().zip(&kernels[from..to]).fold(sum, |sum, (weight, kernel)| sum + f64::from(weight * kernel))
        };
        let (mut scores, mut votes) = (Vec::with_capacity(self.rho.len()), vec![0_usize; classes]);
        for one in 0..classes {
            for other in one + 1..classes {
                let sum = part(part(0.0, other - 1, one), one, other) + f64::from(self.rho[scores.len()]);
                scores.push(sum as f32);
                votes[if sum > 0.0 { one } else { other }] += 1;
            }
        }
        let place = (1..classes).fold(0, |best, class| if votes[class] > votes[best] { class } else { best });
        (scores, place)
    }

    fn of_pairs(&self, mut scores: Vec<f32>, probabilities: &[(f32, f32)]) -> Vec<f32> {
        let classes = self.labels.len();
        if probabilities.is_empty() {
            if let ([score], 2) = (scores.as_slice(), classes) {
                let first = if self.transform == Transform::None { First::Negative } else { First::Rest };
                return first.both(*score, self.transform).to_vec();
            }
            self.transform.apply(&mut scores);
            return scores;
        }
        let mut pairs = vec![0.0; classes * classes];
        let mut given = scores.iter().zip(probabilities);
        for one in 0..classes {
            for (other, (score, (slope, place))) in (one + 1..classes).zip(&mut given) {
                let probability = within(1.0 - logistic(score * slope + place));
                pairs[one * classes + other] = probability;
                pairs[other * classes + one] = 1.0 - probability;
            }
        }
        let mut shares = coupled(&pairs, classes);
        self.transform.apply(&mut shares);
        shares
    }
}

/// Keeps a probability away from 0 and 1; NaN stays NaN.
fn within(probability: f32) -> f32 {
    let low = if probability < 1.0e-7 { 1.0e-7 } else { probability };
    if low > 1.0 - 1.0e-7 { 1.0 - 1.0e-7 } else { low }
}

/// Which label onnxruntime gives to scores of classes without votes.
fn linear_place(scores: &[f32], positive: bool) -> usize {
    let best = highest(scores);
    let most = scores[best];
    let is_second = scores.len() == 2 && (positive && most >= 0.5 || !positive && most > 0.0);
    if is_second { 1 } else { best }
}

impl Operation for Classifier {
    fn name(&self) -> &'static str {
        "LeadlightSvmClassifier"
    }

    fn outputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        ensure!(kind.is_number(), "the input should hold numbers");
        let features = self.kernel.features;
        ensure!(*columns == features.to_dim(), "{features} features are read, but there are {columns}");
        let scores = tvec!(rows.clone(), self.columns().to_dim());
        Ok(vec![(self.labels.kind(), tvec!(rows.clone())), (DatumType::F32, scores)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let [rows, columns] = rows_and_columns(inputs[0].shape())?;
        let vectors = match &self.scores {
            Scores::Linear { .. } => self.labels.len(),
            Scores::Pairs { counts, .. } => counts.iter().sum(),
        };
        let mut kernels = vec![0.0; vectors];
        let (mut values, mut places) = (Vec::with_capacity(rows * self.columns()), Vec::with_capacity(rows));
        for row in floats(&inputs[0])?.chunks_exact(columns.max(1)) {
            let (scores, place) = self.answer(row, &mut kernels);
            values.extend(scores);
            places.push(place);
        }
        Ok(vec![self.labels.of(&places)?, made(&[rows, self.columns()], values)?])
    }
}
