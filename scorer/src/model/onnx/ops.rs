//! Leadlight's own operators, in the clothes that tract wants.
//!
//! Owns the adapters between tract's tensors and the kernel. May not know the attributes' names or what a matrix means.

use crate::model::classifier::Classifier;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceResult, Solver, TensorProxy, check_input_arity, check_output_arity,
};
use tract_onnx::tract_hir::ops::expandable::expand;

/// Wraps an operator for tract's register.
pub(super) fn boxed(operator: Operator) -> Box<dyn tract_onnx::tract_hir::infer::InferenceOp> {
    expand(operator)
}

/// One of our operators. Input: (rows, features) of f32.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operator {
    /// Outputs: labels (rows) of i64, probabilities (rows, labels) of f32.
    Classifier(Arc<Classifier>),
    /// Output: `(x - offset) * scale`, in f32, of the input's shape.
    Scaler { offset: Arc<Vec<f32>>, scale: Arc<Vec<f32>> },
}

// Equal as floats compare: only used by tract to find equal nodes, and no operator holds NaN.
impl Eq for Operator {}

impl Operator {
    fn outputs(&self) -> usize {
        match self {
            Operator::Classifier(_) => 2,
            Operator::Scaler { .. } => 1,
        }
    }
}

impl Expansion for Operator {
    fn name(&self) -> StaticName {
        Op::name(self)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, self.outputs())?;
        solver.equals(&inputs[0].rank, 2)?;
        solver.equals(&inputs[0].datum_type, f32::datum_type())?;
        match self {
            Operator::Scaler { .. } => {
                solver.equals(&outputs[0].datum_type, f32::datum_type())?;
                solver.equals(&outputs[0].shape, &inputs[0].shape)?;
            }
            Operator::Classifier(classifier) => {
                solver.equals(&outputs[0].datum_type, i64::datum_type())?;
                solver.equals(&outputs[0].rank, 1)?;
                solver.equals(&outputs[0].shape[0], &inputs[0].shape[0])?;
                solver.equals(&outputs[1].datum_type, f32::datum_type())?;
                solver.equals(&outputs[1].rank, 2)?;
                solver.equals(&outputs[1].shape[0], &inputs[0].shape[0])?;
                solver.equals(&outputs[1].shape[1], classifier.labels.len().to_dim())?;
            }
        }
        Ok(())
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.outputs())
    }
}

impl Op for Operator {
    fn name(&self) -> StaticName {
        match self {
            Operator::Classifier(_) => "LeadlightClassifier".into(),
            Operator::Scaler { .. } => "LeadlightScaler".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Operator {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let [rows, width] = *input.shape() else { bail!("the input should have two dimensions") };
        let input = input.to_plain_array_view::<f32>()?;
        let values = input.as_slice().context("the input should lie in one piece")?;
        match self {
            Operator::Scaler { offset, scale } => scaled(values, [rows, width], offset, scale),
            Operator::Classifier(classifier) => classified(values, [rows, width], classifier),
        }
    }
}

fn scaled(values: &[f32], shape: [usize; 2], offset: &[f32], scale: &[f32]) -> TractResult<TVec<TValue>> {
    ensure!(
        offset.len() == 1 || offset.len() == shape[1],
        "the scaler has {} values for {} features",
        offset.len(),
        shape[1]
    );
    let of_feature = |list: &[f32], place: usize| if list.len() == 1 { list[0] } else { list[place % shape[1]] };
    let scaled = values.iter().enumerate().map(|(at, value)| (value - of_feature(offset, at)) * of_feature(scale, at));
    Ok(tvec!(Tensor::from_shape(&shape, &scaled.collect::<Vec<f32>>())?.into_tvalue()))
}

fn classified(values: &[f32], [rows, width]: [usize; 2], classifier: &Classifier) -> TractResult<TVec<TValue>> {
    ensure!(
        classifier.features() <= width,
        "the classifier reads {} features, but there are {width}",
        classifier.features()
    );
    let classes = classifier.labels.len();
    let probabilities = classifier.probabilities(values, width);
    let labels: Vec<i64> = probabilities.chunks_exact(classes).map(|row| classifier.label(row)).collect();
    Ok(tvec!(
        Tensor::from_shape(&[rows], &labels)?.into_tvalue(),
        Tensor::from_shape(&[rows, classes], &probabilities)?.into_tvalue()
    ))
}

impl TypedOp for Operator {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(match self {
            Operator::Scaler { .. } => tvec!(inputs[0].without_value()),
            Operator::Classifier(classifier) => {
                let rows = inputs[0].shape[0].clone();
                tvec!(i64::fact([rows.clone()]), f32::fact([rows, classifier.labels.len().to_dim()]))
            }
        })
    }

    as_op!();
}
